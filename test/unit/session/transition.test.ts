import { describe, expect, it } from 'vitest';
import type { BoardState } from '../../../electron/model/board.ts';
import { stateOfProblem, transition, type BoardEvent } from '../../../electron/session/transition.ts';

type StateKind = BoardState['kind'];

const states: { readonly [K in StateKind]: Extract<BoardState, { kind: K }> } = {
  absent: { kind: 'absent' },
  offline: { kind: 'offline', reason: 'asleep' },
  unauthorized: { kind: 'unauthorized', remedy: 'allow it' },
  busy: { kind: 'busy', holder: 'adb' },
  connecting: { kind: 'connecting', step: 'one' },
  ready: { kind: 'ready' },
  running: { kind: 'running', runId: 'r1' },
  lost: { kind: 'lost', sinceMs: 5, runId: 'r1' },
  rebooted: { kind: 'rebooted' },
  'dsp-restarted': { kind: 'dsp-restarted', dsp: 'cdsp' },
  failed: { kind: 'failed', reason: 'first', remedy: '' },
};

const later: BoardState = { kind: 'failed', reason: 'broke', remedy: 'mend' };
const closed: BoardState = { kind: 'offline', reason: 'The session was closed.' };
const connecting: BoardState = { kind: 'connecting', step: 'two' };
const ready: BoardState = { kind: 'ready' };

/** For each event: the states that it changes, and into what. Every state that is not named must stay. */
const table: readonly (readonly [string, BoardEvent, { readonly [K in StateKind]?: BoardState }])[] = [
  [
    'connect',
    { kind: 'connect', step: 'two' },
    {
      absent: connecting,
      offline: connecting,
      unauthorized: connecting,
      busy: connecting,
      connecting,
      rebooted: connecting,
      failed: connecting,
    },
  ],
  ['welcomed, nothing runs', { kind: 'welcomed', runId: null }, { connecting: ready, lost: ready }],
  [
    'welcomed, a run goes on',
    { kind: 'welcomed', runId: 'r2' },
    { connecting: { kind: 'running', runId: 'r2' }, lost: { kind: 'running', runId: 'r2' } },
  ],
  [
    'plan-started',
    { kind: 'plan-started', runId: 'r2' },
    { ready: { kind: 'running', runId: 'r2' }, 'dsp-restarted': { kind: 'running', runId: 'r2' } },
  ],
  ['plan-ended', { kind: 'plan-ended' }, { running: ready }],
  [
    'dsp-changed',
    { kind: 'dsp-changed', dsp: 'adsp' },
    {
      ready: { kind: 'dsp-restarted', dsp: 'adsp' },
      'dsp-restarted': { kind: 'dsp-restarted', dsp: 'adsp' },
    },
  ],
  ['dsp-settled', { kind: 'dsp-settled' }, { 'dsp-restarted': ready }],
  [
    'stream-lost',
    { kind: 'stream-lost', atMs: 9 },
    {
      ready: { kind: 'lost', sinceMs: 9, runId: null },
      'dsp-restarted': { kind: 'lost', sinceMs: 9, runId: null },
      running: { kind: 'lost', sinceMs: 9, runId: 'r1' },
    },
  ],
  ['agent-changed', { kind: 'agent-changed' }, { connecting: states.rebooted, lost: states.rebooted }],
  [
    'problem',
    { kind: 'problem', problem: { code: 'any', message: 'broke', remedy: 'mend' } },
    {
      absent: later,
      offline: later,
      unauthorized: later,
      busy: later,
      connecting: later,
      ready: later,
      running: later,
      lost: later,
      'dsp-restarted': later,
    },
  ],
  [
    'closed',
    { kind: 'closed' },
    { connecting: closed, ready: closed, running: closed, lost: closed, 'dsp-restarted': closed },
  ],
];

describe.each(table)('%s', (_what, event, changes) => {
  it.each(Object.values(states))('in $kind', (state) => {
    const wanted = changes[state.kind];
    const next = transition(state, event);
    if (wanted === undefined) expect(next).toBe(state);
    else expect(next).toEqual(wanted);
  });
});

it('the table names every kind of event', () => {
  const kinds: Record<BoardEvent['kind'], true> = {
    connect: true,
    welcomed: true,
    'plan-started': true,
    'plan-ended': true,
    'dsp-changed': true,
    'dsp-settled': true,
    'stream-lost': true,
    'agent-changed': true,
    problem: true,
    closed: true,
  };
  expect(new Set(table.map(([, { kind }]) => kind))).toEqual(new Set(Object.keys(kinds)));
});

it.each([
  ['unknown-board', { kind: 'absent' }],
  ['offline', { kind: 'offline', reason: 'm' }],
  ['unauthorized', { kind: 'unauthorized', remedy: 'r' }],
  ['busy', { kind: 'busy', holder: 'm', remedy: 'r' }],
  ['anything else', { kind: 'failed', reason: 'm', remedy: 'r' }],
])('the problem %s', (code, state) => {
  expect(stateOfProblem({ code, message: 'm', remedy: 'r' })).toEqual(state);
});

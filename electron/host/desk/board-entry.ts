import type { Generation, Target } from '../../link/interfaces/link.ts';
import { driverText, type BoardState, type BoardSummary, type Identity } from '../../model/board.ts';
import type { BoardView, WayView } from '../../model/desk.ts';
import type { Outcome } from '../../model/outcome.ts';
import { transportsOf } from '../boards.ts';
import type { OpenBoard } from '../open-board.ts';

/** What the desk knows of one board. */
export interface BoardEntry {
  readonly id: string;
  /** As last seen; stays when the board goes. */
  targets: readonly Target[];
  listed: boolean;
  /** The user's name for it; empty: none. */
  label: string;
  /** The generation that the user named when it was opened. */
  generation: Generation | undefined;
  /** It had an agent of ours while this host lives: it stays in the list. */
  known: boolean;
  /** The user closed it: nothing opens it again but the user. */
  closed: boolean;
  /** What the session says; null: there was none since the board was seen. */
  state: BoardState | null;
  open: OpenBoard | null;
  opening: Promise<Outcome<OpenBoard>> | null;
  /** The session before is being ended. */
  ending: Promise<void> | null;
  abort: AbortController;
  /** What the session of this attempt says counts; of those before, no more. */
  attempt: number;
  identity: Identity | null;
  heardMs: number | null;
}

export const newEntry = (id: string, label: string): BoardEntry => ({
  id,
  targets: [],
  listed: false,
  label,
  generation: undefined,
  known: false,
  closed: false,
  state: null,
  open: null,
  opening: null,
  ending: null,
  abort: new AbortController(),
  attempt: 0,
  identity: null,
  heardMs: null,
});

/** It is in the list although no way shows it. */
export const isKept = ({ label, known, open, opening }: BoardEntry): boolean =>
  label !== '' || known || open !== null || opening !== null;

export function viewOf(entry: BoardEntry): BoardView {
  const { id, targets, label, identity, heardMs } = entry;
  const summary = targets[0]?.summary;
  const node = identity === null ? undefined : chosenNode(identity);
  const generation = node?.generation ?? null;
  return {
    id,
    transports: transportsOf(targets),
    ways: targets.map((target) => wayOf(target.summary)),
    label: label === '' ? (summary?.label ?? id) : label,
    named: label !== '',
    simulated: identity?.simulated ?? summary?.simulated ?? false,
    state: stateOf(entry),
    open: entry.open !== null,
    detail: summary?.detail ?? '',
    identity,
    dsp: node?.dsp ?? null,
    driver: generation === null ? null : driverName(generation),
    heardMs,
  };
}

const wayOf = ({ transport, via, state, detail }: BoardSummary): WayView => ({
  transport,
  via: via ?? transport,
  state,
  detail,
});

/** The session knows best; before there was one, the transport. */
export function stateOf({ state, open, opening, listed, targets }: BoardEntry): BoardState {
  if (state !== null && (listed || open !== null || opening !== null)) return state;
  const summary = targets[0]?.summary;
  return listed && summary ? stateOfSummary(summary) : { kind: 'absent' };
}

function stateOfSummary({ state, detail, remedy = '' }: BoardSummary): BoardState {
  switch (state) {
    case 'ready':
      return { kind: 'ready' };
    case 'offline':
      return { kind: 'offline', reason: `${detail} ${remedy}`.trim() };
    case 'unauthorized':
      return { kind: 'unauthorized', remedy: remedy || detail };
    case 'busy':
      return { kind: 'busy', holder: detail, ...(remedy === '' ? {} : { remedy }) };
    case 'failed':
      return { kind: 'failed', reason: detail, remedy };
    case 'connecting':
      return { kind: 'connecting', step: detail };
    case 'rebooted':
      return { kind: 'rebooted' };
    case 'absent':
    case 'lost':
    case 'running':
    case 'dsp-restarted':
      return { kind: 'absent' };
  }
}

/** The DSP that benchmarks run on: the compute DSP where its node is proven, else the first that is. */
const chosenNode = (identity: Identity): Identity['nodes'][number] | undefined => {
  const proven = identity.nodes.filter((node) => node.generation !== null);
  return proven.find((node) => node.dsp === 'cdsp') ?? proven[0];
};

/** The agent's word for a generation ('qda-v1', 'fastrpc') as people say it. */
export const driverName = (generation: string): string => driverText(generation.replace(/^qda-/, ''));

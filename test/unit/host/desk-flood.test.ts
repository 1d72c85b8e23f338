// A desk before an agent that floods: what its faces are told stays bounded, and the desk answers.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Desk, FacePort } from '../../../electron/contract/face.ts';
import type { Push } from '../../../electron/contract/pushes.ts';
import { createDesk } from '../../../electron/host/desk/desk.ts';
import { ok } from '../../../electron/model/outcome.ts';
import { FakeAgent, type Body } from '../session/fake-agent.ts';

let home: string;
let agent: FakeAgent;
let desk: Desk;
let pushes: Push[];
let port: FacePort;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'qda-lab-flood-'));
  agent = new FakeAgent();
  agent.answers = {
    getIdentity: [{ case: 'identity', value: { model: 'fake', simulated: true } }],
    getMemory: [{ case: 'memory', value: { last: true, takenNs: 1n } }],
  };
  const provider = { transport: 'virtual' as const, list: async () => ok([agent]) };
  const lab = {
    providers: [provider],
    storePath: join(home, 'runs.sqlite'),
    home,
    version: '0',
    buildId: '0',
  };
  desk = createDesk(lab, { electron: null });
  pushes = [];
  port = desk.connect({ congested: false, push: (message) => void pushes.push(message) });
  expect(await ask('boards.open')).toMatchObject({ ok: true });
});

afterEach(async () => {
  await desk.close();
  expect(agent.stops).toBeGreaterThan(0);
  rmSync(home, { recursive: true, force: true });
});

const ask = async (call: string): Promise<unknown> =>
  (await port.handle({ id: 1, call, args: { board: 'fake' } })).outcome;

/** So many messages at once. */
function flood(count: number, body: (at: number) => Body): void {
  for (let at = 0; at < count; at += 1) agent.line.say(body(at));
}

const entries = () => pushes.flatMap((push) => (push.push === 'log' ? push.value.entries : []));
const lost = (): number => Math.max(...pushes.map((push) => (push.push === 'log' ? push.value.lost : 0)));

it('counts the lines of a log that are too many, and answers meanwhile', async () => {
  flood(30_000, (at) => ({ case: 'log', value: { text: `line ${at}`, source: 'agent' } }));
  const lines = (): number => entries().filter(({ source }) => source === 'agent').length;
  await expect.poll(() => lines() + lost()).toBe(30_000);
  expect(lines()).toBeGreaterThan(1_000);
  expect(lines()).toBeLessThan(15_000);
  expect(entries().some(({ source, text }) => source === 'app' && text.includes('Lines come faster'))).toBe(
    true,
  );
  expect(pushes.filter(({ push }) => push === 'log').length).toBeLessThan(20);
  expect(await ask('boards.open')).toMatchObject({ ok: true });
});

it('bounds what a session says of its stream', async () => {
  flood(30_000, () => ({ case: 'failure', value: { code: 1, message: 'Something is odd.' } }));
  await expect.poll(lost).toBeGreaterThan(10_000);
  expect(entries().length).toBeLessThan(15_000);
});

it('tells of DMA events a few times a second, however many come', async () => {
  expect(await ask('memory.watch')).toMatchObject({ ok: true });
  flood(1, () => ({ case: 'log', value: { text: 'a pause', source: 'agent' } }));
  await expect.poll(() => entries().map(({ text }) => text)).toContain('a pause');
  const before = pushes.filter(({ push }) => push === 'memory').length;
  const began = performance.now();
  for (let batch = 0; batch < 40; batch += 1) {
    for (let part = 0; part < 20; part += 1) agent.line.say(eventsOf(batch * 20 + part));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const most = 2 + (performance.now() - began) / 100;
  expect(pushes.filter(({ push }) => push === 'memory').length - before).toBeLessThanOrEqual(most);
  const seen = (): Set<unknown> =>
    new Set(
      pushes
        .flatMap((push) => (push.push === 'memory' ? (push.value.delta.mappings?.set ?? []) : []))
        .map(({ id }) => id),
    );
  await expect.poll(() => seen().size).toBe(800);
});

/** One allocation, at an address of its own. */
const eventsOf = (at: number): Body => ({
  case: 'events',
  value: {
    events: [
      {
        kind: 0,
        timeNs: BigInt(at + 1),
        pid: 1,
        comm: 'p',
        device: 'qda-cb-cdsp-1',
        entries: [{ dmaAddr: BigInt(at + 1) << 12n, length: 4096n }],
        totalEntries: 1,
      },
    ],
    lost: 0n,
  },
});

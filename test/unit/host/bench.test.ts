// A run that a defect of the tool ends is told as such; the host and its other boards go on.
import { expect, test } from 'vitest';
import { Bench, type BenchParts, type BenchRequest } from '../../../electron/host/desk/bench.ts';
import { Log } from '../../../electron/host/desk/log.ts';
import type { LiveRunChange } from '../../../electron/model/live-run.ts';
import { FakeClock } from '../session/fake-clock.ts';

test('a defect of the tool ends its run, not the host', async () => {
  const log = new Log(new FakeClock());
  const told: LiveRunChange[] = [];
  const boards = { open: () => Promise.reject(new Error('broken')) };
  const parts = { boards, log, tell: (change: LiveRunChange) => told.push(change) } as unknown as BenchParts;
  const bench = new Bench(parts, { board: 'b' } as BenchRequest);
  expect(await bench.started).toMatchObject({ ok: false, problem: { code: 'bug' } });
  await bench.done;
  expect(bench.going).toBe(false);
  expect(told.at(-1)).toMatchObject({ kind: 'none', problem: { code: 'bug' } });
  expect(log.after(0, 9).entries.at(-1)).toMatchObject({ level: 'error', board: 'b' });
});

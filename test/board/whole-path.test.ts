import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { groupsOf } from '../../electron/bench/results.ts';
import { isWholePath } from '../../electron/bench/variants.ts';
import { waterfallOf, type EndToEnd } from '../../electron/bench/waterfall.ts';
import type { PointResult } from '../../electron/model/run.ts';
import { until, value } from './bench-lab.ts';
import {
  arguments_,
  bench,
  boardWith,
  closeLab,
  expectNothingHeld,
  GENERATIONS,
  lab,
  NO_LEAKS,
  seen,
  settled,
  stored,
} from './dsp-lab.ts';

/** The complete path of a buffer in one go, whole: agent, worker, its helper process, the board, the emulated process, the report. */
afterEach(closeLab);

const PATH = ['--only', 'mem.handoff', '--sizes', '64K', '--samples', '8', '--budget', '0.05'];

const paths = (): PointResult[] => stored().points.filter(({ point }) => isWholePath(point));

/** Of each sample: the path, and the sum of all other series. */
function sums({ series }: PointResult): [path: number, sum: number][] {
  const path = series.find(({ name }) => name === 'path');
  const others = series.filter((one) => one !== path);
  return [...(path?.ns ?? [])].map((ns, at) => [
    ns,
    others.reduce((sum, one) => sum + (one.ns[at] ?? Number.NaN), 0),
  ]);
}

const ends = (): EndToEnd[] => waterfallOf(groupsOf(stored())).flatMap(({ endToEnd }) => endToEnd);

describe('the complete path of a buffer', () => {
  test.each(GENERATIONS)(
    'its stages add up in every sample, cold and warm, and nothing stays (%s)',
    async (generation) => {
      await boardWith({ generation, quirks: NO_LEAKS });
      const said = await bench(...PATH);
      expect([said.code, paths().map(({ status, reason }) => [status, reason])]).toEqual([
        0,
        Array.from({ length: 6 }, () => ['pass', '']),
      ]);
      for (const result of paths()) {
        const rows = sums(result);
        expect(rows).toHaveLength(8);
        for (const [path, sum] of rows) expect(path).toBe(sum);
        expect(result.proof).toMatchObject({ nonceToDsp: true, nonceFromDsp: true });
      }
      await expectNothingHeld();
    },
  );

  test.each(GENERATIONS)('it is what the waterfall holds its stages against (%s)', async (generation) => {
    await boardWith({ generation, quirks: NO_LEAKS });
    const only = 'mem.handoff,mem.alloc,mem.export,mem.import,mem.cpumap,dsp.map,rpc.argsize';
    expect((await bench('--only', only, '--sizes', '64K', '--samples', '8', '--budget', '0.05')).code).toBe(
      0,
    );
    const gem = generation !== 'fastrpc';
    const [cold, warm] = ends();
    expect([cold?.isPath, cold?.covers.length, warm?.isPath, warm?.covers.length]).toEqual([
      true,
      gem ? 13 : 9,
      true,
      gem ? 5 : 2,
    ]);
    for (const end of [cold, warm])
      expect([end?.sumNs === null, end?.differenceNs === null]).toEqual([!gem, !gem]);
    const row = waterfallOf(groupsOf(stored()))[0]?.cold;
    expect(row?.missing).toEqual([]);
    const html = readFileSync(join(lab.folder, 'out', 'report.html'), 'utf8');
    expect(html).toContain('warm, one go');
  });

  test('a driver that keeps mapped buffers keeps what the points say, and no more than was announced for a sample', async () => {
    await boardWith({ generation: 'v1' });
    expect((await bench(...PATH)).code).toBe(0);
    const { ledger } = await settled();
    const run = stored();
    const said = run.points.reduce((sum, { leftBehind }) => sum + leftBehind, 0);
    expect(ledger.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(said);
    const mapped = ledger.find(({ quirk }) => quirk === 'mmap-pins-object');
    const plain = 1;
    const cold = 1 + 1 + 8; // the proof's, a warm-up's, each sample's
    const warm = 1;
    expect(mapped?.bytes).toBe(3 * (plain + cold + warm) * 65536);
  });

  test('cancelled in its middle it leaves no buffer, no helper and no process on the DSP', async () => {
    await boardWith({ quirks: NO_LEAKS });
    const running = lab.start(
      arguments_(['--only', 'mem.handoff', '--sizes', '64K', '--samples', '20000', '--budget', '30']),
    );
    await until('a process on the DSP, and the helper of its path', async () => {
      const pids = value(await lab.control.status()).dspSessions.map(({ pid }) => pid);
      const helps = lab.leftovers().some((line) => line.includes('--helper'));
      seen.splice(0, seen.length, ...pids);
      return pids.length > 0 && helps ? true : null;
    });
    running.signal('SIGINT');
    expect((await running.ended).code).toBe(130);
    await expectNothingHeld();
  });
});

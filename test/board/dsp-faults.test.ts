import { existsSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import {
  arguments_,
  bench,
  boardWith,
  closeLab,
  expectNothingHeld,
  GENERATIONS,
  lab,
  NO_LEAKS,
  PING,
  plain,
  reasons,
  seen,
  settled,
  stored,
} from './dsp-lab.ts';
import { until, value, type Running } from './bench-lab.ts';

/**
 * A DSP that dies, hangs or goes in the middle of work, whole: the command line, the agent, its worker, the board and the emulated
 * process. Each has its sentence; afterwards the board holds nothing but what its driver is known to keep.
 */
/** Where others are to pass: what they start takes its time on a machine that is busy. */
const GIVE_UP_LATER = ['--call-grace', '8'];
const LONG = ['--only', 'rpc.ping', '--samples', '500000', '--budget', '30'];

afterEach(closeLab);

/** A run that measures on the DSP now: samples of it are in the store. Its emulator and its worker are noted. */
async function measuring(): Promise<Running> {
  const running = lab.start(arguments_(LONG));
  await until('samples in the store', () => (lab.storedBlocks() > 0 ? true : null));
  seen.push(...value(await lab.control.status()).dspSessions.map(({ pid }) => pid));
  expect(seen).toHaveLength(1);
  expect(lab.leftovers().some((line) => line.includes('--worker'))).toBe(true);
  return running;
}

describe('a DSP that goes wrong in the middle of a call', () => {
  test.each(GENERATIONS)(
    'dies: that point says so, the next run has a new process (%s)',
    async (generation) => {
      await boardWith({ generation, quirks: NO_LEAKS });
      const running = await measuring();
      value(await lab.control.setFault({ kind: 'dsp-crash', count: 1 }));
      await until('the process to be gone', () => (existsSync(`/proc/${seen[0]}`) ? null : true));
      // Its point has ended when the next one has a process: a cancel before that could meet it.
      await until('the next process', async () =>
        value(await lab.control.status()).dspSessions.some(({ pid }) => pid !== seen[0]) ? true : null,
      );
      running.signal('SIGINT');
      expect((await running.ended).code).toBe(130);
      expect(reasons('error')).toEqual([expect.stringContaining('AEE_EBADSTATE')]);
      expect((await bench(...PING)).code).toBe(0);
      await expectNothingHeld();
    },
  );

  test.each(GENERATIONS)(
    'hangs: its worker is ended, what it may own is said, the next point works (%s)',
    async (generation) => {
      await boardWith({ generation, quirks: NO_LEAKS });
      value(await lab.control.setFault({ kind: 'dsp-hang', count: 1 }));
      const said = await bench(
        ...['--only', 'rpc.argsize', '--sizes', '64K', '--samples', '8', '--budget', '0.05'],
        ...GIVE_UP_LATER,
      );
      value(await lab.control.clearFaults());
      expect(said.code).toBe(1);
      expect(reasons('error')).toEqual([expect.stringContaining('The DSP may still own')]);
      const passed = stored().points.filter(({ status }) => status === 'pass');
      expect(passed).toHaveLength(stored().points.length - 1);
      await expectNothingHeld();
    },
  );

  test.each(GENERATIONS)('restarts: told as that; a replug brings it back (%s)', async (generation) => {
    await boardWith({ generation, quirks: NO_LEAKS });
    const running = await measuring();
    value(await lab.control.unplug('cdsp'));
    const said = await running.ended;
    expect([said.code, plain(said)]).toEqual([1, expect.stringMatching(/restart/)]);
    expect(stored().points[0]?.series.some(({ ns }) => ns.length > 0)).toBe(true);
    await expectNothingHeld();
    value(await lab.control.replug('cdsp'));
    expect((await bench(...PING)).code).toBe(0);
    await expectNothingHeld();
  });
});

describe('whoever ends in the middle of a run on the DSP', () => {
  test('Ctrl-C: what was measured is kept, and the next run works', async () => {
    await boardWith({ quirks: NO_LEAKS });
    const running = await measuring();
    running.signal('SIGINT');
    const said = await running.ended;
    expect(said.code).not.toBe(0);
    expect(stored().status).toBe('cancelled');
    expect(stored().points[0]?.series.find(({ name }) => name === 'call')?.ns.length).toBeGreaterThan(0);
    await expectNothingHeld();
    expect((await bench(...PING)).code).toBe(0);
  });

  test('Ctrl-C while a call hangs: the worker is ended, and what was measured is kept', async () => {
    await boardWith({ quirks: NO_LEAKS });
    const running = await measuring();
    value(await lab.control.setFault({ kind: 'dsp-hang', count: 1 }));
    let [calls, still] = [-1, 0];
    await until('a call that waits', async () => {
      await new Promise((resolve) => setTimeout(resolve, 200));
      const [dsp] = value(await lab.control.status()).dspSessions;
      // A DSP that gets no processor for a moment stands still too.
      still = dsp?.calls === calls && dsp.waiting > 0 ? still + 1 : 0;
      calls = dsp?.calls ?? -1;
      return still === 10 ? true : null;
    });
    running.signal('SIGINT');
    const said = await running.ended;
    expect([said.code, plain(said)]).toEqual([130, expect.stringContaining('the DSP may still own')]);
    expect(stored().points[0]?.series.find(({ name }) => name === 'call')?.ns.length).toBeGreaterThan(0);
    value(await lab.control.clearFaults());
    await expectNothingHeld();
  });

  test('a second run on the board meanwhile is refused, and the first goes on', async () => {
    await boardWith({ quirks: NO_LEAKS });
    const running = await measuring();
    const second = await lab.run(...arguments_(PING));
    expect([second.code, plain(second)]).toEqual([2, expect.stringContaining('is being measured')]);
    expect(existsSync(`/proc/${seen[0]}`)).toBe(true);
    running.signal('SIGINT');
    expect((await running.ended).code).toBe(130);
    await expectNothingHeld();
  });

  test.each(['agent', 'worker'])('the %s, killed: no worker and no emulator stays', async (who) => {
    await boardWith({ quirks: NO_LEAKS });
    const running = await measuring();
    const worker = Number(
      lab
        .leftovers()
        .find((line) => line.includes('--worker'))
        ?.split(' ')[0],
    );
    process.kill(who === 'agent' ? lab.agentPid() : worker, 'SIGKILL');
    await until('the first emulator to be gone', () => (existsSync(`/proc/${seen[0]}`) ? null : true));
    if (who === 'worker') running.signal('SIGINT');
    const said = await running.ended;
    if (who === 'agent') expect([said.code, said.err]).toEqual([2, expect.stringContaining('incomplete')]);
    else expect([said.code, plain(said)]).toEqual([130, expect.stringContaining('died with SIGKILL')]);
    await until('the worker to be gone', () =>
      lab.leftovers().some((line) => line.startsWith(`${worker} `)) ? null : true,
    );
    await expectNothingHeld();
  });
});

describe('a DSP that is full', () => {
  test.each(GENERATIONS)(
    'has no address space left: what to do, and all is unmapped (%s)',
    async (generation) => {
      await boardWith({ generation, quirks: NO_LEAKS });
      value(await lab.control.setFault({ kind: 'dsp-space', delayNs: 16 * 2 ** 20 }));
      const said = await bench(
        ...['--only', 'rpc.argsize,dsp.read', '--sizes', '4K,64M', '--samples', '4', '--budget', '0.05'],
      );
      value(await lab.control.clearFaults());
      expect(said.code).toBe(1);
      for (const reason of reasons('error')) expect(reason).toContain('unmap buffers or take smaller ones');
      const sizes = (status: string): Set<number> =>
        new Set(
          stored()
            .points.filter((result) => result.status === status)
            .map(({ point }) => point.size),
        );
      expect([sizes('pass').has(4096), sizes('error')]).toEqual([true, new Set([64 * 2 ** 20])]);
      await expectNothingHeld();
    },
  );

  test.each(['v1', 'rfc'] as const)(
    'has no context bank: the point says what to do (%s)',
    async (generation) => {
      await boardWith({ generation, quirks: NO_LEAKS });
      value(await lab.control.setFault({ kind: 'banks-exhausted' }));
      const said = await bench(...PING);
      value(await lab.control.clearFaults());
      expect([said.code, plain(said)]).toEqual([
        1,
        expect.stringMatching(/no context bank is free.*close other users of the DSP/),
      ]);
      await expectNothingHeld();
    },
  );

  test('has no session left on the legacy driver: EBUSY, and what to do', async () => {
    await boardWith({ generation: 'fastrpc', quirks: NO_LEAKS });
    value(await lab.control.setFault({ kind: 'banks-exhausted' }));
    const said = await bench(...PING);
    value(await lab.control.clearFaults());
    expect([said.code, plain(said)]).toEqual([
      2,
      expect.stringMatching(/EBUSY.*every session of this DSP is taken: end other programs that use it/),
    ]);
    await expectNothingHeld();
  });
});

test('what the driver is known to keep is all that is left, and is said', async () => {
  await boardWith();
  value(await lab.control.setFault({ kind: 'dsp-crash', count: 1 }));
  expect((await bench(...PING)).code).toBe(1);
  const { objects, ledger } = await settled();
  expect(objects).toBeGreaterThan(0);
  expect(objects).toBe(ledger.reduce((sum, entry) => sum + entry.objects, 0));
});

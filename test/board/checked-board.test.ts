// A board that is looked at before something is measured on it: what stops a run, what is told and run anyway.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withCheckedBoard } from '../../electron/host/checked-board.ts';
import type { Lab } from '../../electron/host/compose.ts';
import type { Provider, Target } from '../../electron/link/interfaces/link.ts';
import type { VirtualBoard } from '../../electron/link/virtual/board.ts';
import type { Check } from '../../electron/model/board.ts';
import { fail, ok } from '../../electron/model/outcome.ts';
import { TestLab, until, value } from './bench-lab.ts';
import { nothingStays } from './leftovers.ts';
import { boardOfOwn, processesOf, problemOf, remainsOf, targetOf, valueOf } from './session-lab.ts';

const check = (name: string, more: Partial<Check>): Check => ({
  name,
  state: 'ok',
  read: 'read',
  why: 'why',
  remedy: '',
  ...more,
});

describe('a board that is checked first', () => {
  let board: VirtualBoard;
  beforeAll(async () => {
    board = await boardOfOwn();
  });
  afterAll(async () => {
    await board.stop();
    await nothingStays(() => remainsOf(board.name));
  });

  /** That board with other checks of its shell, or another deploy. */
  const labOf = async (
    checks: readonly Check[],
    changes: Partial<Pick<Target, 'deploy'>> = {},
  ): Promise<Lab> => {
    const target: Target = {
      ...(await targetOf(board)),
      ...changes,
      preflight: async function* () {
        yield* checks;
      },
    };
    const provider: Provider = { transport: 'virtual', list: async () => ok([target]) };
    return { providers: [provider], storePath: '', home: '', version: '0', buildId: '0' };
  };
  const namesOf = async (lab: Lab): Promise<readonly string[]> =>
    valueOf(
      await withCheckedBoard(lab, board.name, {}, async ({ session }, checks) => {
        expect(session.state.kind).toBe('ready');
        expect(processesOf('qda-agent', board.name).length).toBe(1);
        return ok(checks.map(({ name, state }) => `${state} ${name}`));
      }),
    );
  const refusalOf = async (lab: Lab): Promise<ReturnType<typeof problemOf>> => {
    const work = async (): Promise<ReturnType<typeof ok<null>>> => expect.fail('it was measured');
    return problemOf(await withCheckedBoard(lab, undefined, {}, work));
  };

  it('is run anyway with what is not fatal, through the agent that was asked', async () => {
    const names = await namesOf(await labOf([check('selinux', { state: 'fail' }), check('thermal', {})]));
    expect(names.slice(0, 2)).toEqual(['ok transport', 'fail selinux']);
    expect(names).toContain('ok node-access');
    expect(processesOf('qda-agent', board.name)).toEqual([]);
  });

  it('is not run with what is fatal, and gets no agent', async () => {
    const place = check('place', {
      state: 'fail',
      fatal: true,
      read: 'all is full',
      remedy: 'free some space',
    });
    let deployed = false;
    const deploy = async (): Promise<ReturnType<typeof fail>> => {
      deployed = true;
      return fail('no', 'no');
    };
    expect(await refusalOf(await labOf([place], { deploy }))).toEqual({
      code: 'check-failed',
      message: 'The check place fails: all is full. Nothing can be measured before that is mended.',
      remedy: 'To mend it: free some space.',
    });
    expect(deployed).toBe(false);
  });

  it('that gets no agent says why in its own words', async () => {
    const deploy = async (): Promise<ReturnType<typeof fail>> =>
      fail('agent-start', 'It does not start.', 'Do.');
    expect(await refusalOf(await labOf([], { deploy }))).toEqual({
      code: 'agent-start',
      message: 'It does not start.',
      remedy: 'Do.',
    });
  });

  it("is not run with what is fatal to the agent, and the agent goes: no DSP's node is there", async () => {
    for (const dsp of ['cdsp', 'adsp']) valueOf(await board.control.unplug(dsp));
    const refused = await refusalOf(await labOf([]));
    expect([refused.code, refused.message]).toEqual([
      'check-failed',
      expect.stringMatching(/^The check (accel-node|node-access|generation) fails: /),
    ]);
    expect(processesOf('qda-agent', board.name)).toEqual([]);
    for (const dsp of ['cdsp', 'adsp']) valueOf(await board.control.replug(dsp));
  });

  it('is not run where it was cancelled meanwhile', async () => {
    const abort = new AbortController();
    const lab = await labOf([]);
    const work = async (): Promise<ReturnType<typeof ok<null>>> => expect.fail('it was measured');
    const going = withCheckedBoard(lab, board.name, { signal: abort.signal }, work);
    abort.abort();
    expect(problemOf(await going).code).toBe('cancelled');
  });
});

describe('the command line', () => {
  let lab: TestLab;
  beforeAll(async () => {
    lab = await TestLab.start();
  });
  afterAll(async () => {
    await lab.close();
    await nothingStays(() => lab.leftovers());
  });
  const bench = (...args: string[]): ReturnType<TestLab['run']> =>
    lab.run('bench', '--board', lab.name, '--no-memory', '--only', 'base.ioctl', '--samples', '30', ...args);

  it('tells what warns on standard error, and runs', async () => {
    value(await lab.control.startWorkload({ kind: 'consumer', size: 4096, count: 1 }));
    await until('its open node', async () => (value(await lab.control.status()).files > 0 ? true : null));
    const said = await bench();
    expect([said.code, said.err]).toEqual([
      0,
      expect.stringMatching(/^1 check warns: other-users; qda-lab check/),
    ]);
    expect(said.out).not.toContain('other-users');
    expect((await bench('--skip-checks')).err).not.toContain('other-users');
    value(await lab.control.stopWorkload());
  });

  it('stops before the plan where nothing can be measured, with 2, and says what mends it', async () => {
    for (const dsp of ['cdsp', 'adsp']) value(await lab.control.unplug(dsp));
    const said = await bench();
    expect([said.code, said.out]).toEqual([2, '']);
    expect(said.err).toMatch(
      /^qda-lab: The check [\w-]+ fails: .+ Nothing can be measured before that is mended\.\n {9}To mend it: /,
    );
    // Without the checks the same stands in the way.
    const anyway = await bench('--skip-checks');
    expect([anyway.code, anyway.out, anyway.err]).toEqual([2, '', expect.stringContaining('no accel node')]);
  });
});

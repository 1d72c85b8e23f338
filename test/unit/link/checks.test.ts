// What the checks make of what was read, before an agent is there: captured text, ugly text, nothing.
import { spawnSync } from 'node:child_process';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseServerAddress } from '../../../electron/link/adb-server/address.ts';
import { agentLikeChecks, ALSO_AGENT } from '../../../electron/link/checks/agent-checks.ts';
import { driverChecks } from '../../../electron/link/checks/board-checks.ts';
import { factsOf, type BoardFacts } from '../../../electron/link/checks/board-facts.ts';
import { BOARD_SCRIPT } from '../../../electron/link/checks/board-script.ts';
import { kernelCheck, machineCheck, placeCheck, rootCheck } from '../../../electron/link/checks/ground.ts';
import { reachCheck } from '../../../electron/link/checks/reach.ts';
import { serverCheck } from '../../../electron/link/checks/server.ts';
import { usbPreflight } from '../../../electron/link/checks/usb.ts';
import type { BoardProbe } from '../../../electron/link/deploy/probe.ts';
import { LONGEST_COMMAND, parseFields } from '../../../electron/link/deploy/shell.ts';
import { systemBus } from '../../../electron/link/usb/bus.ts';
import type { BoardSummary, Check } from '../../../electron/model/board.ts';
import { ok } from '../../../electron/model/outcome.ts';
import { FakeMachine } from './usb/machine.ts';

/** As a Qualcomm board with a legacy driver and a userdebug Android says it. */
const PHONE = `
model=Qualcomm Technologies, Inc. Robotics RB3gen2
selinux=1|u:r:shell:s0
node=/dev/accel/accel0|--|qda|cdsp|crw-rw---- 1 system system 261, 0 2026-05-19 10:00 /dev/accel/accel0
node=/dev/fastrpc-adsp-secure|rw|||crw-rw-rw- 1 system system 10, 120 2026-05-19 10:00 /dev/fastrpc-adsp-secure
accel=listed
module=qda|loaded|btf
module=fastrpc||
vmlinux=btf
dsp=cdsp|running|/sys/class/remoteproc/remoteproc0/state
dsp=modem|offline|/sys/class/remoteproc/remoteproc2/state
dsp=adsp|offline|/sys/class/remoteproc/remoteproc1/state
shell=/vendor/dsp/cdsp/fastrpc_shell_3|r-
shell=/vendor/dsp/cdsp/fastrpc_shell_unsigned_3|r-
heap=/dev/dma_heap/system|r-
heap=/dev/dma_heap/qcom,secure|--
mount=debugfs|/sys/kernel/debug
mount=tracefs|/sys/kernel/tracing
governor=policy0|schedutil
governor=policy4|performance
zone=41000|/sys/class/thermal/thermal_zone0/temp
zone=86500|/sys/class/thermal/thermal_zone11/temp
zone=-273000|/sys/class/thermal/thermal_zone2/temp`;

const factsIn = (text: string): BoardFacts => {
  const fields = parseFields(`Welcome\nqda-lab-m-begin\n${text}\nqda-lab-m-end\n`, 'm');
  if (fields === null) throw new Error('the text has no end');
  return factsOf(fields);
};

const shell = { uid: 2000, root: null };
const asRoot = { uid: 0, root: 'su' };
const named = (checks: readonly Check[], name: string): Check => {
  const check = checks.find((one) => one.name === name);
  if (check === undefined) throw new Error(`there is no check ${name}`);
  return check;
};

describe('the script', () => {
  it('fits into one packet of an old daemon, with what it is wrapped in', () => {
    expect(BOARD_SCRIPT.length).toBeLessThan(LONGEST_COMMAND - 500);
  });

  it.each(['dash', 'bash', 'sh'])('runs to its end in %s, without a word on standard error', (program) => {
    const ran = spawnSync(program, ['-c', `${BOARD_SCRIPT}\necho end=1`], { encoding: 'utf8' });
    if (ran.error !== undefined) return; // that shell is not installed
    expect(ran.stdout).toMatch(/^model=/);
    expect(ran.stdout).toMatch(/end=1\n$/);
    expect(ran.stderr.replace(/.*null byte.*\n/g, '')).toBe('');
  });
});

describe('facts', () => {
  it('are what the board said', () => {
    const facts = factsIn(PHONE);
    expect(facts).toMatchObject({ selinux: 'enforcing', context: 'u:r:shell:s0', accelListed: true });
    expect(facts.nodes).toEqual([
      {
        path: '/dev/accel/accel0',
        readable: false,
        writable: false,
        driver: 'qda',
        dsp: 'cdsp',
        permissions: 'crw-rw---- system:system',
      },
      expect.objectContaining({ path: '/dev/fastrpc-adsp-secure', dsp: 'adsp', writable: true }),
    ]);
    expect(facts.modules).toEqual([{ name: 'qda', loaded: true, btf: true }]);
    expect(facts.zones.map(({ milliDegrees }) => milliDegrees)).toEqual([41000, 86500, -273000]);
  });

  it('are none where a board says nothing, and bounded where it says too much', () => {
    expect(factsIn('')).toMatchObject({ nodes: [], selinux: null, zones: [], model: '', vmlinuxBtf: false });
    const flood = factsIn(Array.from({ length: 5000 }, (_, at) => `zone=${at}|/z${at}`).join('\n'));
    expect(flood.zones.length).toBeLessThanOrEqual(256);
    const ugly = factsIn('zone=hot|x\nzone=|y\nnode=\nnode=|||||\nselinux=perhaps|\nheap=||||');
    expect(ugly).toMatchObject({ zones: [], selinux: null });
    expect(agentLikeChecks(ugly).length + driverChecks(ugly, shell).length).toBe(11);
  });
});

describe('what the shell sees', () => {
  it('is told with what was read, and with what to do where that is not well', () => {
    const checks = driverChecks(factsIn(PHONE), shell);
    expect(named(checks, 'dsp-state')).toMatchObject({
      state: 'warn',
      remedy: 'start it as root: echo start > /sys/class/remoteproc/remoteproc1/state',
    });
    expect(named(checks, 'dsp-state').read).not.toContain('modem');
    expect(named(checks, 'driver')).toMatchObject({ state: 'ok', read: '/sys/kernel/btf/qda is there' });
    expect(named(checks, 'node-permission')).toMatchObject({ state: 'fail' });
    expect(named(checks, 'node-permission').remedy).toContain('chmod 666 /dev/accel/accel0');
    expect(named(checks, 'selinux')).toMatchObject({ state: 'warn' });
    expect(named(checks, 'shell-elf')).toMatchObject({ state: 'ok' });
  });

  it('is judged by whom the agent would run as', () => {
    const checks = driverChecks(factsIn(PHONE), asRoot);
    expect(checks.filter(({ state }) => state !== 'ok').map(({ name }) => name)).toEqual(['dsp-state']);
  });

  it('says of a bare machine what is not there, and never that nothing can be measured: the agent looks closer', () => {
    const bare = factsIn('');
    const all = [...driverChecks(bare, asRoot), ...agentLikeChecks(bare)];
    expect(all.some(({ fatal }) => fatal === true)).toBe(false);
    expect(named(all, 'driver').state).toBe('fail');
    expect(named(driverChecks(bare, shell), 'driver').state).toBe('unknown');
    expect(named(all, 'shell-elf').remedy).toContain('--shell');
    expect(all.every(({ state, remedy }) => state === 'ok' || remedy !== '')).toBe(true);
  });

  it("repeats the agent under the agent's own names", () => {
    const checks = agentLikeChecks(factsIn(PHONE));
    expect(new Set(checks.map(({ name }) => name))).toEqual(ALSO_AGENT);
    expect(named(checks, 'thermal')).toMatchObject({ state: 'fail' });
    expect(named(checks, 'thermal').read).toContain('thermal_zone11');
    expect(named(checks, 'governor')).toMatchObject({ state: 'warn' });
    expect(named(checks, 'debugfs').read).toContain('/sys/kernel/debug');
    expect(named(checks, 'dma-heap')).toMatchObject({ state: 'ok' });
  });
});

const probe: BoardProbe = {
  uid: 2000,
  user: 'shell',
  machine: 'aarch64',
  kernel: '6.18.0-lab',
  boot: 'b',
  serial: 's',
  home: '/',
  shell: '/bin/sh',
  sha256: 'sha256sum',
  has: { su: false, sudo: false },
  agents: [],
};

describe('where the agent would be put', () => {
  it('a machine without an agent is fatal, an old kernel is not', () => {
    expect(machineCheck(probe, null)).toMatchObject({ state: 'ok', read: 'aarch64' });
    const none = machineCheck(probe, { code: 'no-agent', message: 'none', remedy: 'r' });
    expect(none).toMatchObject({ state: 'fail', fatal: true, read: 'none', remedy: 'r' });
    const states = ['6.12.1', '6.11', '5.15.0', '7.0', 'odd', ''].map(
      (kernel) => kernelCheck({ ...probe, kernel }).state,
    );
    expect(states).toEqual(['ok', 'warn', 'warn', 'ok', 'ok', 'ok']);
  });

  it('names every place that was tried', () => {
    const at = (place: string, state: 'ok' | 'noexec' | 'full') => ({ place, state, said: '', digest: '' });
    const found = placeCheck([at('/tmp', 'noexec'), at('/run', 'ok')], probe);
    expect(found).toMatchObject({ state: 'ok', read: '/run; /tmp: noexec' });
    const none = placeCheck([at('/tmp', 'noexec'), at('/run', 'full')], probe);
    expect(none).toMatchObject({ state: 'fail', fatal: true });
    expect(none.read).toMatch(/\/tmp.*\/run/);
  });

  it('without root it can be run anyway', () => {
    const as = (script: string): string => script;
    expect(rootCheck({ root: 'sudo -n', uid: 0, as, tried: [] }, probe)).toMatchObject({ state: 'ok' });
    const none = rootCheck({ root: null, uid: 2000, as, tried: ['there is no su'] }, probe);
    expect(none.state).toBe('warn');
    expect(none.read).toContain('there is no su');
  });
});

const way = (changes: Partial<BoardSummary>): BoardSummary => ({
  id: 's',
  transport: 'usb',
  label: '',
  simulated: false,
  state: 'ready',
  detail: '',
  via: 'USB 1-2',
  ...changes,
});

describe('how a board is reached', () => {
  it('one way that lets us in is enough', () => {
    const server = way({ transport: 'adb', via: 'adb server h:1' });
    const check = reachCheck([server, way({ state: 'busy', detail: 'Held by adb (process 1).' })]);
    expect(check).toMatchObject({
      state: 'ok',
      read: 'adb server h:1: ready; USB 1-2: busy. Held by adb (process 1)',
    });
  });

  it.each([
    ['unauthorized', 'screen'],
    ['offline', 'adbd'],
    ['busy', 'end the program'],
    ['failed', 'plug the board in again'],
  ] as const)('%s is fatal, and has a remedy of its own', (state, remedy) => {
    const check = reachCheck([way({ state })]);
    expect(check).toMatchObject({ state: 'fail', fatal: true });
    expect(check.remedy).toContain(remedy);
    expect(reachCheck([way({ state, remedy: 'mine' })]).remedy).toBe('mine');
  });

  it('an adb server is fine when it is there, and when it is not and nobody asked for it', () => {
    const usual = parseServerAddress('127.0.0.1:5037', false);
    const asked = parseServerAddress('lab:5037');
    if (!usual.ok || !asked.ok) throw new Error('no address');
    const problem = { code: 'x', message: 'Nobody listens.', remedy: 'Start one.' };
    expect(serverCheck(usual.value, { kind: 'following', version: 41, devices: [] })).toMatchObject({
      state: 'ok',
      read: '127.0.0.1:5037 answers, version 41; it lists 0 boards',
    });
    expect(serverCheck(usual.value, { kind: 'absent', problem }).state).toBe('ok');
    expect(serverCheck(asked.value, { kind: 'absent', problem })).toMatchObject({
      state: 'fail',
      remedy: 'Start one.',
    });
    expect(serverCheck(usual.value, { kind: 'broken', problem }).state).toBe('fail');
  });
});

const listed = async (checks: AsyncIterable<Check>): Promise<Check[]> => {
  const list: Check[] = [];
  for await (const check of checks) list.push(check);
  return list;
};

/** Its folders go with the test. */
function machineOfTest(): FakeMachine {
  const machine = new FakeMachine();
  onTestFinished(() => {
    machine.remove();
  });
  return machine;
}

describe('USB of this machine', () => {
  it('says what is missing where nothing is plugged in, for each system', async () => {
    const machine = machineOfTest().withUsb();
    const [check] = await listed(usbPreflight(systemBus('linux', machine.roots)));
    expect(check).toMatchObject({ name: 'usb', state: 'warn' });
    for (const [platform, word] of [
      ['win32', 'WinUSB'],
      ['darwin', 'macOS'],
    ] as const) {
      const none = {
        ...systemBus('linux', machine.roots),
        platform,
        look: async () => ({ ok: true, value: [] }),
      };
      const [other] = await listed(usbPreflight(none as unknown as ReturnType<typeof systemBus>));
      expect(other?.remedy).toContain(word);
    }
  });

  it('names the device, who may open it, and who has it', async () => {
    const machine = machineOfTest().withUsb().plug({ path: '1-2', serial: 'S1', driver: 'usbfs' });
    const checks = await listed(usbPreflight(systemBus('linux', machine.roots)));
    expect(checks.map(({ name }) => name)).toEqual(['usb', 'usb-permission', 'usb-interface']);
    expect(named(checks, 'usb').read).toContain('USB 1-2');
    expect(named(checks, 'usb-interface').read).toContain('a program of another user');
  });

  it('shows the udev rule where the user may not open it', async () => {
    const machine = machineOfTest().withUsb().plug({ path: '1-2', serial: 'S1' });
    const bus = systemBus('linux', machine.roots);
    const look = async (): ReturnType<typeof bus.look> => {
      const seen = await bus.look();
      return seen.ok ? ok(seen.value.map((device) => ({ ...device, access: 'denied' as const }))) : seen;
    };
    const holder = (): string | null => null;
    const checks = await listed(usbPreflight({ platform: 'linux', look, holder } as unknown as typeof bus));
    expect(named(checks, 'usb-permission')).toMatchObject({ state: 'fail' });
    expect(named(checks, 'usb-permission').remedy).toContain('51-qda-lab.rules');
  });
});

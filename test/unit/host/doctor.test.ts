import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { appLogTail } from '../../../electron/host/app-log.ts';
import { checkBoard, checkQuietly } from '../../../electron/host/check-board.ts';
import { boardChecks } from '../../../electron/host/checks.ts';
import { KnownAddresses } from '../../../electron/host/desk/addresses.ts';
import { LogFile } from '../../../electron/host/desk/log-file.ts';
import { Log } from '../../../electron/host/desk/log.ts';
import { environmentLines, makeDoctor } from '../../../electron/host/doctor.ts';
import { Links } from '../../../electron/host/links.ts';
import { scrub } from '../../../electron/host/scrub.ts';
import type { Target } from '../../../electron/link/interfaces/link.ts';
import type { Check } from '../../../electron/model/board.ts';
import { fail, ok } from '../../../electron/model/outcome.ts';
import { appendAppLog, appLogPath } from '../../../electron/store/app-log.ts';
import { NO_ADDRESSES } from '../../../electron/store/addresses.ts';
import { FakeClock } from '../session/fake-clock.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'qda-lab-doctor-'));
});
afterEach(() => {
  rmSync(home, { recursive: true });
});

const check = (name: string, more: Partial<Check> = {}): Check => ({
  name,
  state: 'ok',
  read: 'r',
  why: 'w',
  remedy: '',
  ...more,
});

const board = (checks: readonly Check[]): Target => ({
  summary: {
    id: 's1',
    transport: 'usb',
    label: 'l',
    simulated: false,
    state: 'ready',
    detail: '',
    via: 'USB 1-2',
  },
  deploy: async () => fail('no', 'no'),
  logs: async () => ok(`log of ${home}`),
  async *preflight() {
    yield* checks;
  },
});

const listed = async (checks: AsyncIterable<Check>): Promise<readonly string[]> => {
  const list: string[] = [];
  for await (const { name } of checks) list.push(name);
  return list;
};

describe('the checks of a board', () => {
  const targets = [board([check('adb'), check('thermal'), check('root')])];

  it("wait for the agent's word where it looks closer", async () => {
    const agent = async (): Promise<ReturnType<typeof ok<readonly Check[]>>> =>
      ok([check('thermal'), check('clock')]);
    expect(await listed(boardChecks(targets, agent, {}))).toEqual([
      'transport',
      'adb',
      'root',
      'thermal',
      'clock',
    ]);
  });

  it('tell what the shell saw where no agent can be asked, or nobody wants one', async () => {
    const none = await listed(boardChecks(targets, async () => fail('x', 'no agent'), {}));
    expect(none).toEqual(['transport', 'adb', 'root', 'thermal', 'agent']);
    expect(await listed(boardChecks(targets, null, {}))).toEqual(['transport', 'adb', 'root', 'thermal']);
  });

  it('tell of their way first; what fails of it is about others where this board is reached', async () => {
    const provider = {
      transport: 'usb' as const,
      list: async () => ok([]),
      async *preflight() {
        yield check('usb-permission', { state: 'fail', fatal: true });
      },
    };
    const lab = { providers: [provider], storePath: '', home, version: '', buildId: '' };
    const none = board([check('place', { state: 'fail', fatal: true })]);
    const first = async (target: Target): Promise<Check | undefined> => {
      for await (const one of checkBoard(lab, [target], {})) return one;
      return undefined;
    };
    expect(await first(none)).toEqual(check('usb-permission', { state: 'warn' }));
    const away = { ...none, summary: { ...none.summary, state: 'failed' as const } };
    expect(await first(away)).toEqual(check('usb-permission', { state: 'fail', fatal: true }));
  });

  it('put no agent where one runs already, and say so', async () => {
    const lab = { providers: [], storePath: '', home, version: '', buildId: '' };
    let deployed = 0;
    const with_ = (agents: readonly string[]): Target => ({
      ...board([check('adb'), check('thermal')]),
      deploy: async () => fail('no', String((deployed += 1))),
      agents: async () => ok(agents),
    });
    const used: Check[] = [];
    for await (const one of checkQuietly(lab, [with_(['process 7', 'process 9'])], {})) used.push(one);
    expect(used.map(({ name }) => name)).toEqual(['transport', 'adb', 'thermal', 'agent']);
    expect(used.at(-1)).toMatchObject({
      state: 'unknown',
      read: expect.stringMatching(
        /runs on the board already \(process 7, process 9\).*No agent was put there/,
      ) as string,
    });
    expect(deployed).toBe(0);
    expect(await listed(checkQuietly(lab, [with_([])], {}))).toContain('agent');
    expect(deployed).toBe(1);
  });

  it('put nothing on a board after a fatal one', async () => {
    let asked = 0;
    const agent = async (): Promise<ReturnType<typeof fail>> => fail('x', String((asked += 1)));
    const names = await listed(
      boardChecks([board([check('place', { state: 'fail', fatal: true })])], agent, {}),
    );
    expect([names, asked]).toEqual([['transport', 'place'], 0]);
    const away = board([]);
    const lost = { ...away, summary: { ...away.summary, state: 'offline' as const } };
    expect(await listed(boardChecks([lost], agent, {}))).toEqual(['transport']);
    expect(await listed(boardChecks([], agent, {}))).toEqual([]);
  });
});

describe('what is sent to others', () => {
  const me = { home: '/home/ada', user: 'ada', host: 'lab7.example' };

  it.each([
    ['read /home/ada/.local/x and /home/bob/y', 'read ~/.local/x and /home/.../y'],
    ['C:\\Users\\Ada Lovelace\\x', 'C:\\Users\\...\\x'],
    [JSON.stringify('read C:\\Users\\Ada\\x'), JSON.stringify('read C:\\Users\\...\\x')],
    ['ada@lab7: adamant, ADA', 'USER@HOST: adamant, USER'],
    ['token e4dc1fac199e1abbff33faa47287c6202d408947', 'token e4dc1fac...'],
    ['http://127.0.0.1:1/#token=abc123', 'http://127.0.0.1:1/#token=...'],
    [`-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\nafter`, '(key taken out)\nafter'],
    [`-----BEGIN PRIVATE KEY-----\nMIIE`, '(key taken out)'],
    [`x ${'QUJD'.repeat(40)}== y`, 'x (key taken out) y'],
    ['boot 0a1b2c3d-0000-4000-8000-0123456789ab stays', 'boot 0a1b2c3d-0000-4000-8000-0123456789ab stays'],
    ['fingerprint 0a:1b:2c', 'fingerprint 0a:1b:2c'],
  ])('%s', (text, clean) => {
    expect(scrub(text, me)).toBe(clean);
  });

  it('leaves words that name nobody', () => {
    expect(scrub('adbd is root on host', { home: '/root', user: 'root', host: 'host' })).toBe(
      'adbd is root on HOST',
    );
  });

  it('tells of the environment what changes this tool, and no secret', () => {
    const env = {
      QDA_LAB_TCP: '10.0.0.7:5555',
      ANDROID_ADB_SERVER_PORT: '6037',
      ANDROID_KEYSTORE_PASSWORD: 'secret',
      ANDROID_SIGNING_KEY: 'secret',
      ADB_PASSWORD: 'secret',
      HOME: '/home/ada',
    };
    expect(environmentLines(env)).toEqual(['ANDROID_ADB_SERVER_PORT=6037', 'QDA_LAB_TCP=10.0.0.7:5555']);
  });

  it('is one file with everything of every board', async () => {
    const provider = {
      transport: 'usb' as const,
      list: async () => ok([board([check('place', { state: 'fail', fatal: true, remedy: 'mend' })])]),
    };
    const { file, holds } = await makeDoctor({
      lab: { providers: [provider], storePath: '', home, version: '1.2.3', buildId: 'b' },
      electron: '45',
      checksOf: (targets) => boardChecks(targets, null, {}),
      log: ['a line'],
      nowMs: Date.UTC(2026, 10, 22, 22, 5),
    });
    expect(file.name).toBe('qda-lab-doctor-20261122-2205.txt');
    for (const part of [
      'version: 1.2.3',
      'electron 45',
      'fail! place: r | mend',
      'log of ',
      'a line',
      '"via":"USB 1-2"',
    ])
      expect(file.text).toContain(part);
    expect(holds).toContain('1 board with 2 checks');
  });
});

describe('the log in a file', () => {
  it('holds what was said, and is bounded', () => {
    const clock = new FakeClock();
    const log = new Log(clock);
    const file = new LogFile(log, home, clock);
    log.say('debug', 'not this');
    log.say('warn', 'one\ntwo', 'b', 'mend it');
    file.close();
    log.say('warn', 'after');
    expect(appLogTail(home)).toEqual([expect.stringMatching(/warn app b one \/ two \| mend it$/)]);
    const path = appLogPath(home);
    for (let round = 0; round < 5; round += 1)
      appendAppLog(path, Array(4000).fill('x'.repeat(99)) as string[]);
    expect(statSync(path).size + statSync(`${path}.old`).size).toBeLessThan(3 * 2 ** 20);
    expect(appLogTail(home).length).toBe(500);
  });
});

describe('addresses', () => {
  it('are kept as they are meant, once, and looked at from then on', () => {
    const links = new Links(NO_ADDRESSES, ok(NO_ADDRESSES));
    const lab = { providers: links.providers, links, storePath: '', home, version: '', buildId: '' };
    const known = new KnownAddresses(lab);
    expect(known.add('tcp', ' 10.0.0.7 ')).toEqual(ok('10.0.0.7:5555'));
    expect(known.add('tcp', '10.0.0.7:5555').ok).toBe(true);
    expect(known.add('adb', 'lab-pc')).toEqual(ok('lab-pc:5037'));
    expect(known.add('tcp', 'no address').ok).toBe(false);
    const all = [
      { kind: 'adb', address: 'lab-pc:5037' },
      { kind: 'tcp', address: '10.0.0.7:5555' },
    ];
    expect(known.list()).toEqual(all);
    expect(new KnownAddresses(lab).list()).toEqual(all);
    expect(known.remove('adb', 'lab-pc:5037').ok).toBe(true);
    expect(new KnownAddresses(lab).list()).toEqual([all[1]]);
  });
});

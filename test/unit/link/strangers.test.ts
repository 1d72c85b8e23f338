// Boards and programs that say more than they were asked: terminal sequences, the other direction of writing, places that are none.
import { describe, expect, it } from 'vitest';
import type { AdbDevice } from '../../../electron/link/adb/device.ts';
import { identityIn } from '../../../electron/link/adb/identity.ts';
import { cannotRun, lostBy } from '../../../electron/link/adb/problems.ts';
import { cannotFollow, refusedBy } from '../../../electron/link/adb-server/problems.ts';
import { installAgent } from '../../../electron/link/deploy/install.ts';
import { probeOf } from '../../../electron/link/deploy/probe.ts';
import { pushProgram } from '../../../electron/link/deploy/push.ts';
import { findRank, missingForWantOfRoot } from '../../../electron/link/deploy/root.ts';
import { Fields, words } from '../../../electron/link/deploy/shell.ts';
import { fail, ok } from '../../../electron/model/outcome.ts';

/** Clears a screen, by two letters and by one; writes from right to left; hides. */
const EVIL = 'a\u001b[2Jb\u009b2Jc\u202ed\u2066e\u200bf\u2028g\u0007';
// eslint-disable-next-line no-control-regex
const OBEYED = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/;

const refuse = async (): Promise<ReturnType<typeof fail>> => fail('no', 'Not asked for.');
const device = (more: Partial<AdbDevice>): AdbDevice => ({
  features: [],
  banner: { product: '', model: '', device: '' },
  run: refuse,
  push: async () => ok(undefined),
  connect: refuse,
  gone: new Promise(() => undefined),
  close: async () => undefined,
  ...more,
});
const probe = probeOf(
  new Fields([
    ['uid', '2000'],
    ['su', 'yes'],
    ['sha256', 'sha256sum'],
  ]),
);

describe('words of a stranger', () => {
  it('hold nothing that a terminal or a page obeys', async () => {
    const { serials } = identityIn(`qda-lab prop ${EVIL}\n`);
    const rank = await findRank(device({ run: async () => ok({ code: 1, out: EVIL, err: EVIL }) }), probe);
    const said = [
      words(EVIL),
      serials.join(),
      lostBy(new Error(EVIL)).message,
      cannotFollow('here', 41, EVIL).message,
      JSON.stringify(refusedBy('here', EVIL, EVIL)),
      missingForWantOfRoot(rank, 'shell')?.message ?? '',
    ];
    for (const text of said) {
      expect(text).toContain('a');
      expect(text).not.toMatch(OBEYED);
    }
  });
});

describe('a command that fails', () => {
  it('is called by its words where it is short, and a script is not quoted', () => {
    expect(cannotRun('id -u').message).toContain('The command "id -u" was not run');
    const script = cannotRun('echo qda-lab-1-begin\nc(){ cat;}\necho qda-lab-1-end').message;
    expect(script).toContain('A script of this tool was not run');
    expect(script).not.toMatch(/\n|qda-lab-1/);
  });
});

describe('a board that lies', () => {
  const answer = (mark: string, line: string) =>
    ok({ code: 0, out: `qda-lab-${mark}-begin\n${line}\nqda-lab-${mark}-end\n`, err: '' });
  const markIn = (command: string): string => /qda-lab-([0-9a-f]+)-begin/.exec(command)?.[1] ?? '';

  it('does not choose where the agent goes, nor keep us busy for ever', async () => {
    let asked = 0;
    const liar = device({
      run: async (command) => {
        asked += 1;
        return answer(markIn(command), 'place=/etc|ok|');
      },
      push: async () => fail('push-failed', 'The file system there is full.'),
    });
    const program = { bytes: new Uint8Array(8), buildId: null, args: [] };
    const installed = await installAgent(liar, probe, program, { places: ['/tmp', '/run'] });
    expect(installed).toMatchObject({ ok: false, problem: { code: 'no-place' } });
    expect(asked).toBe(1);
  });
});

describe('a push that is called off while it gets its name', () => {
  it('leaves nothing', async () => {
    const ran: string[] = [];
    const bytes = new Uint8Array(0);
    const digest = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    const board = device({
      run: async (command) => {
        ran.push(command);
        const mark = /qda-lab-([0-9a-f]+)-begin/.exec(command)?.[1] ?? '';
        if (command.includes('mv -f')) return fail('cancelled', 'The command was cancelled.');
        return ok({
          code: 0,
          out: `qda-lab-${mark}-begin\ndigest=${digest}\nqda-lab-${mark}-end\n`,
          err: '',
        });
      },
    });
    const pushed = await pushProgram(board, { probe, path: '/tmp/qda-lab-2000/agent-1', bytes });
    expect(pushed).toMatchObject({ ok: false, problem: { code: 'cancelled' } });
    expect(ran.at(-1)).toMatch(/^rm -f '\/tmp\/qda-lab-2000\/agent-1\.[0-9a-f]{8}\.new'$/);
  });
});

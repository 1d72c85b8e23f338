import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KeyStore } from '../../../electron/link/keys/store.ts';
import { problemOf, until, valueOf } from '../../board/session-lab.ts';
import { UsbLab } from '../lab.ts';
import type { AskingBoard, Rig } from '../rig.ts';
import type { Tap } from '../tap.ts';
import { openBoard } from './measuring.ts';

const NAME = 'tester@machine';
/** How long the screen is looked at for an answer that does not come. */
const ANSWER_MS = 2_000;

interface Asked {
  readonly board: AskingBoard;
  readonly lab: UsbLab;
  readonly home: string;
}

/** A board that asks for a key, and a user who has none yet. */
async function withBoard(
  rig: Rig,
  user: 'allows' | 'never' | 'asks again',
  use: (asked: Asked) => Promise<string>,
): Promise<string> {
  if (rig.plugAsking === undefined) throw new Error('this board cannot be made to ask');
  const home = mkdtempSync(join(tmpdir(), 'usb-home-'));
  const board = await rig.plugAsking(user);
  const keys = new KeyStore({ platform: 'linux', env: {}, home, name: NAME });
  const lab = new UsbLab(rig.serial, rig.agents, { keys, answerMs: ANSWER_MS });
  try {
    await until('the board to be listed', async () => (await lab.find())?.summary.state === 'ready');
    return await use({ board, lab, home });
  } finally {
    await lab.close();
    await rig.unplug();
    rmSync(home, { recursive: true });
  }
}

/** Its user is asked once; then the key is known, and openssl has found its signature good. */
async function allowed({ board, lab, home }: Asked): Promise<string> {
  for (const signatures of [
    { good: 0, bad: 0 },
    { good: 1, bad: 0 },
  ]) {
    const { session, identity } = await openBoard(lab);
    assert.ok(identity.nodes.some(({ generation }) => generation !== null));
    await session.close();
    const { asked, signatures: seen, complaints } = board.report();
    assert.deepEqual({ asked, seen, complaints }, { asked: [NAME], seen: signatures, complaints: [] });
  }
  assert.equal(statSync(join(home, '.config/qda-lab/adbkey')).mode & 0o777, 0o600);
  const target = await lab.target();
  valueOf(await (target.clean?.({}) ?? Promise.reject(new Error('it cannot clean'))));
  return `asked: ${NAME}`;
}

async function notAllowed({ board, lab }: Asked): Promise<string> {
  const problem = problemOf(await (await lab.target()).deploy({}));
  assert.equal(problem.code, 'unauthorized');
  assert.match(problem.remedy, /screen of the board/);
  const { summary } = await lab.target();
  assert.deepEqual([summary.state, summary.detail], ['unauthorized', problem.message]);
  assert.deepEqual(board.report().asked, [NAME]);
  return problem.message;
}

/** A board that wants to know who comes: the key is shown over the cable, and every answer of its user has a sentence. */
export async function asked(tap: Tap, rig: Rig): Promise<void> {
  if (rig.plugAsking === undefined) {
    tap.skip('a board that asks for a key', 'only the one in memory can be made to ask');
    return;
  }
  await rig.unplug();
  await tap.check('a board that asks: its user allows the key, and it is known the next time', () =>
    withBoard(rig, 'allows', allowed),
  );
  await tap.check('a board whose user does not answer says so, until it is plugged in anew', () =>
    withBoard(rig, 'never', notAllowed),
  );
  await tap.check('a board that refuses the key says so', () => withBoard(rig, 'asks again', notAllowed));
}

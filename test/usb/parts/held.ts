import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { boardsSeen, findBoards } from '../../../electron/host/boards.ts';
import { Identities } from '../../../electron/link/adb/identities.ts';
import { Ways } from '../../../electron/link/adb/ways.ts';
import { parseServerAddress } from '../../../electron/link/adb-server/address.ts';
import { adbServerProvider } from '../../../electron/link/adb-server/provider.ts';
import { boardTarget } from '../../../electron/link/deploy/board-target.ts';
import type { Target } from '../../../electron/link/interfaces/link.ts';
import { userKeys } from '../../../electron/link/keys/store.ts';
import { usbProvider } from '../../../electron/link/usb/provider.ts';
import type { BoardSummary } from '../../../electron/model/board.ts';
import type { Problem } from '../../../electron/model/outcome.ts';
import { openSession } from '../../../electron/session/open.ts';
import { problemOf, until, valueOf } from '../../board/session-lab.ts';
import type { UsbLab } from '../lab.ts';
import type { AdbClient, Rig } from '../rig.ts';
import type { Tap } from '../tap.ts';
import { adb, PORT } from './debian.ts';

const NOBODY = '65534';
const PATIENCE_MS = 60_000;

/** Somebody else has the interface, or this user may not open it: each is said, by who and why. */
export async function held(tap: Tap, rig: Rig, lab: UsbLab): Promise<void> {
  const { adb: client, serial } = rig;
  if (client === null) tap.skip('an adb server that holds the interface is named', 'adb is not installed');
  else {
    await tap.check('an adb server that holds the interface is named, and left alone', () =>
      heldByServer(client, serial, lab),
    );
    await tap.check('through that server it is one board with two ways, and an agent comes onto it', () =>
      throughServer(rig),
    );
    await tap.check('the interface is free when its user has ended the server', async () => {
      await adb(client, 'kill-server');
      await until('the interface to be free', async () => (await lab.target()).summary.state === 'ready');
    });
  }
  const notPermitted = 'a user who may not open the device is told so, and what to do';
  if (process.geteuid?.() !== 0) tap.skip(notPermitted, 'this is not root, who could be another user');
  else await tap.check(notPermitted, () => seenByNobody(serial));
}

async function heldByServer(client: AdbClient, serial: string, lab: UsbLab): Promise<string> {
  await adb(client, '-s', serial, 'wait-for-device');
  const problem = problemOf(await (await lab.target()).deploy({}));
  assert.equal(problem.code, 'busy');
  assert.match(problem.message, /adb/);
  assert.notEqual(problem.remedy, '');
  assert.equal((await lab.target()).summary.state, 'busy');
  assert.equal((await adb(client, '-s', serial, 'get-state')).trim(), 'device');
  return problem.message;
}

/** As the tool itself looks for boards: at USB and at the server, with one book of ways. */
async function throughServer({ serial, agents }: Rig): Promise<string> {
  const ways = new Ways();
  const targetOf = (summary: BoardSummary): Target => boardTarget(summary, { ways, agents });
  const parts = { ways, targetOf, keys: userKeys(), identities: new Identities(ways) };
  const server = parseServerAddress(`127.0.0.1:${PORT}`);
  const providers = [usbProvider(parts), adbServerProvider(server, parts)];
  const seen = boardsSeen(await findBoards({ providers })).filter(
    ({ target }) => target.summary.id === serial,
  );
  const [{ target, transports } = assert.fail('it is not listed'), ...more] = seen;
  assert.deepEqual([transports, more], [['adb', 'usb'], []]);
  assert.match(target.summary.detail, /^through the adb server 127\.0\.0\.1:\d+, USB \d+-\d+/);
  const session = valueOf(await openSession(target, {}));
  valueOf(await session.identity());
  await session.close();
  valueOf(await (target.clean?.({}) ?? Promise.reject(new Error('it cannot clean'))));
  for (const provider of providers) await provider.close?.();
  return target.summary.detail;
}

async function seenByNobody(serial: string): Promise<string> {
  const script = process.argv[1] ?? '';
  const who = ['--reuid', NOBODY, '--regid', NOBODY, '--clear-groups'];
  const words = [...who, process.execPath, script, 'look', serial];
  const { stdout } = await promisify(execFile)('setpriv', words, { timeout: PATIENCE_MS });
  const seen = JSON.parse(stdout) as Looked;
  assert.equal(seen.state, 'failed');
  assert.equal(seen.problem?.code, 'no-permission');
  assert.match(seen.problem.remedy, /udev/);
  return seen.problem.message;
}

/** What a user sees of the board. */
interface Looked {
  readonly state: string;
  readonly problem: Problem | null;
}

/** Run as somebody else: lists the board, tries to use it, and prints what comes of that. */
export async function look(lab: UsbLab): Promise<void> {
  const target = await lab.target();
  const deployed = await target.deploy({});
  const looked: Looked = { state: target.summary.state, problem: deployed.ok ? null : deployed.problem };
  console.log(JSON.stringify(looked));
  await lab.close();
}

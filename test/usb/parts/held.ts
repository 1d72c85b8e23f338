import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Problem } from '../../../electron/model/outcome.ts';
import { problemOf, until } from '../../board/session-lab.ts';
import type { UsbLab } from '../lab.ts';
import type { AdbClient, Rig } from '../rig.ts';
import type { Tap } from '../tap.ts';
import { adb } from './debian.ts';

const NOBODY = '65534';
const PATIENCE_MS = 60_000;

/** Somebody else has the interface, or this user may not open it: each is said, by who and why. */
export async function held(tap: Tap, rig: Rig, lab: UsbLab): Promise<void> {
  const { adb: client, serial } = rig;
  if (client === null) tap.skip('an adb server that holds the interface is named', 'adb is not installed');
  else
    await tap.check('an adb server that holds the interface is named, and left alone', () =>
      heldByServer(client, serial, lab),
    );
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
  await adb(client, 'kill-server');
  await until('the interface to be free', async () => (await lab.target()).summary.state === 'ready');
  return problem.message;
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

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { AdbClient, Rig } from '../rig.ts';
import type { Tap } from '../tap.ts';

/** Not one that a server takes for an emulator, nor the port of the user's own server. */
export const PORT = '15037';
const PATIENCE_MS = 60_000;

/** Runs Debian's adb; its server is ours alone. */
export async function adb({ program, env }: AdbClient, ...words: readonly string[]): Promise<string> {
  const done = await promisify(execFile)(program, ['-P', PORT, ...words], {
    env: { ...process.env, ...env },
    timeout: PATIENCE_MS,
  });
  return done.stdout;
}

/** Debian's own client first: what fails here is no fault of ours. */
export async function debianFirst(tap: Tap, { serial, adb: client }: Rig): Promise<void> {
  if (client === null) {
    tap.skip("Debian's adb talks to the board", 'adb is not installed');
    return;
  }
  await tap.check("Debian's adb finds the board, and runs a command there", async () => {
    await adb(client, '-s', serial, 'wait-for-device');
    assert.equal((await adb(client, '-s', serial, 'shell', 'echo $((6*7))')).trim(), '42');
  });
  await tap.check("Debian's adb pushes 4 MiB, and pulls the same", async () => {
    const folder = mkdtempSync(join(tmpdir(), 'usb-push-'));
    const [from, back] = [join(folder, 'from'), join(folder, 'back')];
    const far = '/data/local/tmp/qda-lab-usb-test';
    writeFileSync(from, randomBytes(4 * 2 ** 20));
    await adb(client, '-s', serial, 'shell', 'mkdir -p /data/local/tmp');
    await adb(client, '-s', serial, 'push', from, far);
    await adb(client, '-s', serial, 'pull', far, back);
    await adb(client, '-s', serial, 'shell', `rm ${far}`);
    assert.ok(readFileSync(from).equals(readFileSync(back)));
    rmSync(folder, { recursive: true });
  });
  await adb(client, 'kill-server');
}

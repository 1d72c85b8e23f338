// A board on the network that is switched off while nobody works with it: nothing comes any more, and nothing is sent.
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const cannot = spawnSync('unshare', ['-n', 'ip', 'link', 'set', 'lo', 'up']).status !== 0;

it.skipIf(cannot)('is noticed by the kernel, with less than its usual patience', async () => {
  const program = join(import.meta.dirname, 'vanishing.ts');
  const child = spawn('unshare', ['-n', process.execPath, program], { stdio: ['ignore', 'pipe', 'pipe'] });
  const said: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => said.push(bytes));
  await new Promise((resolve) => child.once('close', resolve));
  expect(Buffer.concat(said).toString()).toBe('connection-lost first');
});

// A program for a network of its own: a daemon there vanishes without a word, and what its line says is printed. Beside it a connection with the
// kernel's usual patience (ten questions), which must last longer.
import { spawnSync } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { connectTcp } from '../../electron/link/tcp/pipe.ts';

const loopback = (state: 'up' | 'down'): void => {
  const { status, stderr } = spawnSync('ip', ['link', 'set', 'lo', state], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`ip: ${stderr}`);
};

loopback('up');
const server = createServer();
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const address = server.address();
const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
const patient = connect({ port, host: '127.0.0.1' });
await new Promise((resolve) => patient.once('connect', resolve));
patient.setKeepAlive(true, 2_000).on('error', () => undefined);
const pipe = await connectTcp({ host: '127.0.0.1', port, name: 'a board' });
if (!pipe.ok) throw new Error(pipe.problem.message);
loopback('down');
const { code } = await pipe.value.broken;
process.stdout.write(`${code} ${patient.destroyed ? 'late' : 'first'}`);
process.exit(0);

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { at } from './run.ts';

/**
 * One at a time at the work of that name, also among several processes: the others wait. The lock (.build/NAME.lock) is held by a
 * child that ends with its input, so it is released when this process dies.
 */
export async function locked<T>(name: string, work: () => Promise<T>): Promise<T> {
  mkdirSync(at('.build'), { recursive: true });
  const holder = spawn('flock', [at('.build', `${name}.lock`), 'sh', '-c', 'echo held; exec cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    await once(holder.stdout, 'data');
    return await work();
  } finally {
    holder.stdin.end();
  }
}

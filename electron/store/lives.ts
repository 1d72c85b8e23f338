import { hostname } from 'node:os';

/** A host from its start to its end, as the store knows it. */
export const ownLife = (): string => `${hostname()} ${process.pid} ${crypto.randomUUID()}`;

/** True where the host of that life may still run: one of another machine is believed to. */
export function mayLive(life: string): boolean {
  const [host, pid] = life.split(' ');
  if (host !== hostname()) return true;
  try {
    process.kill(Number(pid), 0); // signal 0 only asks
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

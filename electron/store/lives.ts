import { hostname } from 'node:os';
import { isMainThread } from 'node:worker_threads';

const OWN = new Set<string>();

/** A host from its start to its end, as the store knows it. */
export function ownLife(): string {
  const life = `${hostname()} ${process.pid} ${crypto.randomUUID()}`;
  OWN.add(life);
  return life;
}

let here: string | null = null;

/** The life of this program. */
export const lifeHere = (): string => (here ??= ownLife());

/** True where the host of that life may still run: one of another machine is believed to. */
export function mayLive(life: string): boolean {
  const [host, pid] = life.split(' ');
  if (host !== hostname()) return true;
  // In a container each host may have the same. A thread beside does not know what the main one began.
  if (Number(pid) === process.pid) return !isMainThread || OWN.has(life);
  try {
    process.kill(Number(pid), 0); // signal 0 only asks
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

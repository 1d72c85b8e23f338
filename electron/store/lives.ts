import { hostname } from 'node:os';

const OWN = new Set<string>();

/** A host from its start to its end, as the store knows it. */
export function ownLife(): string {
  const life = `${hostname()} ${process.pid} ${crypto.randomUUID()}`;
  OWN.add(life);
  return life;
}

/** True where the host of that life may still run: one of another machine is believed to. */
export function mayLive(life: string): boolean {
  const [host, pid] = life.split(' ');
  if (host !== hostname()) return true;
  if (Number(pid) === process.pid) return OWN.has(life); // in a container each host may have the same
  try {
    process.kill(Number(pid), 0); // signal 0 only asks
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

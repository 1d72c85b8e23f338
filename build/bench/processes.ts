// What /proc says of processes that we started.
import { readdirSync, readFileSync } from 'node:fs';

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // it ended meanwhile
  }
}

/** Process ids of our children. */
export function children(): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && parentIn(textOf(`/proc/${name}/stat`)) === process.pid)
    .map(Number);
}

/** The parent in a text of /proc/PID/stat; the name before it may hold anything, so it is counted from its last bracket. */
export const parentIn = (stat: string): number => Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);

/** A number of /proc/PID/status by its key, null where there is none. */
export function statusNumber(status: string, key: string): number | null {
  const match = new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(status);
  return match ? Number(match[1]) : null;
}

/** The same of a process that runs. */
export const statusOf = (pid: number, key: string): number | null =>
  statusNumber(textOf(`/proc/${pid}/status`), key);

/** Processor time that a process has used, all threads, ms. */
export function cpuMs(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  const used = threads.map((thread) => Number(textOf(`/proc/${pid}/task/${thread}/schedstat`).split(' ')[0]));
  return used.reduce((sum, ns) => sum + ns, 0) / 1e6;
}

import type { Run } from '../model/run.ts';
import { mayLive } from './lives.ts';

/**
 * A run that is said to go on, although nobody measures it any more: the program that did ended before the run, or the run came as a file.
 * What was stored of it stands. `life`: of the program that measures it; null: not known.
 */
export function asItStands<T extends Pick<Run, 'status' | 'reason'>>(
  run: T,
  life: string | null,
  imported: boolean,
): T {
  if (run.status !== 'running') return run;
  if (imported) return { ...run, status: 'incomplete', reason: 'Its file was made while it ran.' };
  if (life === null || mayLive(life)) return run;
  return { ...run, status: 'incomplete', reason: 'The program that measured it ended before it did.' };
}

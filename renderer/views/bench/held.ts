import type { RunView } from '../../../electron/bench/run-view.ts';
import { formatBytes } from '../../../electron/model/format.ts';
import type { LiveRun } from '../../../electron/model/live-run.ts';

/** What the driver keeps until reboot: as it was estimated before the run, as it was measured once the run is stored. */
export interface Held {
  readonly word: string;
  readonly title: string;
}

const WHY = 'This driver keeps every buffer of its own that was once mapped.';

/** null: nothing is kept. A run that did not come to its end may have left more than its points could say. */
export function heldOf(
  { leaves, end }: Pick<LiveRun, 'leaves' | 'end'>,
  stored: Pick<RunView, 'groups'> | null,
): Held | null {
  const bytes = stored ? stored.groups.reduce((sum, group) => sum + group.leftBehind, 0) : leaves;
  if (bytes === 0) return null;
  const least = stored === null || end?.status !== 'complete';
  return {
    word: `${least ? '≥ ' : ''}${formatBytes(bytes)} held until reboot`,
    title: `${bytes} B${stored ? ', by what each point left' : ' by the plan'}\n${WHY}`,
  };
}

import type { Target } from '../link/interfaces/link.ts';
import { withControl } from './virtual-board.ts';

/**
 * What became of a virtual board whose node is gone; empty: it is still there (its DSP restarted), or is none. To its agent, which goes on
 * as a process of this machine, the end of the board and that of a DSP look alike.
 */
export async function virtualEnd({ summary: { id, transport, boot } }: Target): Promise<string> {
  if (transport !== 'virtual') return '';
  const info = await withControl(id, (control) => control.status());
  const kept = 'What was measured until then is kept; the points after it were not tried.';
  if (!info.ok)
    return info.problem.code === 'request-timeout'
      ? ''
      : `The virtual board ${id} ended during the run: its process was stopped or killed. ${kept}`;
  const other = boot !== undefined && boot !== String(info.value.pid);
  return other ? `The virtual board ${id} was started anew during the run. ${kept}` : '';
}

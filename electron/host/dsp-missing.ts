import { runsOnDsp } from '../bench/catalogue.ts';
import type { Target } from '../link/interfaces/link.ts';
import type { PlanEvent } from '../model/plan-events.ts';
import type { Plan } from '../model/plan.ts';
import { withControl } from './virtual-board.ts';

/** Adds to what an agent says of a point, in the order of the stream. */
export type Explain = (event: PlanEvent) => PlanEvent;

/**
 * Why points on the DSP are skipped on a virtual board that cannot run one: to the agent nothing answers behind the driver, as on a
 * board whose DSP is down; the virtual board itself knows what is missing, and what would install it.
 */
export async function explainSkips(target: Target, plan: Plan): Promise<Explain> {
  const onDsp = new Set(plan.points.flatMap((point) => (runsOnDsp(point) ? [point.index] : [])));
  if (onDsp.size === 0 || target.summary.transport !== 'virtual') return (event) => event;
  const info = await withControl(target.summary.id, (control) => control.status());
  const missing = info.ok ? info.value.dspMissing : '';
  if (missing === '') return (event) => event;
  return (event) =>
    event.kind === 'done' && event.status === 'skip' && onDsp.has(event.index)
      ? { ...event, reason: `${event.reason.replace(/\.$/, '')}. Here: ${missing}.` }
      : event;
}

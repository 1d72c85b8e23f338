import { findBenchmark } from '../bench/catalogue.ts';
import { variantText } from '../bench/variants.ts';
import { formatBytes } from '../model/format.ts';
import type { Plan } from '../model/plan.ts';
import type { PlanEvent } from '../model/plan-events.ts';
import type { Screen } from './screen.ts';

/** Shows a running plan on the live line: how far, what now, how long still at the pace so far. */
export class Progress {
  private readonly plan: Plan;
  private readonly screen: Screen;
  private readonly began: number;
  private done = 0;
  private samples = 0;
  private now = '';

  constructor(plan: Plan, screen: Screen, nowMs: number) {
    this.plan = plan;
    this.screen = screen;
    this.began = nowMs;
  }

  event(event: PlanEvent, nowMs: number): void {
    if (event.kind === 'started') this.now = pointText(this.plan, event.index);
    else if (event.kind === 'samples') this.samples += event.ns.length;
    else if (event.kind === 'done') this.done += 1;
    this.screen.live(this.line(nowMs));
  }

  private line(nowMs: number): string {
    const all = this.plan.points.length;
    const width = 20;
    const full = Math.round((width * this.done) / Math.max(1, all));
    const bar = '█'.repeat(full) + '░'.repeat(width - full);
    return `${bar} ${this.done}/${all}  ${this.left(nowMs)}  ${this.samples} samples  ${this.now}`;
  }

  private left(nowMs: number): string {
    if (this.done < 3) return '   ';
    const seconds = (((nowMs - this.began) / this.done) * (this.plan.points.length - this.done)) / 1000;
    return `${Math.ceil(seconds)} s left`;
  }
}

/** 'mem.import 64 KiB heap-system, run 2 of 3' */
function pointText(plan: Plan, index: number): string {
  const point = plan.points[index];
  if (!point) return '';
  const words = [
    findBenchmark(point.benchmark)?.id ?? point.benchmark,
    point.size > 0 ? formatBytes(point.size) : '',
    point.source === 'qda' ? '' : point.source,
    variantText(point),
  ];
  return `${words.filter((word) => word !== '').join(' ')}, run ${point.repeat + 1} of ${plan.repeats}`;
}

import { LiveSamples } from '../../bench/live-series.ts';
import type { LiveEnd, LivePoint, LiveRun } from '../../model/live-run.ts';
import type { Problem } from '../../model/outcome.ts';
import type { PlanEvent } from '../../model/plan-events.ts';

/** Notices that are kept; the first ones, for they say how it began. */
const MOST_NOTICES = 200;

type Head = Omit<LiveRun, 'points' | 'notices' | 'end' | 'phase'>;

/** A run as faces see it: folds the events of its plan, and says which points changed since it was last asked. */
export class LiveRunState {
  readonly #head: Head;
  readonly #points: LivePoint[];
  readonly #at: ReadonlyMap<number, number>;
  readonly #changed = new Set<number>();
  #notices: readonly Problem[] = [];
  #phase: LiveRun['phase'] = 'running';
  #end: LiveEnd | null = null;
  /** The point that runs, and its series. */
  #running: { readonly at: number; readonly series: readonly LiveSamples[] } | null = null;

  constructor(head: Head) {
    this.#head = head;
    this.#points = head.plan.points.map(({ index }) => ({
      index,
      status: 'waiting',
      reason: '',
      series: [],
    }));
    this.#at = new Map(head.plan.points.map(({ index }, at) => [index, at]));
  }

  get phase(): LiveRun['phase'] {
    return this.#phase;
  }

  event(event: PlanEvent): void {
    if (event.kind === 'plan-done') return;
    const at = this.#at.get(event.index);
    if (at === undefined) return;
    if (event.kind === 'started') {
      this.#running = { at, series: event.series.map((name) => new LiveSamples(name)) };
      this.#set(at, { index: event.index, status: 'running', reason: '', series: [] });
    } else if (event.kind === 'samples') {
      if (this.#running?.at === at) this.#running.series[event.series]?.add(event.ns);
    } else {
      const series = this.#running?.at === at ? this.#running.series.map((one) => one.exact()) : [];
      this.#running = null;
      this.#set(at, { index: event.index, status: event.status, reason: event.reason, series });
    }
    this.#changed.add(at);
  }

  /** False: there are too many already. */
  notice(problem: Problem): boolean {
    if (this.#notices.length >= MOST_NOTICES) return false;
    this.#notices = [...this.#notices, problem];
    return true;
  }

  cancelling(): void {
    if (this.#phase === 'running') this.#phase = 'cancelling';
  }

  /** What never ended stands as the run keeps it: cancelled with what it has, or not run. */
  ended(end: LiveEnd): void {
    this.#phase = 'ended';
    this.#end = end;
    const running = this.#running;
    this.#running = null;
    for (const [at, point] of this.#points.entries()) {
      if (point.status === 'running') {
        const series = running?.at === at ? running.series.map((one) => one.exact()) : point.series;
        this.#set(at, {
          ...point,
          status: 'cancelled',
          reason: 'The stream ended before the point did.',
          series,
        });
      } else if (point.status === 'waiting')
        this.#set(at, { ...point, status: 'not-run', reason: 'The run ended before this point.' });
    }
  }

  /** Points that are other than when this was last asked. */
  changes(): readonly LivePoint[] {
    this.#refresh();
    const points = [...this.#changed].map((at) => this.#points[at]).filter((point) => point !== undefined);
    this.#changed.clear();
    return points;
  }

  get phaseChange(): Pick<LiveRun, 'phase' | 'notices' | 'end'> {
    return { phase: this.#phase, notices: this.#notices, end: this.#end };
  }

  view(): LiveRun {
    this.#refresh();
    return { ...this.#head, points: [...this.#points], ...this.phaseChange };
  }

  /** Figures of the running point are made where somebody asks, not with every block. */
  #refresh(): void {
    const { at = -1, series = [] } = this.#running ?? {};
    const point = this.#points[at];
    if (point?.status === 'running' && this.#changed.has(at))
      this.#points[at] = { ...point, series: series.map((one) => one.running()) };
  }

  #set(at: number, point: LivePoint): void {
    this.#points[at] = point;
    this.#changed.add(at);
  }
}

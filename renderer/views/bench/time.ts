import type { LiveRun } from '../../../electron/model/live-run.ts';
import { dateTimeText, offsetText as offset } from '../../app/time.ts';

/** '48 s', '3 min 20 s', '1 h 05 min'. */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const pad = (value: number): string => String(value).padStart(2, '0');
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${pad(Math.floor((whole % 3600) / 60))} min`;
}

/** '2026-11-22 12:04:31' in local time; the offset stands in `offsetText`. */
export function localText(iso: string): string {
  const ms = Date.parse(iso);
  return Number.isNaN(ms) ? iso : dateTimeText(ms).slice(0, 19);
}

/** '+01:00' */
export function offsetText(iso: string): string {
  const ms = Date.parse(iso);
  return Number.isNaN(ms) ? '' : offset(ms);
}

export interface Progress {
  readonly done: number;
  readonly of: number;
  /** 0 to 1, points counted with their budgets. */
  readonly part: number;
  readonly elapsedS: number;
  /** null where too little has ended to say, and when it is over. */
  readonly leftS: number | null;
}

const ENOUGH = 3;

/** How far a run is. What is left is taken from the pace so far, and is never longer than the budgets allow. */
export function progressOf(run: LiveRun, nowMs: number): Progress {
  const weigh = (ended: boolean): number =>
    run.points.reduce(
      (sum, point) =>
        isOver(point.status) === ended ? sum + (run.plan.points[point.index]?.budgetNs ?? 0) : sum,
      0,
    );
  const done = run.points.filter((point) => isOver(point.status)).length;
  const [behind, ahead] = [weigh(true), weigh(false)];
  const elapsedS = Math.max(0, (nowMs - run.startedMs) / 1000);
  const pace = behind > 0 ? (elapsedS * ahead) / behind : 0;
  const most = behind + ahead > 0 ? (run.estimateS * ahead) / (behind + ahead) : 0;
  return {
    done,
    of: run.points.length,
    part: behind + ahead > 0 ? behind / (behind + ahead) : 0,
    elapsedS,
    leftS: run.phase === 'ended' || done < ENOUGH ? null : Math.min(pace, most),
  };
}

/** A cancelled point was cut off, or never begun. */
const isOver = (status: LiveRun['points'][number]['status']): boolean =>
  status !== 'waiting' && status !== 'running' && status !== 'not-run' && status !== 'cancelled';

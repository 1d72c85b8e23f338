import type { Heartbeat } from '../model/stream.ts';

/**
 * Board clock minus host clock, from the heartbeats of a run. A heartbeat is heard a little after it was sent, which makes the
 * offset look too small, so the largest is the nearest. Nothing was heard (a run shorter than a heartbeat): unknown.
 */
export class ClockOffset {
  private best: number | null = null;

  heard({ utcNs }: Heartbeat, nowMs: number): void {
    const offset = Number(utcNs - BigInt(Math.round(nowMs)) * 1_000_000n);
    this.best = Math.max(this.best ?? offset, offset);
  }

  /** Nanoseconds, to about a millisecond; null where unknown. */
  get ns(): number | null {
    return this.best;
  }
}

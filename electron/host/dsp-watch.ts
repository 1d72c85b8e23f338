import { findBenchmark } from '../bench/catalogue.ts';
import { sessionsOf } from '../memory/dsp.ts';
import type { DspSession } from '../model/memory.ts';
import type { Plan } from '../model/plan.ts';
import type { DspLog, DspLogLine, DspMoment } from '../model/run.ts';
import type { LogLine } from '../model/stream.ts';
import type { Session } from '../session/session.ts';

/** Lines of a DSP's log that a run keeps. */
const MOST_LINES = 500;
/** How often a run looks for a DSP session, at most. */
const MOST_LOOKS = 12;

type Watched = Pick<Session, 'on' | 'memory'>;

/**
 * Watches the DSP side of a running plan: its log, and what its sessions hold. It looks when a point that uses the DSP has
 * ended, by the agent's own bookkeeping alone (no /proc, no tracing), until it has seen a session with a buffer mapped into
 * it; the fullest moment is kept.
 */
export class DspWatch {
  private readonly session: Watched;
  private readonly off: readonly (() => void)[];
  private readonly lines: DspLogLine[] = [];
  private omitted = 0;
  private looks = 0;
  private looking: Promise<void> = Promise.resolve();
  private busy = false;
  private best: DspMoment | null = null;

  constructor(session: Watched, plan: Plan) {
    this.session = session;
    const onDsp = new Set(
      plan.points.flatMap((point) => (findBenchmark(point.benchmark)?.dsp === true ? [point.index] : [])),
    );
    this.off = [
      session.on('log', (line) => {
        this.heard(line);
      }),
      session.on('plan', (event) => {
        if (event.kind === 'done' && event.status === 'pass' && onDsp.has(event.index))
          this.look(event.index);
      }),
    ];
  }

  /** Ends the watching. What is still on its way is waited for by `moment`. */
  stop(): void {
    for (const stop of this.off) stop();
  }

  async moment(): Promise<DspMoment | null> {
    await this.looking;
    return this.best;
  }

  get log(): DspLog {
    return { lines: this.lines, omitted: this.omitted };
  }

  private heard({ level, utcNs, source, text }: LogLine): void {
    if (source === 'agent') return;
    if (this.lines.length < MOST_LINES) this.lines.push({ level, utcNs, source, text });
    else this.omitted += 1;
  }

  private look(afterPoint: number): void {
    if (this.busy || this.looks === MOST_LOOKS || richness(this.best?.sessions ?? []) >= MAPPED) return;
    this.looks += 1;
    this.busy = true;
    this.looking = this.take(afterPoint).finally(() => {
      this.busy = false;
    });
  }

  /** A board that does not answer now is the run's own trouble; here it means that this moment was not seen. */
  private async take(afterPoint: number): Promise<void> {
    const snapshot = await this.session.memory(['self']);
    if (!snapshot.ok) return;
    const sessions = sessionsOf(snapshot.value.facts);
    if (richness(sessions) > richness(this.best?.sessions ?? []))
      this.best = { takenNs: snapshot.value.takenNs, afterPoint, sessions };
  }
}

/** From here on a moment shows all that one is looked for: a session with a buffer of ours. */
const MAPPED = 3;

function richness(sessions: readonly DspSession[]): number {
  const maps = sessions.flatMap((session) => session.maps);
  if (maps.some((map) => map.what === 'buffer')) return MAPPED;
  if (maps.length > 0) return 2;
  return sessions.length > 0 ? 1 : 0;
}

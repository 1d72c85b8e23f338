import { runsOnDsp } from '../bench/catalogue.ts';
import { passOf } from '../bench/variants.ts';
import { sessionsOf } from '../memory/dsp.ts';
import type { DspSession } from '../model/memory.ts';
import type { Plan, PlanPoint } from '../model/plan.ts';
import type { DspLog, DspLogLine, DspMoment } from '../model/run.ts';
import type { LogLine } from '../model/stream.ts';
import type { Session } from '../session/session.ts';

/** Lines of a DSP's log that a run keeps. */
const MOST_LINES = 500;
/** How often a run looks for a DSP session, at most. */
const MOST_LOOKS = 8;

type Watched = Pick<Session, 'on' | 'memory'>;

/**
 * Watches the DSP side of a running plan: its log, and what its sessions hold. It looks when its first point on the DSP has ended,
 * and, because buffers go with their point, while points with a buffer that stands mapped warm up: by the agent's own bookkeeping
 * alone (no /proc, no tracing), until it has seen a session with a buffer in it. The fullest moment is kept.
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
    const indexes = (which: (point: PlanPoint) => boolean): ReadonlySet<number> =>
      new Set(plan.points.filter(which).map((point) => point.index));
    const onDsp = indexes(runsOnDsp);
    const mapped = indexes(standsMapped);
    this.off = [
      session.on('log', (line) => {
        this.heard(line);
      }),
      session.on('plan', (event) => {
        if (event.kind === 'started' && mapped.has(event.index)) this.look(event.index, MAPPED);
        if (event.kind === 'done' && onDsp.has(event.index)) this.look(event.index, SEEN);
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

  /** Looks, unless what was seen is as much as can be hoped for now. */
  private look(atPoint: number, hope: number): void {
    if (this.busy || this.looks === MOST_LOOKS || richness(this.best?.sessions ?? []) >= hope) return;
    this.looks += 1;
    this.busy = true;
    this.looking = this.take(atPoint).finally(() => {
      this.busy = false;
    });
  }

  /** A board that does not answer now is the run's own trouble; here it means that this moment was not seen. */
  private async take(atPoint: number): Promise<void> {
    const snapshot = await this.session.memory(['self']);
    if (!snapshot.ok) return;
    const sessions = sessionsOf(snapshot.value.facts);
    if (richness(sessions) > richness(this.best?.sessions ?? []))
      this.best = { takenNs: snapshot.value.takenNs, atPoint, sessions };
  }
}

/** A session with a buffer of ours: all that a moment is looked for. Between points there is a session at most. */
const MAPPED = 3;
const SEEN = 1;

/** Points that keep a buffer mapped on the DSP from their begin to their end. */
const standsMapped = ({ benchmark, variant }: PlanPoint): boolean =>
  ['rpc.argsize', 'e2e.frame'].includes(benchmark) && passOf(variant) === 'mapped';

function richness(sessions: readonly DspSession[]): number {
  const maps = sessions.flatMap((session) => session.maps);
  if (maps.some((map) => map.what === 'buffer')) return MAPPED;
  if (maps.length > 0) return 2;
  return sessions.length > 0 ? 1 : 0;
}

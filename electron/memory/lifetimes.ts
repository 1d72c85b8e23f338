import type { DspSession, PictureBuffer, PictureMapping } from '../model/memory.ts';
import type { MemoryDelta, WatchState } from '../model/memory-delta.ts';
import { Lanes, type Lane, type Span } from './lanes.ts';

/** Trace events or steps that are missing: what happened meanwhile is not known. */
export interface Gap {
  readonly fromMs: number;
  readonly toMs: number;
  /** Trace events that the kernel lost; null: the picture began anew. */
  readonly lost: number | null;
}

/** A stretch in which nobody looked: the board was away, or a run must not be disturbed. */
export interface Away {
  readonly fromMs: number;
  /** null: it lasts. */
  toMs: number | null;
  readonly kind: 'lost' | 'paused' | 'stopped';
  readonly reason: string;
}

/** The process of a buffer that no process is seen to hold. */
export const NOBODY = -1;
const MOST_GAPS = 1000;

/**
 * Lives of buffers, mappings and DSP calls over time, made step by step of the same deltas as the picture. Bounded: beyond
 * `limit` lives that have ended, the oldest are dropped and counted. Times are UTC ms of this machine; a start on the
 * board's clock is set against the time of the delta that told it.
 */
export class Lifetimes {
  readonly lanes: Lanes;
  readonly gaps: Gap[] = [];
  readonly away: Away[] = [];
  /** Moves with every step. */
  version = 0;
  /** When the observation began, and its newest step; null: nothing was seen yet. */
  fromMs: number | null = null;
  toMs: number | null = null;
  /** Faults that were there when the observation began: when they happened is not known. */
  earlierFaults = 0;

  #holders = new Map<number, readonly number[]>();
  readonly #mappings = new Map<string, { readonly since: number; readonly span: Span }>();
  readonly #faults = new Set<string>();
  #calls = new Map<string, Span>();
  #lost = 0;

  constructor(limit = 40_000) {
    this.lanes = new Lanes(limit);
  }

  apply(delta: MemoryDelta): void {
    const before = this.toMs;
    this.fromMs ??= delta.hostMs;
    this.toMs = Math.max(before ?? 0, delta.hostMs);
    this.version += 1;
    if (delta.reset) this.#restart(delta, before);
    this.#processes(delta);
    this.#mappingsOf(delta);
    this.#buffers(delta);
    if (delta.dsp) this.#dspCalls(delta.dsp, delta);
    this.#findings(delta);
    this.#tiers(delta, before);
  }

  /** What is told of the watch at that moment, UTC ms. */
  watch(state: WatchState | null, atMs: number): void {
    const last = this.away.at(-1);
    const lasting = last?.toMs === null ? last : null;
    const looking = state === null || state.kind === 'starting' || state.kind === 'watching';
    const out = looking ? null : state;
    if (lasting && lasting.kind === out?.kind) return;
    if (lasting) lasting.toMs = Math.max(atMs, lasting.fromMs);
    if (out) {
      const fromMs = out.kind === 'lost' ? out.sinceMs : atMs;
      this.away.push({ fromMs, toMs: null, kind: out.kind, reason: out.reason });
      if (this.away.length > MOST_GAPS) this.away.shift();
    }
    if (lasting || out) this.version += 1;
  }

  clear(): void {
    this.lanes.clear();
    this.gaps.length = 0;
    this.away.length = 0;
    this.version += 1;
    this.fromMs = null;
    this.toMs = null;
    this.earlierFaults = 0;
    this.#holders = new Map();
    this.#mappings.clear();
    this.#faults.clear();
    this.#calls = new Map();
    this.#lost = 0;
  }

  /** What the new picture does not have has ended at some moment since the last step. */
  #restart(delta: MemoryDelta, before: number | null): void {
    if (before === null) return;
    this.#gap({ fromMs: before, toMs: delta.hostMs, lost: null });
    const buffers = new Map((delta.buffers?.set ?? []).map((row) => [row.ino, row]));
    const mappings = new Map((delta.mappings?.set ?? []).map((row) => [row.id, row]));
    for (const ino of [...this.#holders.keys()]) if (!buffers.has(ino)) this.#hold(ino, [], null, delta);
    for (const [id, { since }] of [...this.#mappings])
      if (mappings.get(id)?.sinceNs !== since) this.#unmap(id, delta);
    this.#lost = 0;
  }

  #processes({ processes, hostMs }: MemoryDelta): void {
    for (const { pid, comm, alive } of processes?.set ?? []) {
      if (comm.value !== null) this.lanes.name(pid, comm.value);
      if (alive) this.lanes.revive(pid);
      else this.lanes.end(pid, hostMs);
    }
  }

  #mappingsOf(delta: MemoryDelta): void {
    for (const id of delta.mappings?.gone ?? []) this.#unmap(id, delta);
    for (const mapping of delta.mappings?.set ?? []) {
      const known = this.#mappings.get(mapping.id);
      if (known?.since === mapping.sinceNs) continue;
      if (known) this.#unmap(mapping.id, delta);
      this.#map(mapping, delta);
    }
  }

  #map(mapping: PictureMapping, delta: MemoryDelta): void {
    const fromMs = hostTime(mapping.sinceNs, delta);
    const { id, pid, device, size, kind, contiguous } = mapping;
    if (mapping.comm !== '') this.lanes.name(pid, mapping.comm);
    const span = this.lanes.open({
      key: `mapping/${id}`,
      kind: kind === 'alloc' ? 'allocation' : 'import',
      pid,
      bank: device,
      ino: null,
      mapping: id,
      size,
      fromMs,
      scattered: !contiguous,
    });
    if (kind === 'map-sg') this.lanes.tick({ kind: 'import', atMs: fromMs, pid, span });
    this.#mappings.set(id, { since: mapping.sinceNs, span });
  }

  #unmap(id: string, { hostMs }: MemoryDelta): void {
    const known = this.#mappings.get(id);
    if (!known) return;
    this.#mappings.delete(id);
    this.lanes.close(known.span, hostMs);
    this.lanes.tick({ kind: 'close', atMs: hostMs, pid: known.span.pid, span: known.span });
  }

  #buffers(delta: MemoryDelta): void {
    for (const ino of delta.buffers?.gone ?? []) this.#hold(ino, [], null, delta);
    for (const buffer of delta.buffers?.set ?? []) {
      const pids = buffer.holders.length > 0 ? buffer.holders.map((row) => row.pid) : [NOBODY];
      this.#hold(buffer.ino, pids, buffer, delta);
      for (const { mapping } of buffer.mappings) {
        const span = this.#mappings.get(mapping)?.span;
        if (span) span.ino = buffer.ino;
      }
    }
  }

  /** Opens a life for each process that holds the buffer now, ends those of the ones that do no more. */
  #hold(ino: number, pids: readonly number[], buffer: PictureBuffer | null, delta: MemoryDelta): void {
    const before = this.#holders.get(ino) ?? [];
    const fresh = pids.filter((pid) => !before.includes(pid));
    const left = before.filter((pid) => !pids.includes(pid));
    if (pids.length > 0) this.#holders.set(ino, pids);
    else this.#holders.delete(ino);
    for (const pid of left) this.#letGo(pid, ino, delta);
    if (!buffer) return;
    for (const pid of fresh)
      this.lanes.open({
        key: `held/${pid}/${ino}`,
        kind: 'held',
        pid,
        bank: null,
        ino,
        mapping: null,
        size: buffer.size.value,
        // What the first picture shows was there before somebody looked.
        fromMs: delta.reset ? null : delta.hostMs,
        scattered: false,
      });
  }

  #letGo(pid: number, ino: number, { hostMs }: MemoryDelta): void {
    const span = this.lanes.openSpan(pid, `held/${pid}/${ino}`);
    if (!span) return;
    this.lanes.close(span, hostMs);
    this.lanes.tick({ kind: 'close', atMs: hostMs, pid, span });
  }

  #dspCalls(sessions: readonly DspSession[], delta: MemoryDelta): void {
    const calls = new Map<string, Span>();
    for (const { pid, calls: pending } of sessions)
      for (const { tid, sinceNs } of pending) {
        const key = `call/${pid}/${tid}/${sinceNs}`;
        const fromMs = hostTime(sinceNs, delta);
        const fresh = {
          key,
          kind: 'call' as const,
          pid,
          bank: null,
          ino: null,
          mapping: null,
          size: null,
          fromMs,
          scattered: false,
        };
        calls.set(key, this.#calls.get(key) ?? this.lanes.open(fresh));
      }
    for (const [key, span] of this.#calls) if (!calls.has(key)) this.lanes.close(span, delta.hostMs);
    this.#calls = calls;
  }

  /** A fault has no time of its own in the picture: it is new, so it happened since the step before. */
  #findings({ findings, reset, hostMs }: MemoryDelta): void {
    for (const { id, evidence } of findings ?? []) {
      if (!id.startsWith('fault/') || this.#faults.has(id)) continue;
      this.#faults.add(id);
      if (reset) this.earlierFaults += 1;
      else this.lanes.fault({ atMs: hostMs, bank: evidence[0] ?? '', finding: id });
    }
  }

  #tiers({ tiers, hostMs, reset }: MemoryDelta, before: number | null): void {
    if (!tiers) return;
    const lost = tiers.find((tier) => tier.tier === 'dma')?.lostEvents ?? 0;
    if (lost > this.#lost && !reset)
      this.#gap({ fromMs: before ?? hostMs, toMs: hostMs, lost: lost - this.#lost });
    this.#lost = lost;
  }

  #gap(gap: Gap): void {
    this.gaps.push(gap);
    if (this.gaps.length > MOST_GAPS) this.gaps.shift();
  }
}

/** A moment of the board's clock on this machine's, as the delta that tells it has both. */
const hostTime = (ns: number, { hostMs, takenNs }: MemoryDelta): number =>
  takenNs > ns ? hostMs - (takenNs - ns) / 1e6 : hostMs;

export type { Lane, Span };

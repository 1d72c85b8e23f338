import type {
  MemoryInput,
  MemoryPicture,
  MemorySnapshot,
  PictureProcess,
  TierStatus,
} from '../model/memory.ts';
import { banksOf } from './banks.ts';
import { baseOf, type BufferBase } from './buffers.ts';
import { sessionsOf } from './dsp.ts';
import { findingsOf } from './findings.ts';
import { Linker } from './link.ts';
import { Mappings } from './mappings.ts';

/** A process that an earlier snapshot showed and a later one did not. */
export interface Gone {
  readonly pid: number;
  readonly comm: string;
  /** Board clock of the snapshot that missed it first, ns. */
  readonly seenGoneNs: number;
}

/** What a snapshot says, joined; mappings and what is made of them come to it. */
interface Settled {
  readonly base: BufferBase;
  readonly processes: readonly PictureProcess[];
  readonly self: MemoryPicture['self'];
  readonly dsp: MemoryPicture['dsp'];
}

/** Processes that are gone and hold nothing any more: so many of them are remembered. */
const GONE_KEPT = 100;

/**
 * The live picture of the memory managers: snapshots and events go in, a picture comes out. No clock, no I/O: the same inputs
 * give the same picture. Facts of different tiers meet only where they are proven to be one thing. What the newest snapshot says is
 * joined once, however many pictures are made of it.
 */
export class MemoryModel {
  private readonly mappings = new Mappings();
  private readonly linker = new Linker();
  private snapshot: MemorySnapshot = EMPTY;
  private settled: Settled | null = null;
  private base: BufferBase | null = null;
  private seen: ReadonlyMap<number, string> = new Map();
  private readonly gone = new Map<number, Gone>();
  private lost = 0;
  /** Of the snapshot before, and of this one: see findings.ts. */
  private unheldSince: ReadonlyMap<number, number | null> = new Map();
  private first = true;

  apply(input: MemoryInput): void {
    if (input.kind === 'snapshot') this.take(input.snapshot);
    else {
      this.lost = Math.max(this.lost, input.lost);
      for (const event of input.events) this.mappings.apply(event);
    }
  }

  picture(): MemoryPicture {
    const { base, processes, self, dsp } = this.settle();
    const mappings = this.mappings.all();
    const tiers = this.snapshot.tiers.map((tier) => this.withLost(tier));
    const buffers = this.linker.link(base, mappings);
    const parts = { processes, buffers, mappings, banks: banksOf(base.attached, mappings, tiers) };
    const { takenNs } = this.snapshot;
    const { unheldSince, lost } = this;
    const seen = { gone: [...this.gone.values()], faults: this.mappings.faults, unheldSince, takenNs, lost };
    return { takenNs, tiers, ...parts, self, dsp, findings: findingsOf(parts, seen) };
  }

  private settle(): Settled {
    if (this.settled !== null) return this.settled;
    const { facts, tiers } = this.snapshot;
    this.base = baseOf(facts, tiers, this.base);
    this.noteUnheld(this.base);
    this.settled = {
      base: this.base,
      processes: this.processes(facts),
      self: facts.filter((fact) => fact.kind === 'self'),
      dsp: sessionsOf(facts),
    };
    return this.settled;
  }

  private noteUnheld({ buffers }: BufferBase): void {
    const now = new Map<number, number | null>();
    for (const { ino, holders } of buffers) {
      if (holders.length > 0) continue;
      const before = this.unheldSince.get(ino);
      now.set(ino, before === undefined && !this.first ? this.snapshot.takenNs : (before ?? null));
    }
    this.unheldSince = now;
    this.first = false;
  }

  private take(snapshot: MemorySnapshot): void {
    if (this.snapshot !== EMPTY) this.settle();
    this.snapshot = snapshot;
    this.settled = null;
    const alive = new Map<number, string>();
    for (const fact of snapshot.facts) if (fact.kind === 'process') alive.set(fact.pid, fact.comm);
    if (alive.size === 0) return;
    for (const [pid, comm] of this.seen)
      if (!alive.has(pid)) this.gone.set(pid, { pid, comm, seenGoneNs: snapshot.takenNs });
    for (const pid of alive.keys()) this.gone.delete(pid);
    this.seen = alive;
    this.forget();
  }

  /** A board runs for months, and processes come and go: of those that left nothing behind only the last are kept. */
  private forget(): void {
    if (this.gone.size <= GONE_KEPT) return;
    const owners = new Set(this.mappings.all().map((mapping) => mapping.pid));
    for (const pid of this.gone.keys()) {
      if (this.gone.size <= GONE_KEPT) return;
      if (!owners.has(pid)) this.gone.delete(pid);
    }
  }

  private withLost(tier: TierStatus): TierStatus {
    return tier.tier === 'dma' ? { ...tier, lostEvents: Math.max(tier.lostEvents, this.lost) } : tier;
  }

  private processes(facts: MemorySnapshot['facts']): readonly PictureProcess[] {
    const nodes = new Map<number, string[]>();
    for (const fact of facts) {
      if (fact.kind !== 'node') continue;
      const list = nodes.get(fact.pid);
      if (list) list.push(fact.path);
      else nodes.set(fact.pid, [fact.path]);
    }
    const alive = facts
      .filter((fact) => fact.kind === 'process')
      .map((fact): PictureProcess => ({
        pid: fact.pid,
        comm: { value: fact.comm, tier: 'proc' },
        alive: true,
        nodes: nodes.get(fact.pid) ?? [],
        unreadable: fact.unreadable,
      }));
    const gone = [...this.gone.values()].map((process): PictureProcess => ({
      pid: process.pid,
      comm: { value: process.comm, tier: 'proc' },
      alive: false,
      nodes: [],
      unreadable: false,
    }));
    return [...alive, ...gone];
  }
}

const EMPTY: MemorySnapshot = { takenNs: 0, facts: [], tiers: [] };

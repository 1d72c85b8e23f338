import type {
  MemoryInput,
  MemoryPicture,
  MemorySnapshot,
  PictureProcess,
  TierStatus,
} from '../model/memory.ts';
import { banksOf } from './banks.ts';
import { buffersOf } from './buffers.ts';
import { sessionsOf } from './dsp.ts';
import { findingsOf } from './findings.ts';
import { Mappings } from './mappings.ts';

/** A process that an earlier snapshot showed and a later one did not. */
export interface Gone {
  readonly pid: number;
  readonly comm: string;
  /** Board clock of the snapshot that missed it first, ns. */
  readonly seenGoneNs: number;
}

/**
 * The live picture of the memory managers: snapshots and events go in, a picture comes out. No clock, no I/O: the same inputs
 * give the same picture. Facts of different tiers meet only where they are proven to be one thing.
 */
export class MemoryModel {
  private readonly mappings = new Mappings();
  private snapshot: MemorySnapshot | null = null;
  private readonly seen = new Map<number, string>();
  private readonly gone = new Map<number, Gone>();
  private lost = 0;

  apply(input: MemoryInput): void {
    if (input.kind === 'snapshot') this.take(input.snapshot);
    else {
      this.lost = Math.max(this.lost, input.lost);
      for (const event of input.events) this.mappings.apply(event);
    }
  }

  picture(): MemoryPicture {
    const snapshot = this.snapshot ?? EMPTY;
    const mappings = this.mappings.all();
    const tiers = snapshot.tiers.map((tier) => this.withLost(tier));
    const buffers = buffersOf(snapshot.facts, tiers, mappings);
    const parts = {
      processes: this.processes(snapshot),
      buffers,
      mappings,
      banks: banksOf(buffers, mappings, tiers),
    };
    const seen = { gone: [...this.gone.values()], faults: this.mappings.faults, lost: this.lost };
    return {
      takenNs: snapshot.takenNs,
      tiers,
      ...parts,
      self: snapshot.facts.filter((fact) => fact.kind === 'self'),
      dsp: sessionsOf(snapshot.facts),
      findings: findingsOf(parts, seen),
    };
  }

  private take(snapshot: MemorySnapshot): void {
    this.snapshot = snapshot;
    const alive = new Map<number, string>();
    for (const fact of snapshot.facts) if (fact.kind === 'process') alive.set(fact.pid, fact.comm);
    if (alive.size === 0) return;
    for (const [pid, comm] of this.seen) {
      if (!alive.has(pid) && !this.gone.has(pid))
        this.gone.set(pid, { pid, comm, seenGoneNs: snapshot.takenNs });
    }
    for (const [pid, comm] of alive) {
      this.seen.set(pid, comm);
      this.gone.delete(pid);
    }
  }

  private withLost(tier: TierStatus): TierStatus {
    return tier.tier === 'dma' ? { ...tier, lostEvents: Math.max(tier.lostEvents, this.lost) } : tier;
  }

  private processes(snapshot: MemorySnapshot): PictureProcess[] {
    const nodes = new Map<number, string[]>();
    for (const fact of snapshot.facts) {
      if (fact.kind === 'node') nodes.set(fact.pid, [...(nodes.get(fact.pid) ?? []), fact.path]);
    }
    const alive = snapshot.facts
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

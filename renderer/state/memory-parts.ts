import type {
  DspSession,
  Finding,
  MemoryFact,
  MemoryPicture,
  PictureBank,
  PictureBuffer,
  PictureMapping,
  PictureProcess,
  TierStatus,
} from '../../electron/model/memory.ts';
import type { MemoryDelta, RowChange } from '../../electron/model/memory-delta.ts';

export class LivePicture {
  processes = new Map<number, PictureProcess>();
  buffers = new Map<number, PictureBuffer>();
  mappings = new Map<string, PictureMapping>();
  banks = new Map<string, PictureBank>();
  tiers: readonly TierStatus[] = [];
  self: readonly Extract<MemoryFact, { kind: 'self' }>[] = [];
  dsp: readonly DspSession[] = [];
  findings: readonly Finding[] = [];
  takenNs = 0;
  hostMs = 0;
  seq = 0;

  apply(delta: MemoryDelta): boolean {
    if (!delta.reset && delta.seq !== this.seq + 1) return false;
    if (delta.reset) for (const part of this.#maps()) part.clear();
    change(this.processes, delta.processes, (row) => row.pid);
    change(this.buffers, delta.buffers, (row) => row.ino);
    change(this.mappings, delta.mappings, (row) => row.id);
    change(this.banks, delta.banks, (row) => row.device);
    this.tiers = delta.tiers ?? this.tiers;
    this.self = delta.self ?? this.self;
    this.dsp = delta.dsp ?? this.dsp;
    this.findings = delta.findings ?? this.findings;
    ({ takenNs: this.takenNs, hostMs: this.hostMs, seq: this.seq } = delta);
    return true;
  }

  toPicture(): MemoryPicture {
    const { takenNs, tiers, self, dsp, findings } = this;
    return {
      takenNs,
      tiers,
      self,
      dsp,
      findings,
      processes: [...this.processes.values()],
      buffers: [...this.buffers.values()],
      mappings: [...this.mappings.values()],
      banks: [...this.banks.values()],
    };
  }

  #maps(): Map<unknown, unknown>[] {
    return [this.processes, this.buffers, this.mappings, this.banks] as Map<unknown, unknown>[];
  }
}

function change<T, K>(rows: Map<K, T>, delta: RowChange<T, K> | null, keyOf: (row: T) => K): void {
  for (const key of delta?.gone ?? []) rows.delete(key);
  for (const row of delta?.set ?? []) rows.set(keyOf(row), row);
}

/** Until the bounded one stands: every step is kept. */
export class History {
  #deltas: MemoryDelta[] = [];

  get fromMs(): number {
    return this.#deltas[0]?.hostMs ?? 0;
  }

  get toMs(): number {
    return this.#deltas.at(-1)?.hostMs ?? 0;
  }

  push(delta: MemoryDelta): void {
    this.#deltas.push(delta);
  }

  at(ms: number): LivePicture {
    const picture = new LivePicture();
    for (const delta of this.#deltas) if (delta.hostMs <= ms) picture.apply(delta);
    return picture;
  }

  clear(): void {
    this.#deltas = [];
  }
}

import type { MemoryDelta, RowChange } from '../model/memory-delta.ts';
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
} from '../model/memory.ts';
import { resetOf } from './delta.ts';

/**
 * A picture that steps are applied to, in place: the work is that of what changed. Rows are shared with the steps and never
 * written to.
 */
export class LivePicture {
  /** By pid. */
  readonly processes = new Map<number, PictureProcess>();
  /** By inode. */
  readonly buffers = new Map<number, PictureBuffer>();
  /** By id. */
  readonly mappings = new Map<string, PictureMapping>();
  /** By device. */
  readonly banks = new Map<string, PictureBank>();
  /** Ids of the mappings of a device, in the order in which they came. */
  readonly #byDevice = new Map<string, Set<string>>();
  tiers: readonly TierStatus[] = [];
  self: readonly Extract<MemoryFact, { kind: 'self' }>[] = [];
  dsp: readonly DspSession[] = [];
  findings: readonly Finding[] = [];
  takenNs = 0;
  hostMs = 0;
  /** Number of the step that was applied last; 0: none. */
  seq = 0;

  /** False where steps before this one are missing: nothing was applied, a reset has to come first. */
  apply(delta: MemoryDelta): boolean {
    if (delta.reset) this.#clear();
    else if (this.seq === 0 || delta.seq !== this.seq + 1) return false;
    change(this.processes, delta.processes, (row) => row.pid);
    change(this.buffers, delta.buffers, (row) => row.ino);
    const touched = this.#mapped(delta.mappings);
    change(this.banks, delta.banks, (row) => row.device);
    for (const { device } of delta.banks?.set ?? []) touched.add(device);
    this.#list(touched);
    this.tiers = delta.tiers ?? this.tiers;
    this.self = delta.self ?? this.self;
    this.dsp = delta.dsp ?? this.dsp;
    this.findings = delta.findings ?? this.findings;
    this.takenNs = delta.takenNs;
    this.hostMs = delta.hostMs;
    this.seq = delta.seq;
    return true;
  }

  /** As it is now, for whoever keeps it: rows are in the order in which they came. */
  toPicture(): MemoryPicture {
    return {
      takenNs: this.takenNs,
      tiers: this.tiers,
      processes: [...this.processes.values()],
      buffers: [...this.buffers.values()],
      banks: [...this.banks.values()],
      mappings: [...this.mappings.values()],
      self: this.self,
      dsp: this.dsp,
      findings: this.findings,
    };
  }

  /** The step that makes an empty picture this one. */
  toReset(): MemoryDelta {
    return resetOf(this.toPicture(), { seq: this.seq, hostMs: this.hostMs });
  }

  /** Rows in it. */
  get size(): number {
    return this.processes.size + this.buffers.size + this.mappings.size + this.banks.size;
  }

  /** Applies what changed of the mappings; the devices that it changed something of. */
  #mapped(by: RowChange<PictureMapping, string> | null): Set<string> {
    const touched = new Set<string>();
    for (const id of by?.gone ?? []) {
      const device = this.mappings.get(id)?.device;
      if (device === undefined) continue;
      this.#byDevice.get(device)?.delete(id);
      touched.add(device);
    }
    change(this.mappings, by, (row) => row.id);
    for (const { id, device } of by?.set ?? []) {
      const ids = this.#byDevice.get(device);
      if (ids) ids.add(id);
      else this.#byDevice.set(device, new Set([id]));
      touched.add(device);
    }
    return touched;
  }

  /** Writes the lists of mappings of these banks: steps leave them out. */
  #list(devices: ReadonlySet<string>): void {
    for (const device of devices) {
      const bank = this.banks.get(device);
      if (bank) this.banks.set(device, { ...bank, mappings: [...(this.#byDevice.get(device) ?? [])] });
    }
  }

  #clear(): void {
    for (const rows of [this.processes, this.buffers, this.mappings, this.banks, this.#byDevice])
      rows.clear();
    this.tiers = [];
    this.self = [];
    this.dsp = [];
    this.findings = [];
  }
}

function change<T, K>(rows: Map<K, T>, by: RowChange<T, K> | null, key: (row: T) => K): void {
  if (by === null) return;
  for (const gone of by.gone) rows.delete(gone);
  for (const row of by.set) rows.set(key(row), row);
}

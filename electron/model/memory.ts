export type Tier = 'self' | 'proc' | 'bufinfo' | 'dma';

/** A value with the tier that it came from. */
export interface Known<T> {
  readonly value: T;
  readonly tier: Tier;
}
/** A value, or why it is not known. */
export type Maybe<T> = Known<T> | { readonly value: null; readonly why: string };

export interface TierStatus {
  readonly tier: Tier;
  readonly available: boolean;
  readonly reason: string;
  readonly source: string;
  readonly lostEvents: number;
  /** dma: board clock when the trace began, ns; what happened before is unknown. */
  readonly sinceNs: number | null;
}

export interface SgEntry {
  /** IOVA as the DMA layer gave it. */
  readonly dmaAddr: bigint;
  readonly length: number;
  readonly phys: bigint | null;
}

/** Facts, as they come off the wire: one tier each, joined by the reducers in electron/memory. */
export type MemoryFact =
  | {
      readonly kind: 'process';
      readonly pid: number;
      readonly comm: string;
      readonly uid: number;
      readonly unreadable: boolean;
    }
  | { readonly kind: 'node'; readonly pid: number; readonly fd: number; readonly path: string }
  | {
      readonly kind: 'buffer';
      readonly ino: number;
      readonly tier: 'proc' | 'bufinfo';
      readonly size: number;
      readonly exporter: string;
      readonly name: string;
      readonly references: number | null;
    }
  | { readonly kind: 'holder'; readonly pid: number; readonly fd: number; readonly ino: number }
  | {
      readonly kind: 'map';
      readonly pid: number;
      readonly ino: number;
      readonly start: bigint;
      readonly length: number;
    }
  | { readonly kind: 'attachment'; readonly ino: number; readonly device: string }
  | {
      readonly kind: 'self';
      readonly node: string;
      readonly handle: number;
      readonly size: number;
      readonly ino: number | null;
      readonly sinceNs: number;
      readonly imported: boolean;
      readonly mapped: boolean;
    }
  | DspSessionFact
  | DspMapFact
  | DspCallFact;

/** self: a DSP process of the agent's own. */
export interface DspSessionFact {
  readonly kind: 'dsp-session';
  /** The child process on the board that owns it. */
  readonly pid: number;
  readonly node: string;
  readonly unsignedPd: boolean;
  /** The shell ELF, a path on the board. */
  readonly shell: string;
  readonly shellBytes: number;
  /** Hex. */
  readonly shellSha256: string;
  /** Bytes that the driver holds for the process; null: not known. */
  readonly processMemory: number | null;
  readonly sinceNs: number;
  /** Bytes of its 32-bit space that can be used. */
  readonly addressSpace: number;
  readonly reverseCalls: number;
  /** It is gone, and the DSP may still own what is listed. */
  readonly ended: boolean;
}

/** self: a range of a DSP process's address space. */
export interface DspMapFact {
  readonly kind: 'dsp-map';
  readonly pid: number;
  /** DSP virtual address. */
  readonly address: bigint;
  readonly size: number;
  readonly ino: number | null;
  /** "buffer": mapped by the agent; "heap": the process asked for more memory. */
  readonly what: string;
  readonly sinceNs: number;
}

/** self: a call that the DSP has not answered for a while. */
export interface DspCallFact {
  readonly kind: 'dsp-call';
  readonly pid: number;
  readonly tid: number;
  readonly handle: number;
  readonly scalars: number;
  readonly sinceNs: number;
}

/** A DSP process with what is mapped into it, by address, and the calls it has not answered. */
export interface DspSession extends Omit<DspSessionFact, 'kind'> {
  readonly maps: readonly Omit<DspMapFact, 'kind' | 'pid'>[];
  readonly calls: readonly Omit<DspCallFact, 'kind' | 'pid'>[];
}

export interface MemorySnapshot {
  readonly takenNs: number;
  readonly facts: readonly MemoryFact[];
  readonly tiers: readonly TierStatus[];
}

export type DmaKind = 'alloc' | 'free' | 'map-sg' | 'unmap-sg' | 'fault' | 'iommu-map' | 'iommu-unmap';

export interface DmaEvent {
  readonly kind: DmaKind;
  readonly timeNs: number;
  /** A thread id. */
  readonly pid: number;
  /** The process of that thread, where the kernel recorded it. */
  readonly process?: number;
  readonly comm: string;
  readonly device: string;
  readonly entries: readonly SgEntry[];
  readonly truncated: boolean;
  readonly totalEntries: number;
}

/** What the reducers fold. */
export type MemoryInput =
  | { readonly kind: 'snapshot'; readonly snapshot: MemorySnapshot }
  | { readonly kind: 'events'; readonly events: readonly DmaEvent[]; readonly lost: number };

export interface PictureProcess {
  readonly pid: number;
  readonly comm: Maybe<string>;
  readonly alive: boolean;
  readonly nodes: readonly string[];
  readonly unreadable: boolean;
}

export interface Holder {
  readonly pid: number;
  readonly fds: readonly number[];
  readonly maps: number;
}

/** One dma-buf, named by its inode. */
export interface PictureBuffer {
  readonly ino: number;
  readonly size: Maybe<number>;
  readonly exporter: Maybe<string>;
  readonly name: string;
  readonly references: Maybe<number>;
  readonly holders: readonly Holder[];
  /** Devices that it is attached to (bufinfo): context banks by name. */
  readonly attachedTo: Maybe<readonly string[]>;
  /** Mappings of the dma tier that are proven to be this buffer's, with the word how. */
  readonly mappings: readonly { readonly mapping: string; readonly how: 'only-candidate' | 'self' }[];
}

/** One DMA mapping in a context bank: an allocation (GEM) or a mapped sg table (import). */
export interface PictureMapping {
  readonly id: string;
  readonly device: string;
  readonly pid: number;
  readonly comm: string;
  readonly kind: 'alloc' | 'map-sg';
  readonly sinceNs: number;
  readonly size: number;
  readonly entries: readonly SgEntry[];
  readonly totalEntries: number;
  readonly truncated: boolean;
  /** DMA segments follow each other. v1 uses only the first: where they do not, the rest is wrong. */
  readonly contiguous: boolean;
}

export interface PictureBank {
  /** 'qda-cb-cdsp-3' */
  readonly device: string;
  readonly dsp: string;
  readonly sid: number;
  /** Threads seen to map into it, newest last. */
  readonly users: Maybe<readonly number[]>;
  readonly mappedBytes: Maybe<number>;
  readonly mappings: readonly string[];
}

export interface Finding {
  readonly id: string;
  readonly severity: 'notice' | 'warning' | 'error';
  /** What was seen, since when, who. */
  readonly text: string;
  /** What would free or mend it. */
  readonly remedy: string;
  /** Board clock, ns; null: not known. */
  readonly sinceNs: number | null;
  readonly evidence: readonly string[];
}

export interface MemoryPicture {
  readonly takenNs: number;
  readonly tiers: readonly TierStatus[];
  readonly processes: readonly PictureProcess[];
  readonly buffers: readonly PictureBuffer[];
  readonly banks: readonly PictureBank[];
  readonly mappings: readonly PictureMapping[];
  readonly self: readonly Extract<MemoryFact, { kind: 'self' }>[];
  /** DSP processes of the agent's own. */
  readonly dsp: readonly DspSession[];
  readonly findings: readonly Finding[];
}

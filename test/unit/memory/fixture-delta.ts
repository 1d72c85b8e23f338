import type { MemoryDelta } from '../../../electron/model/memory-delta.ts';
import type {
  DspSession,
  Finding,
  PictureBank,
  PictureBuffer,
  PictureMapping,
  PictureProcess,
  SgEntry,
  TierStatus,
} from '../../../electron/model/memory.ts';

export const BANK = 'qda-cb-cdsp-3';

export const processRow = (pid: number, comm = 'app', alive = true): PictureProcess => ({
  pid,
  comm: { value: comm, tier: 'proc' },
  alive,
  nodes: [],
  unreadable: false,
});

export const bufferRow = (
  ino: number,
  pids: readonly number[],
  more: Partial<PictureBuffer> = {},
): PictureBuffer => ({
  ino,
  size: { value: 65536, tier: 'proc' },
  exporter: { value: 'system', tier: 'proc' },
  name: '',
  references: { value: 1, tier: 'proc' },
  holders: pids.map((pid) => ({ pid, fds: [3], maps: 0 })),
  attachedTo: { value: [], tier: 'bufinfo' },
  mappings: [],
  ...more,
});

export const sg = (dmaAddr: number, length: number): SgEntry => ({
  dmaAddr: BigInt(dmaAddr),
  length,
  phys: null,
});

/** A mapping of the entries; contiguous where they follow each other. */
export function mappingRow(
  id: string,
  entries: readonly SgEntry[],
  more: Partial<PictureMapping> = {},
): PictureMapping {
  return {
    id,
    device: BANK,
    pid: 7,
    comm: 'app',
    kind: 'map-sg',
    sinceNs: 0,
    size: entries.reduce((sum, entry) => sum + entry.length, 0),
    entries,
    totalEntries: entries.length,
    truncated: false,
    contiguous: entries.every((entry, at) => {
      const before = entries[at - 1];
      return !before || before.dmaAddr + BigInt(before.length) === entry.dmaAddr;
    }),
    ...more,
  };
}

export const bankRow = (
  mappings: readonly string[],
  device = BANK,
  more: Partial<PictureBank> = {},
): PictureBank => ({
  device,
  dsp: 'cdsp',
  sid: Number(device.split('-').at(-1)),
  users: { value: [7], tier: 'dma' },
  mappedBytes: { value: 0, tier: 'dma' },
  mappings,
  ...more,
});

export const dmaTier = (lostEvents: number): TierStatus => ({
  tier: 'dma',
  available: true,
  reason: '',
  source: '',
  lostEvents,
  sinceNs: 0,
});

interface Step {
  readonly at: number;
  readonly reset?: boolean;
  readonly takenNs?: number;
  readonly processes?: readonly PictureProcess[];
  readonly buffers?: readonly PictureBuffer[];
  readonly goneBuffers?: readonly number[];
  readonly mappings?: readonly PictureMapping[];
  readonly goneMappings?: readonly string[];
  readonly banks?: readonly PictureBank[];
  readonly tiers?: readonly TierStatus[];
  readonly dsp?: readonly DspSession[];
  readonly findings?: readonly Finding[];
}

/** A step at `at` UTC ms; the board's clock reads the same in ns unless told. */
export function step(of: Step, seq = 1): MemoryDelta {
  const { at, reset = false, takenNs = at * 1e6 } = of;
  return {
    seq,
    reset,
    takenNs,
    hostMs: at,
    processes: of.processes ? { set: of.processes, gone: [] } : null,
    buffers: of.buffers || of.goneBuffers ? { set: of.buffers ?? [], gone: of.goneBuffers ?? [] } : null,
    mappings: of.mappings || of.goneMappings ? { set: of.mappings ?? [], gone: of.goneMappings ?? [] } : null,
    banks: of.banks ? { set: of.banks, gone: [] } : null,
    tiers: of.tiers ?? null,
    self: null,
    dsp: of.dsp ?? null,
    findings: of.findings ?? null,
  };
}

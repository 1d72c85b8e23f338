import type * as wire from './gen/qda_lab_pb.js';
import type { Fit } from './fit.ts';

export interface VirtualBank {
  readonly dsp: string;
  readonly sid: number;
  /** Thread id; null: free. */
  readonly owner: number | null;
  readonly references: number;
  readonly iovaUsed: number;
}

/** What a quirk keeps. */
export interface LedgerEntry {
  readonly quirk: string;
  readonly objects: number;
  readonly bytes: number;
}

/** A process of the virtual DSP. */
export interface VirtualDsp {
  /** The emulator. */
  readonly pid: number;
  readonly session: number;
  readonly dsp: string;
  readonly sid: number;
  /** Calls that it has not answered. */
  readonly waiting: number;
  readonly calls: number;
  readonly mappings: number;
}

/** What a virtual board says that it holds. Only tests, `board` commands and its log see it; the agent never does. */
export interface VirtualBoardInfo {
  readonly name: string;
  readonly generation: string;
  readonly iommu: string;
  readonly pid: number;
  readonly buildId: string;
  readonly banks: readonly VirtualBank[];
  /** GEM objects alive. */
  readonly objects: number;
  /** dma-bufs alive, all exporters. */
  readonly dmabufs: number;
  readonly bytes: number;
  /** Open accel files. */
  readonly files: number;
  readonly ledger: readonly LedgerEntry[];
  readonly quirks: readonly { readonly name: string; readonly on: boolean; readonly what: string }[];
  readonly workloadPids: readonly number[];
  readonly knownDifferences: readonly string[];
  readonly nodes: readonly { readonly path: string; readonly dsp: string; readonly plugged: boolean }[];
  readonly dspSessions: readonly VirtualDsp[];
  /** Inline arguments that messages copied, both ways, since the board began. */
  readonly copiedBytes: number;
  /** Why no DSP can run here; empty: one can. */
  readonly dspMissing: string;
}

const dspOf = (dsp: wire.BoardDsp, fit: Fit): VirtualDsp => ({
  pid: dsp.pid,
  session: dsp.session,
  dsp: dsp.dsp,
  sid: dsp.sid,
  waiting: dsp.waiting,
  calls: fit.exact(dsp.calls, 'BoardDsp.calls'),
  mappings: fit.exact(dsp.mappings, 'BoardDsp.mappings'),
});

const bankOf = (bank: wire.BoardBank, fit: Fit): VirtualBank => ({
  dsp: bank.dsp,
  sid: bank.sid,
  owner: bank.owner === 0 ? null : bank.owner,
  references: bank.references,
  iovaUsed: fit.exact(bank.iovaUsed, 'BoardBank.iova_used'),
});

const ledgerEntryOf = (entry: wire.LedgerEntry, fit: Fit): LedgerEntry => ({
  quirk: entry.quirk,
  objects: fit.exact(entry.objects, 'LedgerEntry.objects'),
  bytes: fit.exact(entry.bytes, 'LedgerEntry.bytes'),
});

export const boardInfoOf = (info: wire.BoardInfo, fit: Fit): VirtualBoardInfo => ({
  name: info.name,
  generation: info.generation,
  iommu: info.iommu,
  pid: info.pid,
  buildId: info.buildId,
  banks: info.banks.map((bank) => bankOf(bank, fit)),
  objects: fit.exact(info.objects, 'BoardInfo.objects'),
  dmabufs: fit.exact(info.dmabufs, 'BoardInfo.dmabufs'),
  bytes: fit.exact(info.bytes, 'BoardInfo.bytes'),
  files: fit.exact(info.files, 'BoardInfo.files'),
  ledger: info.ledger.map((entry) => ledgerEntryOf(entry, fit)),
  quirks: info.quirks.map(({ name, on, what }) => ({ name, on, what })),
  workloadPids: info.workloadPids,
  knownDifferences: info.knownDifferences,
  nodes: info.nodes.map(({ path, dsp, plugged }) => ({ path, dsp, plugged })),
  dspSessions: info.dspSessions.map((dsp) => dspOf(dsp, fit)),
  copiedBytes: fit.exact(info.copiedBytes, 'BoardInfo.copied_bytes'),
  dspMissing: info.dspMissing,
});

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
}

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
});

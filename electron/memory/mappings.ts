import type { DmaEvent, PictureMapping, SgEntry } from '../model/memory.ts';

/** A page fault that an IOMMU reported. */
export interface Fault {
  readonly device: string;
  readonly iova: bigint;
  readonly timeNs: number;
}

const MOST_FAULTS = 4_000;

/** Something at a DMA or physical address of a device. */
class Places<T> {
  private readonly devices = new Map<string, Map<bigint, T>>();

  get(device: string, address: bigint): T | undefined {
    return this.devices.get(device)?.get(address);
  }

  set(device: string, address: bigint, what: T): void {
    const places = this.devices.get(device);
    if (places) places.set(address, what);
    else this.devices.set(device, new Map([[address, what]]));
  }

  delete(device: string, address: bigint): void {
    this.devices.get(device)?.delete(address);
  }
}

/**
 * The DMA mappings that the events leave standing. `dma_unmap_sg` names physical pages only (so says its format file), so a
 * mapping is also known by the physical address of its first entry. What was mapped before the trace began is not here.
 */
export class Mappings {
  private readonly standing = new Map<string, PictureMapping>();
  /** By the first DMA address. */
  private readonly byAddress = new Places<string>();
  /** By the first physical address, oldest first: one buffer may be mapped twice into one bank. */
  private readonly byPhys = new Places<readonly string[]>();
  readonly faults: Fault[] = [];
  /** Frees of mappings that were never seen made: they predate the trace, or their event was lost. */
  unmatched = 0;
  private made = 0;

  apply(event: DmaEvent): void {
    if (event.kind === 'alloc' || event.kind === 'map-sg') this.add(event, event.kind);
    else if (event.kind === 'free') this.remove(event, this.idAt(event.device, event.entries[0]?.dmaAddr));
    else if (event.kind === 'unmap-sg') this.remove(event, this.idOfPhys(event));
    else if (event.kind === 'fault')
      this.fault({ device: event.device, iova: event.entries[0]?.dmaAddr ?? 0n, timeNs: event.timeNs });
  }

  all(): readonly PictureMapping[] {
    return [...this.standing.values()];
  }

  private add(event: DmaEvent, kind: PictureMapping['kind']): void {
    const first = event.entries[0];
    if (!first) return;
    const stale = this.byAddress.get(event.device, first.dmaAddr);
    if (stale !== undefined) this.drop(stale);
    this.made += 1;
    const mapping = mappingOf(event, kind, `m${this.made}`);
    this.standing.set(mapping.id, mapping);
    this.byAddress.set(event.device, first.dmaAddr, mapping.id);
    if (kind === 'map-sg' && first.phys !== null) {
      const others = this.byPhys.get(event.device, first.phys) ?? [];
      this.byPhys.set(event.device, first.phys, [...others, mapping.id]);
    }
  }

  /** Of a DSP that runs wild the first and the last are kept. */
  private fault(fault: Fault): void {
    if (this.faults.length >= MOST_FAULTS) this.faults.splice(MOST_FAULTS / 4, MOST_FAULTS / 2);
    this.faults.push(fault);
  }

  private idAt(device: string, address: bigint | undefined): string | undefined {
    return address === undefined ? undefined : this.byAddress.get(device, address);
  }

  /** Of several mappings of the same pages the caller's own goes first, else the oldest. */
  private idOfPhys(event: DmaEvent): string | undefined {
    const phys = event.entries[0]?.phys;
    if (phys === undefined || phys === null) return undefined;
    const ids = this.byPhys.get(event.device, phys) ?? [];
    return ids.find((id) => this.standing.get(id)?.pid === ownerOf(event)) ?? ids[0];
  }

  private remove(event: DmaEvent, id: string | undefined): void {
    if (id === undefined) this.unmatched += event.device === '' ? 0 : 1;
    else this.drop(id);
  }

  private drop(id: string): void {
    const mapping = this.standing.get(id);
    if (!mapping) return;
    this.standing.delete(id);
    const first = mapping.entries[0];
    if (!first) return;
    this.byAddress.delete(mapping.device, first.dmaAddr);
    if (first.phys === null) return;
    const left = (this.byPhys.get(mapping.device, first.phys) ?? []).filter((other) => other !== id);
    if (left.length > 0) this.byPhys.set(mapping.device, first.phys, left);
    else this.byPhys.delete(mapping.device, first.phys);
  }
}

/** The process, where the kernel recorded it; else the thread: for programs of one thread they are the same. */
const ownerOf = (event: DmaEvent): number => event.process ?? event.pid;

function mappingOf(event: DmaEvent, kind: PictureMapping['kind'], id: string): PictureMapping {
  return {
    id,
    device: event.device,
    pid: ownerOf(event),
    comm: event.comm,
    kind,
    sinceNs: event.timeNs,
    size: event.entries.reduce((sum, entry) => sum + entry.length, 0),
    entries: event.entries,
    totalEntries: event.totalEntries,
    truncated: event.truncated,
    contiguous: followEachOther(event.entries),
  };
}

/** True where every DMA segment begins where the one before it ends. */
function followEachOther(entries: readonly SgEntry[]): boolean {
  return entries.every((entry, at) => {
    const before = entries[at - 1];
    return before === undefined || before.dmaAddr + BigInt(before.length) === entry.dmaAddr;
  });
}

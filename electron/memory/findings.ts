import { formatBytes, formatDmaAddress, formatTime } from '../model/format.ts';
import type { Finding, PictureBank, PictureBuffer, PictureMapping, PictureProcess } from '../model/memory.ts';
import { bankOf } from './banks.ts';
import type { Fault } from './mappings.ts';
import type { Gone } from './model.ts';

interface Parts {
  readonly processes: readonly PictureProcess[];
  readonly buffers: readonly PictureBuffer[];
  readonly mappings: readonly PictureMapping[];
  readonly banks: readonly PictureBank[];
}

interface Seen {
  readonly gone: readonly Gone[];
  readonly faults: readonly Fault[];
  /** By inode: board clock of the snapshot that first showed a buffer without a holder; null: the first of all did. */
  readonly unheldSince: ReadonlyMap<number, number | null>;
  readonly takenNs: number;
  /** Events that the kernel's ring buffer lost. */
  readonly lost: number;
}

/** What deserves a look, as sentences; the worst first. One pass over each part. */
export function findingsOf(parts: Parts, seen: Seen): Finding[] {
  const scene = new Scene(parts, seen);
  return [
    ...faultFindings(seen.faults),
    ...scatteredFindings(parts.mappings),
    ...seen.gone.flatMap((process) => deadFindings(process, scene)),
    ...parts.banks.flatMap((bank) => bankFindings(bank, scene)),
    ...mapKeptFinding(parts.buffers.filter(keptByMap), scene),
    ...unheldFinding(
      parts.buffers.filter((buffer) => isUnheld(buffer, seen) && heldByNobody(buffer, scene)),
      seen.unheldSince,
    ),
    ...lostFinding(seen.lost),
  ];
}

/** The parts by key. */
class Scene {
  private readonly names: ReadonlyMap<number, PictureProcess>;
  private readonly byDevice: ReadonlyMap<string, PictureBank>;
  readonly mapped: ReadonlyMap<number, readonly PictureMapping[]>;
  readonly byId: ReadonlyMap<string, PictureMapping>;
  readonly gone: ReadonlyMap<number, Gone>;
  /** The dma-buf that a mapping is proven to be. */
  readonly exported: ReadonlyMap<string, PictureBuffer>;

  constructor({ processes, buffers, mappings, banks }: Parts, { gone }: Seen) {
    this.names = new Map(processes.map((process) => [process.pid, process]));
    this.byDevice = new Map(banks.map((bank) => [bank.device, bank]));
    this.mapped = Map.groupBy(mappings, (mapping) => mapping.pid);
    this.byId = new Map(mappings.map((mapping) => [mapping.id, mapping]));
    this.gone = new Map(gone.map((process) => [process.pid, process]));
    this.exported = new Map(
      buffers.flatMap((buffer) => buffer.mappings.map(({ mapping }) => [mapping, buffer] as const)),
    );
  }

  name(pid: number): string {
    const comm = this.names.get(pid)?.comm.value ?? this.gone.get(pid)?.comm;
    return comm === undefined ? String(pid) : `${comm} (${pid})`;
  }

  lives(pid: number): boolean {
    return this.names.get(pid)?.alive === true;
  }

  bank(device: string): PictureBank | undefined {
    return this.byDevice.get(device);
  }
}

const owner = (mapping: PictureMapping): string => `${mapping.comm} (${mapping.pid})`;
const sizeOf = (list: readonly { readonly size: number }[]): number =>
  list.reduce((sum, { size }) => sum + size, 0);
const oldest = (mappings: readonly PictureMapping[]): number =>
  mappings.reduce((least, { sinceNs }) => Math.min(least, sinceNs), Infinity);
const distinct = <T>(list: readonly T[]): T[] => [...new Set(list)];

/** Names with 'and', the rest counted. */
function named(list: readonly string[], most = 6): string {
  if (list.length <= most) return list.join(', ');
  return `${list.slice(0, most).join(', ')} and ${list.length - most} more`;
}

/** Address as the driver uses it: the SID of the bank over the IOVA. */
export function driverAddress(mapping: PictureMapping): string {
  const sid = BigInt(bankOf(mapping.device)?.sid ?? 0);
  return formatDmaAddress(((mapping.entries[0]?.dmaAddr ?? 0n) & 0xffff_ffffn) | (sid << 32n));
}

/** A finding for each process and bank: a stream of frames is one matter. */
function scatteredFindings(mappings: readonly PictureMapping[]): Finding[] {
  const scattered = mappings.filter((mapping) => mapping.kind === 'map-sg' && !mapping.contiguous);
  const groups = Map.groupBy(scattered, (mapping) => `${mapping.pid}/${mapping.device}`);
  return [...groups].map(([key, group]) => scatteredFinding(key, group));
}

function scatteredFinding(key: string, group: readonly PictureMapping[]): Finding {
  const [first] = group as [PictureMapping];
  const pieces = piecesText(first);
  const what =
    group.length === 1
      ? `imported ${formatBytes(first.size)} into ${first.device} as ${first.totalEntries} DMA segments that do not follow each other (${pieces}). ` +
        'The driver hands only the first to the DSP: beyond its end the DSP reads and writes other memory.'
      : `imported ${group.length} buffers (${formatBytes(sizeOf(group))}) into ${first.device} as DMA segments that do not follow each other (of one of them: ${pieces}). ` +
        'Of each the driver hands only the first to the DSP: beyond its end the DSP reads and writes other memory.';
  return {
    id: `scattered/${key}`,
    severity: 'error',
    text: `${owner(first)} ${what}`,
    remedy: 'Import memory that is contiguous for the device: a CMA heap, or a board whose IOMMU translates.',
    sinceNs: oldest(group),
    evidence: group.map((mapping) => mapping.id),
  };
}

function piecesText({ entries, totalEntries }: PictureMapping): string {
  const pieces = entries
    .slice(0, 4)
    .map((entry) => `0x${entry.dmaAddr.toString(16)}+${formatBytes(entry.length)}`);
  const more = totalEntries > pieces.length ? `, and ${totalEntries - pieces.length} more` : '';
  return `${pieces.join(', ')}${more}`;
}

/** What a process left behind, and who has it now. */
function deadFindings(process: Gone, scene: Scene): Finding[] {
  const left = scene.mapped.get(process.pid) ?? [];
  if (left.length === 0) return [];
  const devices = distinct(left.map((mapping) => mapping.device));
  const chain = chainOf(left, scene);
  return [
    {
      id: `dead/${process.pid}`,
      severity: 'warning',
      text: `${process.comm} (${process.pid}) is gone, yet ${left.length} of its buffers (${formatBytes(sizeOf(left))}) are still mapped in ${devices.join(', ')}.${chain.text}`,
      remedy: chain.remedy,
      sinceNs: process.seenGoneNs,
      evidence: left.map((mapping) => mapping.id),
    },
  ];
}

/** From the mappings over the dma-bufs that they are to the processes that hold those, and the banks that import them. */
function chainOf(
  left: readonly PictureMapping[],
  scene: Scene,
): { readonly text: string; readonly remedy: string } {
  const exported = left.flatMap((mapping) => scene.exported.get(mapping.id) ?? []);
  const holders = distinct(exported.flatMap((buffer) => buffer.holders.map(({ pid }) => pid)));
  const own = new Set(left.map((mapping) => mapping.device));
  const importers = distinct(exported.flatMap((buffer) => buffer.attachedTo.value ?? [])).filter(
    (device) => !own.has(device),
  );
  if (exported.length === 0)
    return {
      text: ' None of them is proven to be a dma-buf that somebody holds.',
      remedy: 'No process is seen to hold them: the driver keeps them until reboot.',
    };
  const bufs = `${exported.length === 1 ? 'dma-buf' : 'dma-bufs'} ${named(exported.map(({ ino }) => String(ino)))}`;
  const held =
    holders.length > 0
      ? `, which ${named(holders.map((pid) => scene.name(pid)))} still ${holders.length === 1 ? 'holds' : 'hold'}`
      : '';
  const taken = importers.length > 0 ? `${held ? ' and' : ','} ${importers.join(', ')} imported` : '';
  return {
    text: ` ${exported.length} of them ${exported.length === 1 ? 'is' : 'are'} ${bufs}${held}${taken}.`,
    remedy:
      holders.length > 0
        ? `Closing the dma-bufs in ${named(holders.map((pid) => scene.name(pid)))} frees them.`
        : importers.length > 0
          ? `Closing the GEM handles of the imports in ${importers.join(', ')} frees them.`
          : 'No process is seen to hold them: the driver keeps them until reboot.',
  };
}

/** A bank whose users are all gone: nobody uses it, and what is in it takes its place. */
function bankFindings(bank: PictureBank, scene: Scene): Finding[] {
  const users = bank.users.value ?? [];
  if (users.length === 0 || !users.every((pid) => scene.gone.has(pid))) return [];
  const inIt = bank.mappings.flatMap((id) => scene.byId.get(id) ?? []);
  if (inIt.length === 0) return [];
  const since = users.reduce((latest, pid) => Math.max(latest, scene.gone.get(pid)?.seenGoneNs ?? 0), 0);
  const one = inIt.length === 1;
  return [
    {
      id: `bank/${bank.device}`,
      severity: 'warning',
      text: `Everything that is seen in ${bank.device} is of processes that are gone: ${named(users.map((pid) => scene.name(pid)))} left ${inIt.length} ${one ? 'mapping' : 'mappings'} (${formatBytes(sizeOf(inIt))}).`,
      remedy: `The driver may give the bank to another process, which then shares the address space with ${one ? 'it' : 'them'}; the bank is empty again when what holds ${one ? 'it' : 'them'} is closed, or after a reboot.`,
      sinceNs: since,
      evidence: [bank.device, ...bank.mappings],
    },
  ];
}

/** Held by CPU mappings alone. */
const keptByMap = ({ holders }: PictureBuffer): boolean =>
  holders.length > 0 && holders.every(({ fds, maps }) => fds.length === 0 && maps > 0);

function mapKeptFinding(buffers: readonly PictureBuffer[], scene: Scene): Finding[] {
  if (buffers.length === 0) return [];
  const one = buffers.length === 1;
  const pids = distinct(buffers.flatMap(({ holders }) => holders.map(({ pid }) => pid)));
  const by = named(pids.map((pid) => scene.name(pid)));
  return [
    {
      id: 'kept-by-map',
      severity: 'notice',
      text: `${bufsText(buffers)} kept alive by CPU mappings alone: no process holds a descriptor of ${one ? 'it' : 'them'} any more. Mapped by ${by}.`,
      remedy: `Unmapping ${one ? 'it' : 'them'} in ${by}, or the end of ${pids.length === 1 ? 'that process' : 'those processes'}, lets ${one ? 'it' : 'them'} go.`,
      sinceNs: null,
      evidence: buffers.map(({ ino }) => String(ino)),
    },
  ];
}

/** Seen so twice: in one snapshot alone a buffer may be on its way from one process to another. The first of all has to do. */
const isUnheld = ({ ino }: PictureBuffer, { unheldSince, takenNs }: Seen): boolean =>
  unheldSince.get(ino) !== takenNs;

/** Referenced, held by no process that could be read, and by no import whose process is known to live. */
function heldByNobody(buffer: PictureBuffer, scene: Scene): boolean {
  if (buffer.holders.length > 0 || buffer.references.value === null) return false;
  const devices = buffer.attachedTo.value ?? [];
  return !devices.some((device) => (scene.bank(device)?.users.value ?? []).some((pid) => scene.lives(pid)));
}

function bufsText(buffers: readonly PictureBuffer[]): string {
  const one = buffers.length === 1;
  const bytes = buffers.reduce((sum, buffer) => sum + (buffer.size.value ?? 0), 0);
  return `${buffers.length} ${one ? 'dma-buf' : 'dma-bufs'} (${formatBytes(bytes)}) ${one ? 'is' : 'are'}`;
}

/** All of them in one sentence: a picture with a thousand of them has one finding, with its evidence. */
function unheldFinding(
  buffers: readonly PictureBuffer[],
  since: ReadonlyMap<number, number | null>,
): Finding[] {
  if (buffers.length === 0) return [];
  const one = buffers.length === 1;
  const times = buffers.map(({ ino }) => since.get(ino) ?? null);
  const devices = distinct(buffers.flatMap((buffer) => buffer.attachedTo.value ?? []));
  const at = devices.length > 0 ? ` ${one ? 'It is' : 'They are'} attached to ${devices.join(', ')}.` : '';
  return [
    {
      id: 'unheld',
      severity: 'notice',
      text: `${bufsText(buffers)} referenced, but no process that could be read holds or maps ${one ? 'it' : 'them'}.${at}`,
      remedy:
        'An import keeps such a buffer: closing its GEM handle, or the file that imported it, frees it.',
      sinceNs: times.reduce((least, ns) => (least === null || ns === null ? null : Math.min(least, ns))),
      evidence: buffers.map((buffer) => String(buffer.ino)),
    },
  ];
}

/** A finding for each bank: a DSP that runs wild faults thousands of times. */
function faultFindings(faults: readonly Fault[]): Finding[] {
  return [...Map.groupBy(faults, (fault) => fault.device)].map(([device, group]) => {
    const first = group[0] as Fault;
    const last = group.at(-1) as Fault;
    const more =
      group.length > 1
        ? ` It did so ${group.length} times, the last at ${formatDmaAddress(last.iova)} (${formatTime(last.timeNs)}).`
        : '';
    return {
      id: `fault/${device}`,
      severity: 'error',
      text: `The DSP touched ${formatDmaAddress(first.iova)} through ${device}, where nothing was mapped (board clock ${formatTime(first.timeNs)}).${more}`,
      remedy:
        'Check that the buffer is still mapped while the DSP works on it, and that the call stays within its length.',
      sinceNs: first.timeNs,
      evidence: [device],
    };
  });
}

const lostFinding = (lost: number): Finding[] =>
  lost === 0
    ? []
    : [
        {
          id: 'lost',
          severity: 'warning',
          text: `The kernel lost ${lost} trace events: mappings made or freed in them are missing here, or shown though they are gone.`,
          remedy: 'Enlarge the trace buffer (tracefs buffer_size_kb), then watch again.',
          sinceNs: null,
          evidence: [],
        },
      ];

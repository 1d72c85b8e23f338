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
  /** Events that the kernel's ring buffer lost. */
  readonly lost: number;
}

/** What deserves a look, as sentences; the worst first. */
export function findingsOf(parts: Parts, seen: Seen): Finding[] {
  return [
    ...seen.faults.map(faultFinding),
    ...parts.mappings
      .filter((mapping) => mapping.kind === 'map-sg' && !mapping.contiguous)
      .map(scatteredFinding),
    ...seen.gone.flatMap((process) => deadFindings(process, parts)),
    ...unheldFinding(parts.buffers.filter((buffer) => heldByNobody(buffer, parts))),
    ...lostFinding(seen.lost),
  ];
}

const owner = (mapping: PictureMapping): string => `${mapping.comm} (${mapping.pid})`;

/** Address as the driver uses it: the SID of the bank over the IOVA. */
export function driverAddress(mapping: PictureMapping): string {
  const sid = BigInt(bankOf(mapping.device)?.sid ?? 0);
  return formatDmaAddress(((mapping.entries[0]?.dmaAddr ?? 0n) & 0xffff_ffffn) | (sid << 32n));
}

function scatteredFinding(mapping: PictureMapping): Finding {
  const pieces = mapping.entries
    .slice(0, 4)
    .map((entry) => `0x${entry.dmaAddr.toString(16)}+${formatBytes(entry.length)}`);
  const more =
    mapping.totalEntries > pieces.length ? `, and ${mapping.totalEntries - pieces.length} more` : '';
  return {
    id: `scattered/${mapping.id}`,
    severity: 'error',
    text:
      `${owner(mapping)} imported ${formatBytes(mapping.size)} into ${mapping.device} as ${mapping.totalEntries} DMA segments that do not follow ` +
      `each other (${pieces.join(', ')}${more}). The driver hands only the first to the DSP: beyond its end the DSP reads and writes other memory.`,
    remedy: 'Import memory that is contiguous for the device: a CMA heap, or a board whose IOMMU translates.',
    evidence: [mapping.id],
  };
}

function deadFindings(process: Gone, parts: Parts): Finding[] {
  const left = parts.mappings.filter((mapping) => mapping.pid === process.pid);
  if (left.length === 0) return [];
  const bytes = left.reduce((sum, mapping) => sum + mapping.size, 0);
  const devices = [...new Set(left.map((mapping) => mapping.device))];
  const ids = new Set(left.map((mapping) => mapping.id));
  const holders = parts.buffers
    .filter((buffer) => buffer.mappings.some((row) => ids.has(row.mapping)))
    .flatMap((buffer) => buffer.holders.map((holder) => holder.pid));
  const chain =
    holders.length > 0 ? ` Processes that still hold them: ${[...new Set(holders)].join(', ')}.` : '';
  return [
    {
      id: `dead/${process.pid}`,
      severity: 'warning',
      text: `${process.comm} (${process.pid}) is gone, yet ${left.length} of its buffers (${formatBytes(bytes)}) are still mapped in ${devices.join(', ')}.${chain}`,
      remedy:
        holders.length > 0
          ? 'Closing the dma-bufs in those processes frees them.'
          : 'No process is seen to hold them: the driver keeps them until reboot.',
      evidence: [...ids],
    },
  ];
}

/** Referenced, held by no process that could be read, and by no import whose process is known to live. */
function heldByNobody(buffer: PictureBuffer, parts: Parts): boolean {
  if (buffer.holders.length > 0 || buffer.references.value === null) return false;
  return !(buffer.attachedTo.value ?? []).some((device) => livelyBank(device, parts));
}

function livelyBank(device: string, { banks, processes }: Parts): boolean {
  const users = banks.find((bank) => bank.device === device)?.users.value ?? [];
  return users.some((pid) => processes.some((process) => process.pid === pid && process.alive));
}

/** All of them in one sentence: a picture with a thousand of them has one finding, with its evidence. */
function unheldFinding(buffers: readonly PictureBuffer[]): Finding[] {
  if (buffers.length === 0) return [];
  const one = buffers.length === 1;
  const bytes = buffers.reduce((sum, buffer) => sum + (buffer.size.value ?? 0), 0);
  const devices = [...new Set(buffers.flatMap((buffer) => buffer.attachedTo.value ?? []))];
  const at = devices.length > 0 ? ` ${one ? 'It is' : 'They are'} attached to ${devices.join(', ')}.` : '';
  const some = `${buffers.length} ${one ? 'dma-buf' : 'dma-bufs'} (${formatBytes(bytes)}) ${one ? 'is' : 'are'}`;
  return [
    {
      id: 'unheld',
      severity: 'notice',
      text: `${some} referenced, but no process that could be read holds or maps ${one ? 'it' : 'them'}.${at}`,
      remedy:
        'An import keeps such a buffer: closing its GEM handle, or the file that imported it, frees it.',
      evidence: buffers.map((buffer) => String(buffer.ino)),
    },
  ];
}

const faultFinding = (fault: Fault, at: number): Finding => ({
  id: `fault/${at}`,
  severity: 'error',
  text: `The DSP touched ${formatDmaAddress(fault.iova)} through ${fault.device}, where nothing was mapped (board clock ${formatTime(fault.timeNs)}).`,
  remedy:
    'Check that the buffer is still mapped while the DSP works on it, and that the call stays within its length.',
  evidence: [fault.device],
});

const lostFinding = (lost: number): Finding[] =>
  lost === 0
    ? []
    : [
        {
          id: 'lost',
          severity: 'warning',
          text: `The kernel lost ${lost} trace events: mappings made or freed in them are missing here, or shown though they are gone.`,
          remedy: 'Enlarge the trace buffer (tracefs buffer_size_kb), then watch again.',
          evidence: [],
        },
      ];

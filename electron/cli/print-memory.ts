import { driverAddress } from '../memory/findings.ts';
import { formatBytes } from '../model/format.ts';
import type {
  Finding,
  MemoryPicture,
  PictureBank,
  PictureBuffer,
  PictureMapping,
  TierStatus,
} from '../model/memory.ts';
import { sessionsText } from './print-dsp.ts';
import { textTable } from './table.ts';
import { wrap } from './wrap.ts';

/** Rows of one list that are printed; the rest is counted. */
const MOST_ROWS = 40;
/** Processes of one buffer that are named; the rest is counted. */
const MOST_HOLDERS = 4;

/** The memory picture as text: banks with what is mapped in them, dma-bufs with who holds them, findings, tiers. */
export function memoryText(picture: MemoryPicture, columns: number): string {
  const parts = [
    banksText(picture),
    buffersText(picture),
    dspText(picture, columns),
    findingsText(picture, columns),
    tiersText(picture, columns),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function banksText(picture: MemoryPicture): string {
  if (picture.banks.length === 0) return 'Context banks: none seen in use.';
  const byId = new Map(picture.mappings.map((mapping) => [mapping.id, mapping]));
  const rows = picture.banks.flatMap((bank) => bankRows(bank, byId));
  const columns = [
    { head: 'context bank' },
    { head: 'mapped by' },
    { head: 'kind' },
    { head: 'DMA address' },
    { head: 'size', right: true },
    { head: 'segments', right: true },
  ];
  return `Context banks (tier dma; what was mapped before the trace began is not seen)\n${capped(columns, rows)}`;
}

function bankRows(bank: PictureBank, byId: ReadonlyMap<string, PictureMapping>): string[][] {
  const mappings = bank.mappings.flatMap((id) => byId.get(id) ?? []);
  if (mappings.length === 0) return [[bank.device, 'unknown', 'attached', 'unknown', '–', '–']];
  return mappings.map((mapping, at) => [
    at === 0 ? bank.device : '',
    `${mapping.comm} ${mapping.pid}`,
    mapping.kind === 'alloc' ? 'own' : 'import',
    driverAddress(mapping),
    formatBytes(mapping.size),
    `${mapping.totalEntries}${mapping.contiguous ? '' : ' scattered'}`,
  ]);
}

function buffersText(picture: MemoryPicture): string {
  if (picture.buffers.length === 0) return 'dma-bufs: none seen.';
  const names = new Map(picture.processes.map((process) => [process.pid, process.comm.value ?? '?']));
  const rows = picture.buffers.slice(0, MOST_ROWS).flatMap((buffer) => bufferRows(buffer, names));
  const columns = [
    { head: 'dma-buf' },
    { head: 'exporter' },
    { head: 'size', right: true },
    { head: 'refs', right: true },
    { head: 'held by' },
    { head: 'attached to' },
  ];
  const more = moreText(picture.buffers.length - MOST_ROWS);
  return `dma-bufs (tiers proc and bufinfo; named by inode)\n${textTable(columns, rows)}${more}`;
}

/** A row a holder and device, so that the table stays narrow; the facts of the buffer stand in the first. */
function bufferRows(buffer: PictureBuffer, names: ReadonlyMap<number, string>): string[][] {
  const holders = holderTexts(buffer, names);
  const attached = attachedText(buffer);
  const facts = [
    String(buffer.ino),
    buffer.exporter.value ?? 'unknown',
    buffer.size.value === null ? 'unknown' : formatBytes(buffer.size.value),
    buffer.references.value === null ? 'unknown' : String(buffer.references.value),
  ];
  return Array.from({ length: Math.max(holders.length, attached.length) }, (_, at) => [
    ...(at === 0 ? facts : ['', '', '', '']),
    holders[at] ?? '',
    attached[at] ?? '',
  ]);
}

function holderTexts({ holders }: PictureBuffer, names: ReadonlyMap<number, string>): string[] {
  if (holders.length === 0) return ['no readable process'];
  const texts = holders
    .slice(0, MOST_HOLDERS)
    .map(({ pid, maps }) => `${names.get(pid) ?? '?'} ${pid}${maps > 0 ? ' mapped' : ''}`);
  const more = holders.length - MOST_HOLDERS;
  return more > 0 ? [...texts, `and ${more} more`] : texts;
}

/** Devices, one of them a line. */
function attachedText({ attachedTo }: PictureBuffer): readonly string[] {
  if (attachedTo.value === null) return ['unknown'];
  return attachedTo.value.length === 0 ? ['–'] : attachedTo.value;
}

function dspText({ dsp }: MemoryPicture, columns: number): string {
  return dsp.length === 0 ? '' : `DSP processes of the agent (tier self)\n${sessionsText(dsp, columns)}`;
}

function capped(columns: Parameters<typeof textTable>[0], rows: readonly (readonly string[])[]): string {
  return textTable(columns, rows.slice(0, MOST_ROWS)) + moreText(rows.length - MOST_ROWS);
}

const moreText = (more: number): string => (more > 0 ? `\n… and ${more} more (all of them: --json)` : '');

const MARK = { notice: 'i', warning: '!', error: 'x' } as const;

function findingsText(picture: MemoryPicture, columns: number): string {
  if (picture.findings.length === 0) return 'Findings: none.';
  const lines = picture.findings.map(
    (finding) =>
      `  ${MARK[finding.severity]} ${finding.severity}: ${finding.text}${sinceText(finding)}\n    ${finding.remedy}`,
  );
  return `Findings\n${wrap(lines.join('\n'), columns, 4)}`;
}

/** On the board's clock, as the times of the trace are. */
const sinceText = ({ sinceNs }: Finding): string =>
  sinceNs === null ? '' : ` Since ${(sinceNs / 1e9).toFixed(3)} s.`;

function tiersText(picture: MemoryPicture, columns: number): string {
  const lines = picture.tiers.map(
    (tier) => `  ${tier.tier.padEnd(8)}${availability(tier)}${lostText(tier.lostEvents)}`,
  );
  return lines.length > 0 ? `Tiers\n${wrap(lines.join('\n'), columns, 10)}` : '';
}

/** A tier that works may have missed a part, and says which. */
function availability({ available, reason }: TierStatus): string {
  if (!available) return `not available: ${reason}`;
  return reason === '' ? 'available' : `available in part: ${reason}`;
}

const lostText = (lost: number): string => (lost > 0 ? `, ${lost} events lost` : '');

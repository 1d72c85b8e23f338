import { driverAddress } from '../memory/findings.ts';
import { formatBytes } from '../model/format.ts';
import type { MemoryPicture, PictureBank, PictureBuffer, PictureMapping } from '../model/memory.ts';
import { textTable } from './table.ts';

/** Rows of one list that are printed; the rest is counted. */
const MOST_ROWS = 40;

/** The memory picture as text: banks with what is mapped in them, dma-bufs with who holds them, findings, tiers. */
export function memoryText(picture: MemoryPicture): string {
  const parts = [banksText(picture), buffersText(picture), findingsText(picture), tiersText(picture)];
  return parts.filter((part) => part !== '').join('\n\n');
}

function banksText(picture: MemoryPicture): string {
  if (picture.banks.length === 0) return 'Context banks: none seen in use.';
  const byId = new Map(picture.mappings.map((mapping) => [mapping.id, mapping]));
  const rows = picture.banks.flatMap((bank) => bankRows(bank, byId));
  const columns = [
    { head: 'context bank' },
    { head: 'by thread' },
    { head: 'kind' },
    { head: 'DMA address' },
    { head: 'size', right: true },
    { head: 'segments', right: true },
  ];
  return `Context banks (tier dma; what was mapped before the trace began is not seen)\n${capped(columns, rows)}`;
}

function bankRows(bank: PictureBank, byId: ReadonlyMap<string, PictureMapping>): string[][] {
  const mappings = bank.mappings.flatMap((id) => byId.get(id) ?? []);
  if (mappings.length === 0) return [[bank.device, '–', 'attached', 'unknown', '–', '–']];
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
  const rows = picture.buffers.map((buffer) => [
    String(buffer.ino),
    buffer.exporter.value ?? 'unknown',
    buffer.size.value === null ? 'unknown' : formatBytes(buffer.size.value),
    buffer.references.value === null ? 'unknown' : String(buffer.references.value),
    holdersText(buffer, names),
    attachedText(buffer),
  ]);
  const columns = [
    { head: 'dma-buf' },
    { head: 'exporter' },
    { head: 'size', right: true },
    { head: 'refs', right: true },
    { head: 'held by' },
    { head: 'attached to' },
  ];
  return `dma-bufs (tiers proc and bufinfo; named by inode)\n${capped(columns, rows)}`;
}

function holdersText(buffer: PictureBuffer, names: ReadonlyMap<number, string>): string {
  if (buffer.holders.length === 0) return 'no readable process';
  return buffer.holders
    .map((holder) => `${names.get(holder.pid) ?? '?'} ${holder.pid}${holder.maps > 0 ? ' (mapped)' : ''}`)
    .join(', ');
}

function attachedText(buffer: PictureBuffer): string {
  if (buffer.attachedTo.value === null) return 'unknown';
  return buffer.attachedTo.value.length === 0 ? '–' : buffer.attachedTo.value.join(', ');
}

function capped(columns: Parameters<typeof textTable>[0], rows: readonly (readonly string[])[]): string {
  const more = rows.length > MOST_ROWS ? `\n… and ${rows.length - MOST_ROWS} more (all of them: --json)` : '';
  return textTable(columns, rows.slice(0, MOST_ROWS)) + more;
}

const MARK = { notice: 'i', warning: '!', error: 'x' } as const;

function findingsText(picture: MemoryPicture): string {
  if (picture.findings.length === 0) return 'Findings: none.';
  const lines = picture.findings.map(
    (finding) => `  ${MARK[finding.severity]} ${finding.severity}: ${finding.text}\n    ${finding.remedy}`,
  );
  return `Findings\n${lines.join('\n')}`;
}

function tiersText(picture: MemoryPicture): string {
  const lines = picture.tiers.map(
    (tier) =>
      `  ${tier.tier.padEnd(8)}${tier.available ? 'available' : `not available: ${tier.reason}`}${lostText(tier.lostEvents)}`,
  );
  return lines.length > 0 ? `Tiers\n${lines.join('\n')}` : '';
}

const lostText = (lost: number): string => (lost > 0 ? `, ${lost} events lost` : '');

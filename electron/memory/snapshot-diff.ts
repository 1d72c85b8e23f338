import { formatBytes } from '../model/format.ts';
import type { MemoryPicture } from '../model/memory.ts';
import { bankOf } from './banks.ts';
import {
  cpuMapsOf,
  descriptorsOf,
  dmaAddressOf,
  originOf,
  ORIGIN_WORDS,
  referencesOf,
  sizeOf,
  statesOf,
} from './row-values.ts';
import { bufferRows, sceneOf, type BufferRow, type Scene } from './rows.ts';

export type DiffKind = 'appeared' | 'gone' | 'changed';

/** What became of one buffer of one process in one bank. */
export interface DiffRow {
  readonly key: string;
  readonly kind: DiffKind;
  /** As it is in the second picture; where it is gone, as it was in the first. */
  readonly row: BufferRow;
  /** Bytes that the process has more (or, below zero, less). */
  readonly bytes: number;
  /** 'Refs 3 → 4'; empty where it appeared or is gone. */
  readonly changes: readonly string[];
}

/** Two moments apart. */
export interface PictureDiff {
  readonly rows: readonly DiffRow[];
  readonly appeared: number;
  readonly gone: number;
  readonly changed: number;
  /** Bytes more in the second picture; a buffer that a process has twice counts once. */
  readonly bytes: number;
}

/** What became of the first picture's buffers in the second. Linear. */
export function diffOf(before: MemoryPicture, after: MemoryPicture): PictureDiff {
  const was = { scene: sceneOf(before), rows: byKey(before) };
  const is = { scene: sceneOf(after), rows: byKey(after) };
  const rows: DiffRow[] = [];
  for (const [key, row] of was.rows)
    if (!is.rows.has(key)) rows.push({ key, kind: 'gone', row, bytes: -counted(row), changes: [] });
  for (const [key, row] of is.rows) {
    const old = was.rows.get(key);
    if (!old) rows.push({ key, kind: 'appeared', row, bytes: counted(row), changes: [] });
    else {
      const changes = changesOf(old, was.scene, row, is.scene);
      if (changes.length > 0)
        rows.push({ key, kind: 'changed', row, bytes: counted(row) - counted(old), changes });
    }
  }
  const count = (kind: DiffKind): number => rows.filter((row) => row.kind === kind).length;
  return {
    rows,
    appeared: count('appeared'),
    gone: count('gone'),
    changed: count('changed'),
    bytes: rows.reduce((sum, row) => sum + row.bytes, 0),
  };
}

const byKey = (picture: MemoryPicture): Map<string, BufferRow> =>
  new Map(bufferRows(picture).map((row) => [row.key, row]));

const counted = (row: BufferRow): number => (row.again ? 0 : (sizeOf(row).value ?? 0));

type Read = (row: BufferRow, scene: Scene) => string;

/** What is compared, as text; unknown stays unknown. */
const VALUES: readonly (readonly [string, Read])[] = [
  ['Size', (row) => text(sizeOf(row).value, formatBytes)],
  ['Origin', (row) => text(originOf(row).value, (origin) => ORIGIN_WORDS[origin])],
  ['DMA address', (row, scene) => text(dmaAddressOf(row, scene).value, (at) => `0x${at.toString(16)}`)],
  ['Fds', (row, scene) => text(descriptorsOf(row, scene).value)],
  ['Maps', (row, scene) => text(cpuMapsOf(row, scene).value)],
  ['Refs', (row) => text(referencesOf(row).value)],
  ['State', (row, scene) => statesOf(row, scene).join(', ')],
];

function text<T>(value: T | null, show: (value: T) => string = String): string {
  return value === null ? 'unknown' : show(value);
}

function changesOf(old: BufferRow, was: Scene, row: BufferRow, is: Scene): string[] {
  return VALUES.flatMap(([name, read]) => {
    const [a, b] = [read(old, was), read(row, is)];
    return a === b ? [] : [`${name} ${a} → ${b}`];
  });
}

/** Signed bytes: '+64 KiB', '−4 KiB', '0 B'. */
export const signedBytes = (bytes: number): string =>
  bytes === 0 ? '0 B' : `${bytes > 0 ? '+' : '−'}${formatBytes(Math.abs(bytes))}`;

export const diffSummary = ({ appeared, gone, changed, bytes }: PictureDiff): string =>
  `${appeared} appeared, ${gone} gone, ${changed} changed; ${signedBytes(bytes)}`;

/** The comparison as text, by process and bank: for a message or a bug report. */
export function diffText(diff: PictureDiff, before: MemoryPicture, after: MemoryPicture): string {
  const names = new Map(
    [...before.processes, ...after.processes].map((process) => [process.pid, process.comm.value]),
  );
  const groups = Map.groupBy(diff.rows, ({ row }) => `${row.pid ?? '?'} ${row.device ?? ''}`);
  const lines = [
    `Memory, board clock ${clock(before.takenNs)} to ${clock(after.takenNs)}: ${diffSummary(diff)}`,
  ];
  for (const [, rows] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const { pid, device } = (rows[0] as DiffRow).row;
    const who = pid === null ? 'unknown process' : `${names.get(pid) ?? 'process'} ${pid}`;
    const bank = device === null ? 'in no bank' : bankText(device);
    lines.push('', `${who}, ${bank}: ${signedBytes(rows.reduce((sum, row) => sum + row.bytes, 0))}`);
    for (const row of rows) lines.push(`  ${lineOf(row)}`);
  }
  return lines.join('\n') + '\n';
}

const clock = (ns: number): string => `${(ns / 1e9).toFixed(3)} s`;

function bankText(device: string): string {
  const bank = bankOf(device);
  return bank ? `${bank.dsp} bank ${bank.sid}` : device;
}

function lineOf({ kind, row, changes }: DiffRow): string {
  const what = row.buffer
    ? `dma-buf ${row.buffer.ino}`
    : row.self
      ? `handle ${row.self.handle}`
      : 'not exported';
  const size = sizeOf(row).value;
  return [kind.padEnd(8), what, size === null ? 'size unknown' : formatBytes(size), changes.join(', ')]
    .filter((part) => part !== '')
    .join('  ');
}

import { formatBytes, formatDmaAddress } from '../../../../electron/model/format.ts';
import {
  contiguousOf,
  cpuMapsOf,
  descriptorsOf,
  dmaAddressOf,
  dspAddressOf,
  exporterOf,
  fromOf,
  handleOf,
  inodeOf,
  largestPieceOf,
  originOf,
  ORIGIN_WORDS,
  referencesOf,
  sgEntriesOf,
  sinceOf,
  sizeOf,
  statesOf,
  type Value,
} from '../../../../electron/memory/row-values.ts';
import type { BufferRow, Scene } from '../../../../electron/memory/rows.ts';
import type { PictureMapping, SgEntry, Tier } from '../../../../electron/model/memory.ts';
import { ageText, bankText, boardClock, processText, STATE_HINTS } from '../words.ts';

/** A value of the selection, with where it comes from or why it is not there. */
export interface Field {
  readonly label: string;
  /** null: not known, or nothing to know. */
  readonly text: string | null;
  readonly exact: string;
  readonly tier: Tier | null;
  /** Why it is not known; empty where it is. */
  readonly why: string;
  readonly none: boolean;
  readonly mono: boolean;
}

function field<T>(
  label: string,
  value: Value<T>,
  show: (value: T) => string = String,
  more: { readonly exact?: (value: T) => string; readonly mono?: boolean } = {},
): Field {
  const mono = more.mono === true;
  if ('why' in value)
    return { label, text: null, exact: '', tier: null, why: value.why, none: 'none' in value, mono };
  const text = show(value.value);
  return {
    label,
    text,
    exact: more.exact?.(value.value) ?? text,
    tier: value.tier,
    why: '',
    none: false,
    mono,
  };
}

const said = (label: string, text: string, tier: Tier | null = null): Field => ({
  label,
  text,
  exact: text,
  tier,
  why: '',
  none: false,
  mono: false,
});

const inBytes = (bytes: number): string => `${bytes} B`;

/** All values of a row. */
export const fieldsOf = (row: BufferRow, scene: Scene): Field[] => [
  said('Process', processText(scene, row.pid)),
  row.device === null
    ? said('Context bank', 'in none')
    : said('Context bank', `${bankText(row.device)}, ${row.device}`, row.mapping ? 'dma' : 'bufinfo'),
  said(
    'State',
    statesOf(row, scene)
      .map((state) => `${state}. ${STATE_HINTS[state]}`)
      .join(' '),
  ),
  field('Size', sizeOf(row), (bytes) => `${formatBytes(bytes)} (${bytes} B)`, { exact: inBytes }),
  field('Inode', inodeOf(row)),
  ...(row.buffer?.name ? [said('Name', row.buffer.name)] : []),
  field('Origin', originOf(row), (origin) => ORIGIN_WORDS[origin]),
  field('Exporter', exporterOf(row)),
  field('From', fromOf(row, scene), ({ pids, made }) =>
    [made ? 'made by' : 'held by', pids.map((pid) => processText(scene, pid)).join(', ')].join(' '),
  ),
  field('DMA address', dmaAddressOf(row, scene), formatDmaAddress, {
    exact: (address) => `0x${address.toString(16)}`,
    mono: true,
  }),
  field('SG entries', sgEntriesOf(row, scene)),
  field('Largest piece', largestPieceOf(row, scene), formatBytes, { exact: inBytes }),
  field('Contiguous', contiguousOf(row, scene), (yes) => (yes ? 'yes' : 'no')),
  field(
    'DSP address',
    dspAddressOf(row, scene),
    (list) => list.map((at) => `0x${at.toString(16)}`).join(', '),
    {
      mono: true,
    },
  ),
  field('GEM handle', handleOf(row)),
  field('Descriptors', descriptorsOf(row, scene)),
  field('CPU maps', cpuMapsOf(row, scene)),
  field('References', referencesOf(row)),
  field('Since', sinceOf(row, scene), (since) => `${ageText(scene.takenNs - since)} ago`, {
    exact: (since) => `${boardClock(since)} of the board's clock`,
  }),
];

/** One entry of a mapped table. */
export interface Piece {
  readonly at: number;
  readonly address: string;
  readonly length: string;
  readonly phys: string;
  /** It begins where the one before ends. */
  readonly follows: boolean;
  /** What the driver hands to the DSP reaches it. */
  readonly reached: boolean;
}

export function piecesOf({ entries, contiguous }: PictureMapping): Piece[] {
  let before: SgEntry | null = null;
  let reached = true;
  return entries.map((entry, at) => {
    const follows = before === null || before.dmaAddr + BigInt(before.length) === entry.dmaAddr;
    reached = contiguous || (reached && follows);
    before = entry;
    return {
      at,
      address: formatDmaAddress(entry.dmaAddr),
      length: formatBytes(entry.length),
      phys: entry.phys === null ? '–' : `0x${entry.phys.toString(16)}`,
      follows,
      reached,
    };
  });
}

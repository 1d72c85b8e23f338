import { formatBytes, formatDmaAddress } from '../../../../electron/model/format.ts';
import {
  commonOf,
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
  provenAddress,
  referencesOf,
  sgEntriesOf,
  sinceOf,
  sizeOf,
  statesOf,
} from '../../../../electron/memory/row-values.ts';
import type { BufferRow, Scene } from '../../../../electron/memory/rows.ts';
import type { CellText, Column, Group, Level } from '../../../widgets/table/columns.ts';
import {
  ageText,
  bankText,
  boardClock,
  plural,
  processText,
  STATE_HINTS,
  STATE_TONES,
  valueCell,
} from '../words.ts';

type Look = () => Scene;
type Make = (scene: Look, grouping: () => Grouping) => Column<BufferRow>;

const number = (value: number): string => String(value);
const bytes = (value: number): string => `${value} B`;

/** With the details beside it in a small window, or a picture and the details in a large one, the table has fewer pixels. */
const NARROW = 880;

/** How rows are grouped, outermost first. */
export const GROUPINGS = {
  process: ['process', 'bank'],
  bank: ['bank', 'process'],
  none: [],
} as const;
export type Grouping = keyof typeof GROUPINGS;

export function levelsOf(grouping: Grouping): Level<BufferRow>[] {
  const all = {
    process: {
      id: 'process',
      keyOf: (row: BufferRow) => `p${row.pid ?? '?'}`,
      sort: (row: BufferRow) => row.pid,
    },
    bank: {
      id: 'bank',
      keyOf: (row: BufferRow) => `b${row.device ?? '-'}`,
      sort: (row: BufferRow) => row.device,
    },
  };
  return GROUPINGS[grouping].map((id) => all[id]);
}

/** Bytes that a row adds to its group; a buffer that a process has twice counts once. */
export const countedBytes = (row: BufferRow): number => (row.again ? 0 : (sizeOf(row).value ?? 0));

/** What a word is looked for in. */
export function rowText(row: BufferRow, scene: Scene): string {
  const { buffer, device } = row;
  const origin = originOf(row).value;
  return [
    processText(scene, row.pid),
    device === null ? 'in no bank' : `${bankText(device)} ${device}`,
    buffer ? `${buffer.ino} ${buffer.name} ${buffer.exporter.value ?? ''}` : 'not exported',
    formatBytes(sizeOf(row).value ?? 0),
    origin === null ? 'unknown' : ORIGIN_WORDS[origin],
    row.mapping ? formatDmaAddress(dmaAddressOf(row, scene).value ?? 0n) : '',
    ...statesOf(row, scene),
  ].join(' ');
}

export const columnsOf = (scene: Look, grouping: () => Grouping): Column<BufferRow>[] => [
  what(scene, grouping),
  ...[
    SIZE,
    STATE,
    ORIGIN,
    ADDRESS,
    EXPORTER,
    FROM,
    ENTRIES,
    AGE,
    REFERENCES,
    MAPS,
    DESCRIPTORS,
    PIECE,
    DSP_ADDRESS,
    HANDLE,
  ].map((make) => make(scene, grouping)),
];

const what = (scene: Look, grouping: () => Grouping): Column<BufferRow> => ({
  id: 'buffer',
  head: 'Buffer',
  title:
    'The dma-buf by its inode, which is the same in all processes; memory of the driver that was not seen as a dma-buf has none',
  width: 196,
  cell: (row) => {
    const cell = valueCell(inodeOf(row), number, number, 'one of several');
    const name = row.buffer?.name ?? '';
    const where = grouping() === 'none' ? `\n${processText(scene(), row.pid)}` : '';
    if (row.self && !row.buffer) return { ...cell, text: 'not exported', faint: true };
    if (cell.text === '–') return { ...cell, text: 'not exported', title: `${cell.title ?? ''}${where}` };
    return {
      ...cell,
      text: name === '' ? cell.text : `${cell.text} ${name}`,
      title: `${cell.title ?? ''}${where}`,
    };
  },
  sort: (row) => row.buffer?.ino ?? null,
  group: (group) => groupHead(group, scene(), grouping()),
});

function groupHead(group: Group<BufferRow>, scene: Scene, grouping: Grouping): CellText {
  const { first } = group;
  const rows = plural(group.count, 'row');
  if (GROUPINGS[grouping][group.level] === 'bank') {
    const text = first.device === null ? 'in no bank' : bankText(first.device);
    return {
      text,
      title: `${first.device ?? 'Held or mapped, in no context bank that a tier shows'}\n${rows}`,
    };
  }
  const text = processText(scene, first.pid);
  if (isGone(first, scene)) return { text, title: `${text} has ended\n${rows}`, tone: 'warning' };
  return { text, title: `${first.pid === null ? 'No tier says whose these are' : text}\n${rows}` };
}

const isGone = ({ pid }: BufferRow, scene: Scene): boolean =>
  pid !== null && scene.processes.get(pid)?.alive === false;

const SIZE: Make = () => ({
  id: 'size',
  head: 'Size',
  width: 84,
  right: true,
  cell: (row) => valueCell(sizeOf(row), formatBytes, bytes, '?'),
  sort: (row) => sizeOf(row).value,
  group: (group) => ({ text: formatBytes(group.sum), title: `${group.sum} B, each buffer once` }),
});

const ORIGIN: Make = () => ({
  id: 'origin',
  head: 'Origin',
  title: 'How the buffer came to this process: made in its bank, imported into it, or only held',
  width: 88,
  cell: (row) => valueCell(originOf(row), (origin) => ORIGIN_WORDS[origin]),
  sort: (row) => originOf(row).value,
});

const EXPORTER: Make = () => ({
  id: 'exporter',
  head: 'Exporter',
  title: 'Who made the dma-buf: drm is the driver itself, system a heap',
  width: 84,
  yieldsBelow: NARROW,
  cell: (row) => valueCell(exporterOf(row), (name) => name),
  sort: (row) => exporterOf(row).value,
});

const FROM: Make = (scene) => ({
  id: 'from',
  head: 'From',
  title: 'The process that made it where that is proven, else the others that hold it',
  width: 144,
  yieldsBelow: NARROW,
  cell: (row) => {
    const from = fromOf(row, scene());
    const names = (pids: readonly number[]): string =>
      pids.map((pid) => processText(scene(), pid)).join(', ');
    const more = (pids: readonly number[]): string => (pids.length > 1 ? ` +${pids.length - 1}` : '');
    const cell = valueCell(
      from,
      ({ pids }) => `${names(pids.slice(0, 1))}${more(pids)}`,
      ({ pids, made }) => `${made ? 'made by' : 'held by'} ${names(pids)}`,
    );
    return 'why' in from ? cell : { ...cell, tail: ` ${from.value.pids[0] ?? ''}${more(from.value.pids)}` };
  },
  sort: (row) => fromOf(row, scene()).value?.pids[0] ?? null,
});

const ADDRESS: Make = (scene) => ({
  id: 'address',
  head: 'DMA address',
  title: 'SID of the context bank, then the IOVA in it: as the driver hands it to the DSP',
  width: 122,
  mono: true,
  cell: (row) =>
    valueCell(
      dmaAddressOf(row, scene()),
      formatDmaAddress,
      (address) => `0x${address.toString(16)}`,
      row.group?.pairing.kind === 'one-user' ? `one of ${row.group.mappings.size}` : 'unknown',
    ),
  sort: provenAddress,
});

const ENTRIES: Make = (scene) => ({
  id: 'sg',
  head: 'SG',
  title: 'DMA segments of the mapping',
  width: 44,
  right: true,
  cell: (row) => valueCell(sgEntriesOf(row, scene()), number, number, '?'),
  sort: (row) => sgEntriesOf(row, scene()).value,
});

const PIECE: Make = (scene) => ({
  id: 'piece',
  head: 'Largest piece',
  title: 'The longest run of segments that follow each other',
  width: 112,
  right: true,
  hidden: true,
  cell: (row) => valueCell(largestPieceOf(row, scene()), formatBytes, bytes, '?'),
  sort: (row) => largestPieceOf(row, scene()).value,
});

const DSP_ADDRESS: Make = (scene) => ({
  id: 'dsp',
  head: 'DSP address',
  title: "Where the agent's own DSP processes have it",
  width: 104,
  mono: true,
  hidden: true,
  cell: (row) =>
    valueCell(dspAddressOf(row, scene()), (list) => list.map((at) => `0x${at.toString(16)}`).join(', ')),
  sort: (row) => dspAddressOf(row, scene()).value?.[0] ?? null,
});

const HANDLE: Make = () => ({
  id: 'handle',
  head: 'Handle',
  title: "GEM handle; only the agent's own are known",
  width: 70,
  right: true,
  hidden: true,
  cell: (row) => valueCell(handleOf(row), number, number, '?'),
  sort: (row) => handleOf(row).value,
});

const DESCRIPTORS: Make = (scene) => ({
  id: 'fds',
  head: 'Fds',
  title: 'File descriptors that this process holds',
  width: 50,
  right: true,
  hidden: true,
  cell: (row) => valueCell(descriptorsOf(row, scene()), number, number, '?'),
  sort: (row) => descriptorsOf(row, scene()).value,
});

const MAPS: Make = (scene) => ({
  id: 'maps',
  head: 'Maps',
  title: 'CPU mappings of this process',
  width: 56,
  yieldsBelow: NARROW,
  right: true,
  cell: (row) => valueCell(cpuMapsOf(row, scene()), number, number, '?'),
  sort: (row) => cpuMapsOf(row, scene()).value,
});

const REFERENCES: Make = () => ({
  id: 'refs',
  head: 'Refs',
  title: 'References to the file of the dma-buf, of all processes and of the kernel',
  width: 54,
  yieldsBelow: NARROW,
  right: true,
  cell: (row) => valueCell(referencesOf(row), number, number, '?'),
  sort: (row) => referencesOf(row).value,
});

const AGE: Make = (scene) => ({
  id: 'age',
  head: 'Age',
  title: 'Since it was mapped into the bank',
  width: 92,
  right: true,
  quiet: true,
  cell: (row) => ageRange(row, scene()) ?? ageCell(row, scene()),
  sort: (row) => {
    const since = sinceOf(row, scene()).value;
    return since === null ? null : -since;
  },
});

const ageCell = (row: BufferRow, scene: Scene): CellText =>
  valueCell(
    sinceOf(row, scene),
    (since) => ageText(scene.takenNs - since),
    (since) => `since ${boardClock(since)} of the board's clock`,
  );

/** Of a buffer that may be one of several mappings of its process: from the youngest of them to the oldest. */
function ageRange(row: BufferRow, scene: Scene): CellText | null {
  const common = commonOf(row, scene);
  if (!common) return null;
  const young = ageText(scene.takenNs - common.youngestNs);
  const old = ageText(scene.takenNs - common.oldestNs);
  const text = young === old ? old : `${young} to ${old}`;
  return { text, title: `One of ${row.group?.mappings.size ?? 0} mappings: ${text}\nTier dma` };
}

const STATE: Make = (scene, grouping) => ({
  id: 'state',
  head: 'State',
  width: 104,
  group: (group) => {
    const rows = plural(group.count, 'row');
    const ofOne = grouping() === 'process' || group.level === 1;
    return ofOne && isGone(group.first, scene())
      ? { text: `gone, ${rows}`, title: `The process is gone; ${rows}`, tone: 'warning' }
      : { text: rows, faint: true };
  },
  cell: (row) => {
    const states = statesOf(row, scene());
    const [worst] = states;
    const tone = worst === undefined ? null : STATE_TONES[worst];
    return {
      text: worst ?? '',
      exact: states.join(', '),
      title: states.map((state) => `${state}: ${STATE_HINTS[state]}`).join('\n'),
      ...(tone && { tone }),
    };
  },
  sort: (row) => statesOf(row, scene())[0] ?? null,
});

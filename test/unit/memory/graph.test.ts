import { expect, test } from 'vitest';
import { graphOf, type SharingGraph } from '../../../electron/memory/graph.ts';
import { columnX, isTall, NODE, placed, stacked, type Spots } from '../../../electron/memory/graph-place.ts';
import { relatedTo } from '../../../electron/memory/related.ts';
import type { PictureSource } from '../../../electron/memory/source.ts';
import type { PictureBuffer, PictureMapping, PictureProcess } from '../../../electron/model/memory.ts';
import { BANK, bankRow, bufferRow, mappingRow, processRow, sg } from './fixture-delta.ts';

interface Parts {
  readonly processes?: readonly PictureProcess[];
  readonly buffers?: readonly PictureBuffer[];
  readonly mappings?: readonly PictureMapping[];
}

const sourceOf = ({ processes = [], buffers = [], mappings = [] }: Parts): PictureSource => ({
  processes: new Map(processes.map((row) => [row.pid, row])),
  buffers: new Map(buffers.map((row) => [row.ino, row])),
  mappings: new Map(mappings.map((row) => [row.id, row])),
  banks: new Map([[BANK, bankRow(mappings.map(({ id }) => id))]]),
  dsp: [],
  findings: [],
});

const graph = (parts: Parts, limit = 300, open: readonly string[] = []): SharingGraph =>
  graphOf(sourceOf(parts), { limit, open: new Set(open) });
const edges = ({ edges: list }: SharingGraph): unknown[] =>
  list.map(({ from, word, to, count }) => [from, word, to, count]);
const linked = (mapping: string): Pick<PictureBuffer, 'mappings'> => ({
  mappings: [{ mapping, how: 'only-candidate' }],
});

test('from the holder over the buffer and its importer to the bank', () => {
  const result = graph({
    processes: [processRow(7, 'producer'), processRow(8, 'consumer')],
    buffers: [bufferRow(100, [7], linked('m1'))],
    mappings: [mappingRow('m1', [sg(0x1000, 65536)], { pid: 8 })],
  });
  expect(edges(result)).toEqual([
    ['p/7', 'holds', 'b/100', 1],
    ['b/100', 'imported by', 'i/8', 1],
    ['i/8', 'maps into', `k/${BANK}`, 1],
  ]);
  expect(result.nodes.map(({ id, column, title }) => [id, column, title])).toEqual([
    ['p/7', 0, 'producer'],
    ['b/100', 1, '64 KiB system'],
    ['i/8', 2, 'consumer'],
    [`k/${BANK}`, 3, 'cdsp bank 3'],
  ]);
});

test('what no tier proves stays apart and says so', () => {
  const result = graph({
    processes: [processRow(8)],
    buffers: [bufferRow(100, [], { attachedTo: { value: [BANK], tier: 'bufinfo' } })],
    mappings: [
      mappingRow('m1', [sg(0x1000, 4096), sg(0x9000, 4096)], { pid: 8 }),
      mappingRow('m2', [sg(0x4000, 4096)], { pid: 8, kind: 'alloc' }),
    ],
  });
  expect(edges(result)).toEqual([
    ['b/100', 'attached to', `k/${BANK}`, 1],
    ['m/m1', 'imported by', 'i/8', 1],
    ['i/8', 'maps into', `k/${BANK}`, 1],
    ['p/8', 'holds', 'm/m2', 1],
    ['m/m2', 'allocated in', `k/${BANK}`, 1],
  ]);
  const nodes = new Map(result.nodes.map((node) => [node.id, node]));
  expect(nodes.get('m/m1')).toMatchObject({ flags: ['scattered', 'unproven'], selects: { kind: 'mapping' } });
  expect(nodes.get('m/m2')).toMatchObject({ title: '4 KiB allocation', flags: [] });
  expect(result.edges.filter(({ scattered }) => scattered).map(({ id }) => id)).toEqual([
    'm/m1>i/8',
    `i/8>k/${BANK}`,
  ]);
});

test('as many buffers as mappings of one size, all of one process in one bank: each is its import', () => {
  const attached = { attachedTo: { value: [BANK], tier: 'bufinfo' as const } };
  const left: Parts = {
    buffers: [bufferRow(1, [], attached), bufferRow(2, [], attached)],
    mappings: [mappingRow('m1', [sg(0, 65536)]), mappingRow('m2', [sg(0x20000, 65536)])],
  };
  expect(edges(graph(left))).toEqual([
    ['b/1', 'imported by', 'i/7', 1],
    ['i/7', 'maps into', `k/${BANK}`, 2],
    ['b/2', 'imported by', 'i/7', 1],
  ]);
  const other = mappingRow('m2', [sg(0x20000, 65536)], { pid: 8 });
  const open = graph({ ...left, mappings: [...(left.mappings ?? []).slice(0, 1), other] });
  expect(open.nodes.map(({ id }) => id)).toEqual(['b/1', 'b/2', 'm/m1', 'm/m2', 'i/7', 'i/8', `k/${BANK}`]);
});

test('a dead owner is marked, and a bank that only dead processes use', () => {
  const result = graph({
    processes: [processRow(7, 'leaker', false)],
    mappings: [mappingRow('m1', [sg(0, 4096)], { kind: 'alloc' })],
  });
  expect(result.nodes.map(({ id, flags }) => [id, flags])).toEqual([
    ['p/7', ['gone']],
    ['m/m1', []],
    [`k/${BANK}`, ['held-by-gone']],
  ]);
});

const crowd: Parts = {
  processes: Array.from({ length: 40 }, (_, at) => processRow(at + 1, `cam-${at}`, at > 0)),
  buffers: Array.from({ length: 400 }, (_, at) =>
    bufferRow(1000 + at, [(at % 40) + 1], { size: { value: at < 200 ? 4096 : 70_000, tier: 'proc' } }),
  ),
};

test('a crowd is grouped by process name and by exporter and size; a group opens on demand', () => {
  const result = graph(crowd);
  expect([result.grouped, result.whole]).toEqual([true, 441]);
  expect(result.nodes.map(({ id, title, detail, members }) => [id, title, detail, members])).toEqual([
    ['p:cam', 'cam', '40 processes, 1 gone', 40],
    ['b:system/4096', '4–16 KiB system', '200 buffers, 800 KiB', 200],
    ['b:system/65536', '64–256 KiB system', '200 buffers, 13.4 MiB', 200],
    [`k/${BANK}`, 'cdsp bank 3', '0 B mapped', 1],
  ]);
  expect(edges(result)).toEqual([
    ['p:cam', 'holds', 'b:system/4096', 200],
    ['p:cam', 'holds', 'b:system/65536', 200],
  ]);
  const opened = graph(crowd, 300, ['b:system/4096']);
  const inside = opened.nodes.filter(({ within }) => within === 'b:system/4096');
  expect(inside).toHaveLength(101);
  expect(inside.at(-1)).toMatchObject({
    title: '4–16 KiB system: the rest',
    members: 100,
    opens: null,
  });
  expect(graph(crowd, 441).grouped).toBe(false);
});

test('ids are what they were while other things come and go, so a layout can keep them', () => {
  const [, ...later] = crowd.buffers ?? [];
  const ids = (result: SharingGraph): string[] => result.nodes.map(({ id }) => id);
  expect(ids(graph({ ...crowd, buffers: later }))).toEqual(ids(graph(crowd)));
});

test('too many groups: the small ones are put together', () => {
  const processes = Array.from({ length: 90 }, (_, at) => processRow(at + 1, `app${'x'.repeat(at)}`));
  const buffers = processes.flatMap(({ pid }) =>
    Array.from({ length: 4 }, (_, at) => bufferRow(pid * 10 + at, [pid])),
  );
  const result = graph({ processes, buffers });
  const holders = result.nodes.filter(({ column }) => column === 0);
  expect(holders).toHaveLength(61);
  expect(holders.find(({ id }) => id === 'p:')).toMatchObject({ title: 'other processes', members: 30 });
});

test('nodes that have a place keep it; a new one goes to its neighbours, where nobody is', () => {
  const small: Parts = {
    processes: [processRow(7), processRow(8)],
    buffers: [bufferRow(1, [7]), bufferRow(2, [8])],
  };
  const before = graph(small);
  const known: Spots = new Map([
    ['p/7', { x: 0, y: 500 }],
    ['p/8', { x: 0, y: 900 }],
    ['b/1', { x: columnX(1), y: 500 }],
    ['b/2', { x: columnX(1), y: 900 }],
    ['gone', { x: 0, y: 0 }],
  ]);
  const spots = placed(before.nodes, before.edges, known);
  expect(spots.has('gone')).toBe(false);
  const after = graph({ ...small, buffers: [...(small.buffers ?? []), bufferRow(3, [7])] });
  const moved = placed(after.nodes, after.edges, spots);
  for (const [id, spot] of spots) expect(moved.get(id)).toBe(spot);
  expect(moved.get('b/3')).toEqual({ x: columnX(1), y: 500 + NODE.row });
});

test('without any places the columns are filled without overlaps', () => {
  const { nodes, edges: list } = graph(crowd, 1000);
  const spots = placed(nodes, list, new Map());
  for (const column of [0, 1, 2, 3]) {
    const ys = nodes
      .filter((node) => node.column === column)
      .map(({ id }) => spots.get(id)?.y ?? NaN)
      .sort((a, b) => a - b);
    expect(ys.every((y, at) => at === 0 || y - (ys[at - 1] ?? 0) >= NODE.row)).toBe(true);
  }
});

test('stacked columns keep their order, have no gaps, and lie around one middle', () => {
  const { nodes, edges: list } = graph({ buffers: [bufferRow(1, []), bufferRow(2, []), bufferRow(3, [])] });
  const known: Spots = new Map([
    ['b/1', { x: 9, y: 700 }],
    ['b/2', { x: 9, y: 10 }],
    ['b/3', { x: 9, y: 90 }],
  ]);
  const spots = stacked(nodes, list, known);
  expect(['b/2', 'b/3', 'b/1'].map((id) => spots.get(id)?.y)).toEqual([-NODE.row, 0, NODE.row]);
  expect(spots.get(`k/${BANK}`)).toEqual({ x: columnX(3), y: 0 });
});

test('what is imported is stacked in the middle, whatever stands around it', () => {
  const held = Array.from({ length: 20 }, (_, at) => bufferRow(at + 1, [7]));
  const { nodes, edges: list } = graph({
    processes: [processRow(7), processRow(8)],
    buffers: [bufferRow(100, [7], linked('m1')), ...held],
    mappings: [mappingRow('m1', [sg(0x1000, 65536)], { pid: 8 })],
  });
  expect(isTall(nodes)).toBe(true);
  expect(isTall(nodes.slice(0, 12))).toBe(false);
  const spots = stacked(nodes, list, placed(nodes, list, new Map()));
  expect(['b/100', 'i/8', `k/${BANK}`].map((id) => spots.get(id)?.y)).toEqual([0, 0, 0]);
});

test('a selection lights up what is proven to belong to it', () => {
  const source = sourceOf({
    processes: [processRow(7), processRow(8)],
    buffers: [bufferRow(100, [7], linked('m1')), bufferRow(101, [8])],
    mappings: [mappingRow('m1', [sg(0x1000, 65536)], { pid: 8 })],
  });
  const lit = (kind: 'process' | 'buffer' | 'mapping' | 'bank' | 'finding', key: string): unknown => {
    const { pids, inos, mappings, banks } = relatedTo({ kind, key }, source);
    return [[...pids], [...inos], [...mappings], [...banks]];
  };
  expect(lit('process', '7')).toEqual([[7], [100], [], []]);
  expect(lit('buffer', '100')).toEqual([[7, 8], [100], ['m1'], [BANK]]);
  expect(lit('mapping', 'm1')).toEqual([[8], [100], ['m1'], [BANK]]);
  expect(lit('bank', BANK)).toEqual([[8], [], ['m1'], [BANK]]);
  expect(lit('finding', 'none')).toEqual([[], [], [], []]);
  const finding = {
    id: 'f',
    severity: 'error' as const,
    text: '',
    remedy: '',
    sinceNs: null,
    evidence: ['m1', '101', BANK],
  };
  expect(relatedTo({ kind: 'finding', key: 'f' }, { ...source, findings: [finding] })).toEqual({
    pids: new Set([8]),
    inos: new Set([101]),
    mappings: new Set(['m1']),
    banks: new Set([BANK]),
  });
});

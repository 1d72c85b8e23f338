import type { GraphEdge, GraphNode } from './graph.ts';

/** Upper left corner of a node, in the graph's own pixels. */
export interface Spot {
  readonly x: number;
  readonly y: number;
}
export type Spots = ReadonlyMap<string, Spot>;

/** Width and height of a node, from column to column, from row to row. */
export const NODE = { width: 172, height: 44, column: 222, row: 54 } as const;

export const columnX = (column: number): number => column * NODE.column;

/** Columns in the order in which new nodes are placed: the ends first, so that what is between finds neighbours. */
const ORDER = [0, 3, 2, 1] as const;

/**
 * A spot for every node: whoever has one keeps it, whoever is gone leaves it, and a new node takes the free place of its column
 * that is nearest to the middle of its neighbours. Nothing else moves.
 */
export function placed(nodes: readonly GraphNode[], edges: readonly GraphEdge[], known: Spots): Spots {
  const spots = new Map<string, Spot>();
  for (const { id } of nodes) {
    const spot = known.get(id);
    if (spot) spots.set(id, spot);
  }
  const neighbours = neighboursOf(edges);
  for (const column of ORDER) {
    const own = nodes.filter((node) => node.column === column);
    const taken = own.flatMap(({ id }) => spots.get(id)?.y ?? []);
    for (const node of own) {
      if (spots.has(node.id)) continue;
      const near = [...(neighbours.get(node.id) ?? []), node.within ?? ''].flatMap(
        (id) => (spots.get(id) ?? known.get(id))?.y ?? [],
      );
      const y = freeNear(middle(near) ?? lowest(taken), taken);
      taken.push(y);
      spots.set(node.id, { x: columnX(column), y });
    }
  }
  return spots;
}

/** Of edges that say that somebody imported a buffer, known or not. */
const IMPORTED: ReadonlySet<string> = new Set(['imported by', 'attached to']);

/** Rows that can be read at once in a large window, more or less. */
const MOST_ROWS = 12;

/** One of the columns is longer than can be seen at once. */
export const isTall = (nodes: readonly GraphNode[]): boolean =>
  ORDER.some((column) => nodes.filter((node) => node.column === column).length > MOST_ROWS);

/**
 * The same order in each column, without gaps, all columns around one middle: where everything is linked with everything, or a
 * column is longer than the window, straight edges are not worth the height that they cost. What is imported stands in the middle,
 * beside those who share it.
 */
export function stacked(nodes: readonly GraphNode[], edges: readonly GraphEdge[], known: Spots): Spots {
  const spots = new Map<string, Spot>();
  const imported = new Set(edges.filter(({ word }) => IMPORTED.has(word)).map(({ from }) => from));
  for (const column of ORDER) {
    const own = nodes
      .filter((node) => node.column === column)
      .map(({ id }) => ({ id, y: known.get(id)?.y ?? Infinity }))
      .sort((a, b) => a.y - b.y);
    const [inside, outside] = [
      own.filter(({ id }) => imported.has(id)),
      own.filter(({ id }) => !imported.has(id)),
    ];
    const half = Math.floor(outside.length / 2);
    const order = [...outside.slice(0, half), ...inside, ...outside.slice(half)];
    for (const [at, { id }] of order.entries())
      spots.set(id, { x: columnX(column), y: (at - (order.length - 1) / 2) * NODE.row });
  }
  return spots;
}

function neighboursOf(edges: readonly GraphEdge[]): Map<string, string[]> {
  const all = new Map<string, string[]>();
  const add = (one: string, other: string): void => {
    const list = all.get(one);
    if (list) list.push(other);
    else all.set(one, [other]);
  };
  for (const { from, to } of edges) {
    add(from, to);
    add(to, from);
  }
  return all;
}

const middle = (ys: readonly number[]): number | null =>
  ys.length === 0 ? null : ys.reduce((sum, y) => sum + y, 0) / ys.length;

const lowest = (taken: readonly number[]): number => (taken.length === 0 ? 0 : Math.max(...taken) + NODE.row);

/** The place nearest to `y` whose row nobody has. */
function freeNear(y: number, taken: readonly number[]): number {
  const free = (at: number): boolean => taken.every((other) => Math.abs(other - at) >= NODE.row);
  if (free(y)) return y;
  // Only right below or right above somebody can a nearest free place be.
  let best = Infinity;
  for (const other of taken)
    for (const at of [other + NODE.row, other - NODE.row])
      if (Math.abs(at - y) < Math.abs(best - y) && free(at)) best = at;
  return best;
}

import { untrack } from 'svelte';
import { Position, type Edge, type Node } from '@xyflow/svelte';
import { isTall, NODE, placed, stacked, type Spots } from '../../../../electron/memory/graph-place.ts';
import {
  graphOf,
  type GraphEdge,
  type GraphNode,
  type SharingGraph,
} from '../../../../electron/memory/graph.ts';
import { relatedTo, type Related } from '../../../../electron/memory/related.ts';
import type { MemoryState } from '../../../state/memory.svelte.ts';
import { Pace } from '../canvas/pace.ts';
import { isThere } from '../there.ts';
import { arranged } from './layout.ts';

export type FlowNode = Node<NodeData, 'picture'>;
export interface NodeData extends Record<string, unknown> {
  readonly node: GraphNode;
  readonly lit: boolean | null;
  readonly cursor: boolean;
}

/** More nodes than these are grouped. */
const MOST_NODES = 300;
const EMPTY: SharingGraph = { nodes: [], edges: [], whole: 0, grouped: false };

/** The sharing graph of the picture that is shown: what is in it, where it stands, what is opened. */
export class GraphState {
  readonly memory: MemoryState;
  graph = $state.raw<SharingGraph>(EMPTY);
  nodes = $state.raw<FlowNode[]>([]);
  edges = $state.raw<Edge[]>([]);
  opened = $state.raw<ReadonlySet<string>>(new Set());
  /** The layout is being computed. */
  arranging = $state(false);
  /** Why it was placed plainly instead; empty: it was not. */
  plain = $state('');
  cursor = $state<string | null>(null);
  /** Node under the pointer: its edges stand out. */
  hovered = $state<string | null>(null);
  table = $state(false);
  /** The user moved or zoomed it. */
  touched = $state(false);
  /** Set by whoever shows it: brings all, or one node, into sight. */
  onfit: () => void = () => undefined;
  onreveal: (id: string) => void = () => undefined;
  /** What is chosen is other than before: something of it comes into sight. */
  onchosen: () => void = () => undefined;

  #spots: Spots = new Map();
  #arranged = false;
  readonly #pace = new Pace(() => this.#take(), 400);
  #known = new Map<string, { readonly sign: string; readonly flow: FlowNode }>();
  #chosen: MemoryState['selection'] = null;

  constructor(memory: MemoryState) {
    this.memory = memory;
    $effect(() => {
      void [memory.shownVersion, this.opened];
      const now = memory.paused;
      untrack(() => this.#pace.request(now));
    });
    $effect(() => {
      void [memory.selection, this.cursor, this.hovered];
      untrack(() => {
        this.#show();
        this.#reveal();
      });
    });
    $effect(() => () => this.#pace.close());
  }

  readonly #related = $derived.by((): Related | null => {
    const { selection, shown } = this.memory;
    void this.graph;
    return selection && isThere(selection, shown) ? relatedTo(selection, shown) : null;
  });

  /** Lays everything out anew. */
  async arrange(): Promise<void> {
    if (this.arranging) return;
    const { nodes, edges, grouped } = this.graph;
    this.arranging = true;
    try {
      const spots = await arranged(nodes, edges);
      this.#spots = grouped || isTall(nodes) ? stacked(nodes, edges, spots) : spots;
      this.plain = '';
    } catch (error) {
      this.#spots = placed(nodes, edges, new Map());
      this.plain = error instanceof Error ? error.message : String(error);
    }
    this.arranging = false;
    this.#arranged = true;
    this.#settle();
    this.onfit();
  }

  pick(id: string): void {
    const node = this.#nodeOf(id);
    this.cursor = id;
    if (node?.opens) this.open(node.opens);
    if (!node?.selects) return;
    const { kind, key } = node.selects;
    this.memory.select(this.memory.isSelected(kind, key) ? null : node.selects);
  }

  open(group: string): void {
    this.opened = new Set([...this.opened, group]);
    this.#pace.request(true);
  }

  close(group: string): void {
    this.opened = new Set([...this.opened].filter((key) => key !== group));
    this.#pace.request(true);
  }

  moved(id: string, x: number, y: number): void {
    this.#spots = new Map([...this.#spots, [id, { x, y }]]);
    this.#known.delete(id);
  }

  /** Up and down in the column, left and right along an edge. */
  step(key: 'ArrowUp' | 'ArrowDown' | 'ArrowLeft' | 'ArrowRight'): void {
    const from = this.cursor === null ? undefined : this.#nodeOf(this.cursor);
    const next = from ? this.#beside(from, key) : this.graph.nodes[0];
    if (!next) return;
    this.cursor = next.id;
    this.onreveal(next.id);
  }

  #beside(from: GraphNode, key: string): GraphNode | undefined {
    const { nodes, edges } = this.graph;
    const y = (id: string): number => this.#spots.get(id)?.y ?? 0;
    const here = y(from.id);
    const near = (ids: readonly string[]): GraphNode | undefined =>
      this.#nodeOf([...ids].sort((a, b) => Math.abs(y(a) - here) - Math.abs(y(b) - here))[0] ?? '');
    if (key === 'ArrowRight')
      return near(edges.filter((edge) => edge.from === from.id).map((edge) => edge.to));
    if (key === 'ArrowLeft')
      return near(edges.filter((edge) => edge.to === from.id).map((edge) => edge.from));
    const down = key === 'ArrowDown';
    const column = nodes.filter((node) => node.column === from.column && node.id !== from.id);
    return near(column.map(({ id }) => id).filter((id) => (down ? y(id) > here : y(id) < here)));
  }

  #nodeOf(id: string): GraphNode | undefined {
    return this.graph.nodes.find((node) => node.id === id);
  }

  #take(): void {
    this.graph = graphOf(this.memory.shown, { limit: MOST_NODES, open: this.opened });
    if (this.arranging) return;
    if (!this.#arranged) {
      if (this.graph.nodes.length > 0) void this.arrange();
    } else this.#settle();
  }

  #reveal(): void {
    const { selection } = this.memory;
    if (selection === this.#chosen) return;
    this.#chosen = selection;
    if (selection !== null) this.onchosen();
  }

  /** Everything gets a place; what has one keeps it. */
  #settle(): void {
    this.#spots = placed(this.graph.nodes, this.graph.edges, this.#spots);
    this.#show();
  }

  #show(): void {
    if (!this.#arranged) return;
    const related = this.#related;
    const known = new Map<string, { readonly sign: string; readonly flow: FlowNode }>();
    const nodes = this.graph.nodes.map((node) => {
      const spot = this.#spots.get(node.id) ?? { x: 0, y: 0 };
      const lit = related ? isLit(node, related) : null;
      const cursor = node.id === this.cursor;
      const sign = [node.title, node.detail, node.flags.join(), node.opens, lit, cursor, spot.x, spot.y].join(
        '|',
      );
      const before = this.#known.get(node.id);
      const flow = before?.sign === sign ? before.flow : flowNode(node, { lit, cursor }, spot);
      known.set(node.id, { sign, flow });
      return flow;
    });
    this.#known = known;
    this.nodes = nodes;
    const litIds = new Set(nodes.filter(({ data }) => data.lit === true).map(({ id }) => id));
    const { hovered } = this;
    const touches = ({ from, to }: GraphEdge): boolean => from === hovered || to === hovered;
    this.edges = this.graph.edges.map((edge) => {
      const inside = related === null ? null : litIds.has(edge.from) && litIds.has(edge.to);
      return flowEdge(edge, hovered === null ? inside : touches(edge) || inside);
    });
  }
}

function isLit(node: GraphNode, related: Related): boolean {
  return (
    (node.column !== 1 && node.pids.some((pid) => related.pids.has(pid))) ||
    node.inos.some((ino) => related.inos.has(ino)) ||
    node.mappings.some((id) => related.mappings.has(id)) ||
    (node.device !== null && related.banks.has(node.device))
  );
}

const flowNode = (
  node: GraphNode,
  { lit, cursor }: Pick<NodeData, 'lit' | 'cursor'>,
  position: { readonly x: number; readonly y: number },
): FlowNode => ({
  id: node.id,
  type: 'picture',
  position: { ...position },
  data: { node, lit, cursor },
  // All nodes are of one size, so nothing has to be measured.
  width: NODE.width,
  height: NODE.height,
  measured: { width: NODE.width, height: NODE.height },
  handles: [
    { type: 'target', position: Position.Left, x: 0, y: NODE.height / 2 },
    { type: 'source', position: Position.Right, x: NODE.width, y: NODE.height / 2 },
  ],
  connectable: false,
  deletable: false,
});

/** Thicker where it stands for more. */
const flowEdge = ({ id, from, to, count, word, scattered }: GraphEdge, lit: boolean | null): Edge => ({
  id,
  source: from,
  target: to,
  class: [scattered ? 'scattered' : '', lit === true ? 'lit' : lit === false ? 'unlit' : ''].join(' '),
  style: `stroke-width: ${Math.min(3, 1 + Math.log10(count)).toFixed(1)}px`,
  ariaLabel: `${word}, ${count}${scattered ? ', scattered' : ''}`,
  focusable: false,
  selectable: false,
  deletable: false,
});

import ELK, { type ElkNode } from 'elkjs/lib/elk-api.js';
// As a file of its own: a worker from 'self', which the page's policy allows. It evaluates no text.
import workerUrl from 'elkjs/lib/elk-worker.min.js?url';
import { columnX, NODE, type Spots } from '../../../../electron/memory/graph-place.ts';
import type { GraphEdge, GraphNode } from '../../../../electron/memory/graph.ts';

/** Longer than any graph of some hundred nodes takes: whatever is not done by then hangs. */
const PATIENCE_MS = 15_000;

const OPTIONS = {
  'elk.algorithm': 'layered',
  'elk.direction': 'RIGHT',
  'elk.partitioning.activate': 'true',
  'elk.layered.crossingMinimization.strategy': 'LAYER_SWEEP',
  'elk.layered.nodePlacement.strategy': 'BRANDES_KOEPF',
  'elk.separateConnectedComponents': 'false',
  'elk.spacing.nodeNode': String(NODE.row - NODE.height),
  'elk.layered.spacing.nodeNodeBetweenLayers': String(NODE.column - NODE.width),
};

const elkGraph = (nodes: readonly GraphNode[], edges: readonly GraphEdge[]): ElkNode => ({
  id: 'root',
  layoutOptions: OPTIONS,
  children: nodes.map(({ id, column }) => ({
    id,
    width: NODE.width,
    height: NODE.height,
    layoutOptions: { 'elk.partitioning.partition': String(column) },
  })),
  edges: edges.map(({ id, from, to }) => ({ id, sources: [from], targets: [to] })),
});

/**
 * Places for all nodes, crossings kept few, computed in a worker that lives as long as that takes. Rejects where the worker
 * cannot be had or does not come to an end.
 */
export async function arranged(nodes: readonly GraphNode[], edges: readonly GraphEdge[]): Promise<Spots> {
  const elk = new ELK({ workerFactory: () => new Worker(workerUrl) });
  let timer = 0;
  try {
    const late = new Promise<never>((_, reject) => {
      timer = window.setTimeout(() => reject(new Error('The layout did not come to an end.')), PATIENCE_MS);
    });
    const { children = [] } = await Promise.race([elk.layout(elkGraph(nodes, edges)), late]);
    const columns = new Map(nodes.map(({ id, column }) => [id, column]));
    return new Map(children.map(({ id, y = 0 }) => [id, { x: columnX(columns.get(id) ?? 0), y }]));
  } finally {
    clearTimeout(timer);
    elk.terminateWorker();
  }
}

import type { GraphState } from './graph.svelte.ts';

export function onKey(event: KeyboardEvent, graph: GraphState): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const doings: Readonly<Record<string, () => void>> = {
    ArrowUp: () => graph.step('ArrowUp'),
    ArrowDown: () => graph.step('ArrowDown'),
    ArrowLeft: () => graph.step('ArrowLeft'),
    ArrowRight: () => graph.step('ArrowRight'),
    Enter: () => {
      if (graph.cursor !== null) graph.pick(graph.cursor);
    },
    f: () => graph.onfit(),
    r: () => void graph.arrange(),
    t: () => (graph.table = true),
  };
  const doing = doings[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!doing) return;
  event.preventDefault();
  event.stopPropagation();
  doing();
}

import type { TimelineState } from './timeline.svelte.ts';

export const TIMELINE_KEYS =
  'Space: pause. Left, right: scrub (with Shift: far). Home, End: oldest, newest. + and -: zoom. L: live. A, B: pin. Up, down: process, Enter: open. T: table.';

/** The keys of the timeline. Space pauses the whole view, so it is a command of the window where there is one. */
export function onKey(event: KeyboardEvent, state: TimelineState): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { memory } = state;
  const share = event.shiftKey ? 0.1 : 0.01;
  // A recording is played and halted by its own player.
  if (event.key === ' ' && memory.recorded) return;
  const doings: Readonly<Record<string, () => void>> = {
    ' ': () => state.toggle(),
    ArrowLeft: () => state.scrubBy(-share),
    ArrowRight: () => state.scrubBy(share),
    Home: () => state.scrubTo(memory.history.fromMs),
    End: () => state.scrubTo(memory.history.toMs),
    ArrowUp: () => state.climb(-1),
    ArrowDown: () => state.climb(1),
    '+': () => state.zoom(0.5),
    '=': () => state.zoom(0.5),
    '-': () => state.zoom(2),
    l: () => state.goLive(),
    a: () => togglePin(state, 0),
    b: () => togglePin(state, 1),
    w: () => state.whole(),
    t: () => (state.table = true),
    Enter: () => {
      if (state.pid !== null) state.toggleLane(state.pid);
    },
  };
  const doing = doings[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!doing) return;
  event.preventDefault();
  event.stopPropagation();
  doing();
}

export function togglePin({ memory }: TimelineState, at: 0 | 1): void {
  if (memory.pins[at]) memory.unpin(at);
  else memory.pin(at);
}

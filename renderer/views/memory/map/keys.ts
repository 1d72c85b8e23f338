import type { Segment } from '../../../../electron/memory/address-map.ts';
import type { SpaceState } from './space.svelte.ts';

interface Doings {
  readonly space: SpaceState;
  readonly onpick: (segment: Segment) => void;
  readonly ontable: () => void;
}

/** The keys of the address map, as its help says them. */
export const MAP_KEYS =
  'Arrows: range to range, bank to bank. Shift+arrows: move. + and -: zoom. F: fit to what is used. W: whole space. Enter: select. T: table.';

export function onKey(event: KeyboardEvent, { space, onpick, ontable }: Doings): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const doings: Readonly<Record<string, () => void>> = {
    ArrowRight: () => (event.shiftKey ? space.pan(0.2) : space.step(1)),
    ArrowLeft: () => (event.shiftKey ? space.pan(-0.2) : space.step(-1)),
    ArrowDown: () => space.climb(1),
    ArrowUp: () => space.climb(-1),
    Home: () => space.toEnd('first'),
    End: () => space.toEnd('last'),
    '+': () => zoom(space, 0.5),
    '=': () => zoom(space, 0.5),
    '-': () => zoom(space, 2),
    f: () => space.fit(),
    w: () => space.whole(),
    t: ontable,
    Enter: () => {
      if (space.cursor) onpick(space.cursor.segment);
    },
  };
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const doing = doings[key];
  if (!doing) return;
  event.preventDefault();
  event.stopPropagation();
  doing();
}

/** Around where the keyboard is, where it is anywhere. */
function zoom(space: SpaceState, factor: number): void {
  const { cursor, view } = space;
  const inView = cursor && cursor.segment.end > view.from && cursor.segment.start < view.to;
  space.zoom(factor);
  if (cursor && inView) space.centre((cursor.segment.start + cursor.segment.end) / 2);
}

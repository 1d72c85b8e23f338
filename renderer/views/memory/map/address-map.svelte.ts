import { untrack } from 'svelte';
import { bankStrips, dspStrips, type Segment, type Strip } from '../../../../electron/memory/address-map.ts';
import { relatedTo } from '../../../../electron/memory/related.ts';
import type { MemoryState, Selection } from '../../../state/memory.svelte.ts';
import { Pace } from '../canvas/pace.ts';
import { isThere } from '../there.ts';
import { SpaceState } from './space.svelte.ts';
import { ageText, markLines, segmentLines, type Lines } from './words.ts';

/** What a click on a segment selects: the buffer where it is proven which, else the mapping, else the process. */
export function selectionOf(segment: Segment): Selection {
  if (segment.mapping) return { kind: 'mapping', key: segment.mapping.id };
  const ino = segment.range?.ino ?? null;
  return ino === null ? { kind: 'process', key: String(segment.pid) } : { kind: 'buffer', key: String(ino) };
}

/** The address map of the picture that is shown. */
export class AddressMapState {
  readonly banks = new SpaceState();
  readonly dsp = new SpaceState();
  table = $state(false);
  /** Where the keyboard was last. */
  active = $state.raw<SpaceState>(this.banks);

  readonly #memory: MemoryState;
  readonly #pace = new Pace(() => this.#take(), 200);

  constructor(memory: MemoryState) {
    this.#memory = memory;
    this.#take();
    $effect(() => {
      void memory.shownVersion;
      const now = memory.paused;
      untrack(() => this.#pace.request(now));
    });
    $effect(() => () => this.#pace.close());
  }

  /** Whether a segment belongs to the selection; null: there is none. */
  lit = $derived.by((): ((segment: Segment) => boolean) | null => {
    void this.banks.strips;
    const { selection, shown } = this.#memory;
    if (!selection || !isThere(selection, shown)) return null;
    const { pids, inos, mappings } = relatedTo(selection, shown);
    const whole = selection.kind === 'process';
    return ({ mapping, range, pid }) =>
      mapping ? mappings.has(mapping.id) : (whole && pids.has(pid)) || inos.has(range?.ino ?? -1);
  });

  readonly strips = $derived<readonly Strip[]>([...this.banks.strips, ...this.dsp.strips]);

  readonly pick = (segment: Segment): void => {
    const next = selectionOf(segment);
    const { selection } = this.#memory;
    const same = selection?.kind === next.kind && selection.key === next.key;
    this.#memory.select(same ? null : next);
  };

  readonly point = (segment: Segment | null): void => {
    this.#memory.hover = segment ? selectionOf(segment) : null;
  };

  readonly linesOf = (space: SpaceState): Lines => {
    const { hover } = space;
    if (!hover) return [];
    const { shown } = this.#memory;
    return hover.segment
      ? [...segmentLines(hover.segment, hover.strip, shown), ageText(hover.segment, shown.takenNs)]
      : markLines(hover.mark, hover.strip);
  };

  /** What the keyboard is on, for the line below the strips. */
  readonly read = $derived.by((): Lines => {
    const { cursor } = this.active;
    return cursor ? segmentLines(cursor.segment, cursor.strip, this.#memory.shown) : [];
  });

  #take(): void {
    const { shown } = this.#memory;
    this.banks.take(bankStrips(shown));
    this.dsp.take(dspStrips(shown));
  }
}

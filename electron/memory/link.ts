import type { PictureBuffer, PictureMapping } from '../model/memory.ts';
import type { BufferBase } from './buffers.ts';

/** Where the buffers of a snapshot could be found among mappings. */
interface Candidates {
  /** A list for each buffer, in its order; null where it has none. */
  readonly keys: readonly (readonly string[] | null)[];
  /** How many buffers have each key. */
  readonly places: ReadonlyMap<string, number>;
}

/**
 * Joins buffers and DMA mappings where there is only one candidate on either side: an import by device and size (bufinfo says
 * which device, the trace which mapping), an export of the accel driver by size alone. Everything else stays apart: an
 * address is never guessed. What was joined the same way before is the same object.
 */
export class Linker {
  private of: BufferBase | null = null;
  private candidates: Candidates = { keys: [], places: new Map() };
  /** The key of a mapping never changes. */
  private readonly keys = new WeakMap<PictureMapping, string>();
  private readonly linked = new WeakMap<PictureBuffer, PictureBuffer>();

  link(base: BufferBase, mappings: readonly PictureMapping[]): readonly PictureBuffer[] {
    if (mappings.length === 0) return base.buffers;
    if (this.of !== base) this.candidates = candidatesOf(base.buffers);
    this.of = base;
    const made = this.only(mappings);
    const { keys, places } = this.candidates;
    return base.buffers.map((buffer, at) => {
      const found: string[] = [];
      for (const key of keys[at] ?? []) {
        const mapping = places.get(key) === 1 ? made.get(key) : null;
        if (mapping) found.push(mapping);
      }
      return found.length === 0 ? buffer : this.joined(buffer, found);
    });
  }

  /** The only mapping of each key that has one; null where there are several. */
  private only(mappings: readonly PictureMapping[]): Map<string, string | null> {
    const made = new Map<string, string | null>();
    for (const mapping of mappings) {
      const key = this.keyOf(mapping);
      made.set(key, made.has(key) ? null : mapping.id);
    }
    return made;
  }

  private keyOf(mapping: PictureMapping): string {
    let key = this.keys.get(mapping);
    if (key === undefined) {
      key = mapping.kind === 'map-sg' ? `${mapping.device}/${mapping.size}` : `drm/${mapping.size}`;
      this.keys.set(mapping, key);
    }
    return key;
  }

  private joined(buffer: PictureBuffer, found: readonly string[]): PictureBuffer {
    const before = this.linked.get(buffer);
    if (
      before?.mappings.length === found.length &&
      before.mappings.every((row, at) => row.mapping === found[at])
    )
      return before;
    const now = {
      ...buffer,
      mappings: found.map((mapping) => ({ mapping, how: 'only-candidate' as const })),
    };
    this.linked.set(buffer, now);
    return now;
  }
}

function candidatesOf(buffers: readonly PictureBuffer[]): Candidates {
  const places = new Map<string, number>();
  const keys = buffers.map(keysOf);
  for (const list of keys) for (const key of list ?? []) places.set(key, (places.get(key) ?? 0) + 1);
  return { keys, places };
}

function keysOf(buffer: PictureBuffer): readonly string[] | null {
  if (buffer.size.value === null) return null;
  const keys = (buffer.attachedTo.value ?? []).map((device) => `${device}/${buffer.size.value}`);
  if (buffer.exporter.value === 'drm') keys.push(`drm/${buffer.size.value}`);
  return keys.length === 0 ? null : keys;
}

import type { DmaEvent, MemoryFact, MemorySnapshot } from '../model/memory.ts';
import type { AgentBody } from '../wire/messages.ts';

/** What a message means to the request that it answers. */
export type Taken<T> =
  | { readonly kind: 'value'; readonly value: T }
  /** A part; more will come. */
  | { readonly kind: 'more' }
  | { readonly kind: 'unexpected' };

/** Called with each reply to a request, at once, in the order of the stream. */
export type ReplyTaker<T> = (body: AgentBody) => Taken<T>;

type BodyOf<K extends AgentBody['kind']> = Extract<AgentBody, { kind: K }>;

/** One message of one kind. */
export const single =
  <K extends AgentBody['kind'], T>(kind: K, map: (body: BodyOf<K>) => T): ReplyTaker<T> =>
  (body) =>
    isOf(body, kind) ? { kind: 'value', value: map(body) } : { kind: 'unexpected' };

const isOf = <K extends AgentBody['kind']>(body: AgentBody, kind: K): body is BodyOf<K> => body.kind === kind;

export const done: ReplyTaker<undefined> = single('done', () => undefined);

/** A memory snapshot from its chunks. */
export function collectMemory(): ReplyTaker<MemorySnapshot> {
  const parts: (readonly MemoryFact[])[] = [];
  return (body) => {
    if (body.kind !== 'memory') return { kind: 'unexpected' };
    parts.push(body.part.facts);
    const { last } = body.part;
    return last === null ? { kind: 'more' } : { kind: 'value', value: { ...last, facts: parts.flat() } };
  };
}

export interface MemoryEvents {
  readonly events: readonly DmaEvent[];
  /** Events that the kernel lost, in all. */
  readonly lost: number;
}

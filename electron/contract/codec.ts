import { fail } from '../model/outcome.ts';
import type { Reply } from './face.ts';

/**
 * Messages of a face as text, for a wire that carries text (the WebSocket). JSON, and beside it what the shapes of the contract
 * hold and JSON does not: a bigint stands as '\u0001n<decimal>', numbers of a Float64Array as '\u0001f<JSON list>', and a text
 * that begins with U+0001 has another U+0001 before it. Electron's own wire carries all of these as they are.
 */

const MARK = '\u0001';

export function encode(message: unknown): string {
  return JSON.stringify(message, (_, part: unknown) => {
    if (typeof part === 'bigint') return `${MARK}n${part}`;
    if (part instanceof Float64Array) return `${MARK}f${JSON.stringify(Array.from(part))}`;
    return typeof part === 'string' && part.startsWith(MARK) ? MARK + part : part;
  });
}

/** A reply as text; a failure in its place where the text would be longer than one of this engine can be. */
export function encodeReply(reply: Reply): string {
  try {
    return encode(reply);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return encode({ id: reply.id, outcome: TOO_LARGE });
  }
}

const TOO_LARGE = fail(
  'too-large',
  'The answer is longer than a text of this program can be.',
  'Use the command line: qda-lab report',
);

/** What `encode` wrote. Throws where the text is no JSON or a mark is not known: the other end is no host of ours. */
export function decode(text: string): unknown {
  const value: unknown = JSON.parse(text);
  return text.includes('\\u0001') ? restored(value) : value;
}

/** Restores in place: large pictures are not copied. */
function restored(value: unknown): unknown {
  if (typeof value === 'string') return value.startsWith(MARK) ? unmarked(value) : value;
  if (typeof value !== 'object' || value === null) return value;
  const parts = value as Record<string, unknown>;
  for (const key of Object.keys(parts)) {
    if (key === '__proto__') throw new Error('a message holds a key that no shape has');
    const part = parts[key];
    if (typeof part === 'object' || (typeof part === 'string' && part.startsWith(MARK)))
      parts[key] = restored(part);
  }
  return parts;
}

function unmarked(text: string): unknown {
  const rest = text.slice(2);
  if (text[1] === 'n') return BigInt(rest);
  if (text[1] === 'f') return Float64Array.from(JSON.parse(rest) as number[]);
  if (text[1] === MARK) return text.slice(1);
  throw new Error('a message holds a mark that is not known');
}

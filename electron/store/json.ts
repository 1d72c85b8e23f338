/**
 * JSON of the store: like JSON, and a bigint (a 64-bit address) stands as the string '0x1f n'. A text that looks like that has a "¬"
 * before it, and so has one that looks like that one.
 */

const TAGGED = /^0x([0-9a-f]+) n$/;
const LIKE_TAGGED = /^¬*0x[0-9a-f]+ n$/;

export const toText = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => {
    if (typeof part === 'bigint') return `0x${part.toString(16)} n`;
    return typeof part === 'string' && LIKE_TAGGED.test(part) ? `¬${part}` : part;
  });

/** What `toText` wrote. Its shape is the store's own; nobody else writes there. */
export const fromText = (text: string): unknown =>
  JSON.parse(text, (_, part: unknown) => {
    if (typeof part !== 'string' || !part.endsWith(' n')) return part;
    const match = TAGGED.exec(part);
    if (match) return BigInt(`0x${match[1] ?? '0'}`);
    return part.startsWith('¬') && LIKE_TAGGED.test(part) ? part.slice(1) : part;
  });

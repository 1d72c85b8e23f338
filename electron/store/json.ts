/** JSON of the store: like JSON, and a bigint (a 64-bit address) stands as the string '0x1f n'. */

const TAGGED = /^0x([0-9a-f]+) n$/;

export const toText = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? `0x${part.toString(16)} n` : part));

/** What `toText` wrote. Its shape is the store's own; nobody else writes there. */
export const fromText = (text: string): unknown =>
  JSON.parse(text, (_, part: unknown) => {
    const match = typeof part === 'string' ? TAGGED.exec(part) : null;
    return match ? BigInt(`0x${match[1] ?? '0'}`) : part;
  });

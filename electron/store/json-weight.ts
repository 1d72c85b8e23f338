/** Bytes of heap that the parsed pieces of a JSON text take at most, about: by the character that begins or parts them. */
const WEIGHT: ReadonlyMap<string, number> = new Map([
  [',', 24],
  ['[', 64],
  ['{', 128],
  // Each name may be one that no other object has.
  [':', 96],
  ['"', 16],
]);

const weights = new Uint8Array(128);
for (const [character, weight] of WEIGHT) weights[character.charCodeAt(0)] = weight;

/**
 * Heap that parsing this JSON text takes, bytes: an estimate that is rather too large. The engine's own parser does not stop where
 * memory ends, it ends the whole program, so this is asked before. Characters within texts count like others.
 */
export function jsonWeight(text: string): number {
  let weight = text.length;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    weight += code < 128 ? (weights[code] ?? 0) : 1;
  }
  return weight;
}

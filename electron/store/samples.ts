const BYTES = 8;
const TWO_32 = 0x1_0000_0000;
/** Every processor that this runs on is little-endian; one that is not would read other numbers. */
const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Whole nanoseconds as packed little-endian u64: how samples are kept, and what their digest is made over. */
export function pack(ns: Float64Array | readonly number[]): Uint8Array {
  const words = new Uint32Array(ns.length * 2);
  for (let at = 0; at < ns.length; at += 1) {
    const value = ns[at] ?? 0;
    const high = value < TWO_32 ? 0 : Math.floor(value / TWO_32);
    words[at * 2] = value - high * TWO_32;
    words[at * 2 + 1] = high;
  }
  return littleEndian(new Uint8Array(words.buffer));
}

export function unpack(bytes: Uint8Array): Float64Array {
  const ns = new Float64Array(Math.floor(bytes.length / BYTES));
  const words = wordsOf(bytes, ns.length * BYTES);
  for (let at = 0; at < ns.length; at += 1) {
    ns[at] = (words[at * 2 + 1] ?? 0) * TWO_32 + (words[at * 2] ?? 0);
  }
  return ns;
}

/** The bytes as 32-bit words: in place where they lie so that they can be read as such. */
function wordsOf(bytes: Uint8Array, length: number): Uint32Array {
  const whole = bytes.byteOffset % 4 === 0 && LITTLE_ENDIAN ? bytes : littleEndian(bytes.slice());
  return new Uint32Array(whole.buffer, whole.byteOffset, length / 4);
}

/** Between the order of this machine and little-endian, in place. */
function littleEndian(bytes: Uint8Array): Uint8Array {
  if (LITTLE_ENDIAN) return bytes;
  for (let at = 0; at + 3 < bytes.length; at += 4) bytes.subarray(at, at + 4).reverse();
  return bytes;
}

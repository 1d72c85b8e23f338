import type { Fit } from './fit.ts';

const BYTES = 8;
/** Most samples of one block. */
export const MAX_SAMPLES = 4096;
const TWO_32 = 0x1_0000_0000;
/** Upper halves from here on make numbers of 2^53 and more. */
const HIGH_LIMIT = 0x20_0000;

/** One room for the samples of every block: a fresh one each would leave hundreds of MiB a second for the garbage collector. */
const room = new Float64Array(MAX_SAMPLES);

/** Packed little-endian u64 to numbers, exactly. They stand until the next block is read: whoever keeps them makes a copy. */
export function samplesOf(bytes: Uint8Array, fit: Fit): Float64Array {
  const count = bytes.length / BYTES;
  if (!Number.isInteger(count)) fit.refuse(`SampleBlock.ns has ${bytes.length} bytes, no multiple of 8`);
  if (count > MAX_SAMPLES)
    fit.refuse(`SampleBlock.ns has ${Math.floor(count)} samples, the most is ${MAX_SAMPLES}`);
  if (fit.fault !== null) return new Float64Array(0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const ns = room.subarray(0, count);
  let highest = 0;
  for (let i = 0, at = 0; i < count; i += 1, at += BYTES) {
    const high = view.getUint32(at + 4, true);
    if (high > highest) highest = high;
    ns[i] = high * TWO_32 + view.getUint32(at, true);
  }
  if (highest >= HIGH_LIMIT) fit.refuse('SampleBlock.ns holds a sample of 2^53 ns or more');
  return ns;
}

/** Numbers as packed little-endian u64: the form that a digest of samples is made over. */
export function packSamples(ns: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(ns.length * BYTES);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < ns.length; i += 1) {
    const value = ns[i] ?? 0;
    if (!Number.isSafeInteger(value) || value < 0)
      throw new RangeError(`sample ${i} is ${value}, no whole ns`);
    view.setUint32(i * BYTES, value % TWO_32, true);
    view.setUint32(i * BYTES + 4, Math.floor(value / TWO_32), true);
  }
  return bytes;
}

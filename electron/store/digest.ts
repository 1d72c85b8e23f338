import { createHash } from 'node:crypto';

/** SHA-256, lower-case hex, over samples as packed little-endian u64: the digest that a stored series carries. */
export function sampleDigest(ns: Float64Array | readonly number[]): string {
  const bytes = new DataView(new ArrayBuffer(ns.length * 8));
  ns.forEach((value, at) => bytes.setBigUint64(at * 8, BigInt(value), true));
  return createHash('sha256').update(new Uint8Array(bytes.buffer)).digest('hex');
}

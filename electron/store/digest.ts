import { createHash } from 'node:crypto';
import { pack } from './samples.ts';

/** SHA-256, lower-case hex, over samples as packed little-endian u64: the digest that a stored series carries. */
export const sampleDigest = (ns: Float64Array | readonly number[]): string =>
  createHash('sha256').update(pack(ns)).digest('hex');

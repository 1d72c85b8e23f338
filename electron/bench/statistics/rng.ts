/** Seeded randomness: whoever needs it gets it passed in, and writes the seed beside the result. */

/** A stream of random numbers that `algorithm` and `seed` make again. */
export interface SeededRng {
  readonly algorithm: string;
  readonly seed: number;
  /** How many steps the generator has made; 0 means that the seed alone tells what comes. */
  readonly drawn: number;
  /** Uniform in [0, 1), a multiple of 2^-53. */
  uniform(): number;
}

/**
 * xoshiro128** 1.1 (D. Blackman, S. Vigna, prng.di.unimi.it), its 128 bits of state filled by two steps of
 * SplitMix64 from the seed, low word first, as the authors advise. Statistics only, no secrets.
 */
export class Xoshiro128 implements SeededRng {
  readonly algorithm = 'xoshiro128**';
  readonly seed: number;
  drawn = 0;
  readonly #state: Uint32Array;

  /** The seed is an integer from 0 to 2^53 - 1: any number that JSON keeps. */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed) || seed < 0) throw new RangeError(`Xoshiro128: ${seed} is no seed`);
    this.seed = seed;
    this.#state = new Uint32Array(
      splitMix64(BigInt(seed), 2).flatMap((word) => [Number(word & LOW_32), Number(word >> 32n)]),
    );
  }

  /** The next 32 random bits. */
  uint32(): number {
    this.drawn += 1;
    const state = this.#state;
    const s0 = state[0] ?? 0;
    const s1 = state[1] ?? 0;
    const s2 = state[2] ?? 0;
    const s3 = state[3] ?? 0;
    const x2 = s2 ^ s0;
    const x3 = s3 ^ s1;
    state[0] = s0 ^ x3;
    state[1] = s1 ^ x2;
    state[2] = x2 ^ (s1 << 9);
    state[3] = rotateLeft(x3, 11);
    return Math.imul(rotateLeft(Math.imul(s1, 5), 7), 9) >>> 0;
  }

  uniform(): number {
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }
}

const LOW_32 = 0xffff_ffffn;

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

/** The first `count` outputs of SplitMix64 (S. Vigna, prng.di.unimi.it/splitmix64.c) from `seed`. */
function splitMix64(seed: bigint, count: number): bigint[] {
  const words: bigint[] = [];
  for (let state = seed; words.length < count;) {
    state = BigInt.asUintN(64, state + 0x9e37_79b9_7f4a_7c15n);
    let z = BigInt.asUintN(64, (state ^ (state >> 30n)) * 0xbf58_476d_1ce4_e5b9n);
    z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d0_49bb_1331_11ebn);
    words.push(z ^ (z >> 31n));
  }
  return words;
}

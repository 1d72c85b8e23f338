/** Below this many numbers the engine's own sort is as quick. */
const RADIX_FROM = 400;
const BITS = 11;
const BUCKETS = 2 ** BITS;

/**
 * Sorts in place, ascending; NaN comes last. Long lists of whole numbers below 2^32 (nanoseconds up to 4.29 s), which is what samples are,
 * are sorted digit by digit: several times as quick as comparing them.
 */
export function sortAscending(numbers: Float64Array): Float64Array {
  const { length } = numbers;
  if (length < RADIX_FROM) return numbers.sort();
  const words = scratch(length, 0);
  const highest = toWords(numbers, words);
  if (highest < 0) return numbers.sort();
  numbers.set(radix(words, scratch(length, 1), highest));
  return numbers;
}

/**
 * The middle one of numbers in any order, of an even number of them the lower and the upper one, without sorting them: they are counted by
 * their leading digit, and only those that share it with the middle are looked at. null where the numbers are few, or no whole ones as above.
 */
export function middleUnsorted(numbers: ArrayLike<number>): readonly [number, number] | null {
  const { length } = numbers;
  if (length < RADIX_FROM) return null;
  const words = scratch(length, 0);
  const highest = toWords(numbers, words);
  if (highest < 0) return null;
  const shift = Math.max(0, 32 - Math.clz32(highest) - BITS);
  count(words, shift);
  const [low, high] = [(length - 1) >>> 1, length >>> 1];
  const first = bucketAt(low);
  const near = within(words, shift, first, bucketAt(high)).sort();
  const before = first === 0 ? 0 : (ends[first - 1] ?? 0);
  return [near[low - before] ?? NaN, near[high - before] ?? NaN];
}

/** The bucket that holds the n-th smallest (from 0) of those that were counted. */
function bucketAt(n: number): number {
  let bucket = 0;
  while ((ends[bucket] ?? Infinity) <= n) bucket += 1;
  return bucket;
}

/** Those of the words whose bucket is one of `first` to `last`. */
function within(words: Uint32Array, shift: number, first: number, last: number): Uint32Array {
  const found = scratch(words.length, 1);
  let many = 0;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? 0;
    const bucket = word >>> shift;
    if (bucket < first || bucket > last) continue;
    found[many] = word;
    many += 1;
  }
  return found.subarray(0, many);
}

/** Writes the numbers as words, and gives the highest; -1 where one of them is not a whole number below 2^32. */
function toWords(numbers: ArrayLike<number>, words: Uint32Array): number {
  let highest = 0;
  for (let at = 0; at < numbers.length; at += 1) {
    const value = numbers[at] ?? NaN;
    words[at] = value;
    if (words[at] !== value) return -1;
    if (value > highest) highest = value;
  }
  return highest;
}

/** Kept from one list to the next: a run has thousands of lists of one length. */
const kept = [new Uint32Array(0), new Uint32Array(0)];
/** Longer ones (64 MiB) are not kept. */
const KEEP = 2 ** 24;

function scratch(length: number, which: 0 | 1): Uint32Array {
  const known = kept[which];
  if (known && known.length >= length) return known.subarray(0, length);
  const made = new Uint32Array(length);
  if (length <= KEEP) kept[which] = made;
  return made;
}

const ends = new Uint32Array(BUCKETS);

/** Least significant digit first; as many digits as the highest number has. */
function radix(words: Uint32Array, other: Uint32Array, highest: number): Uint32Array {
  let [from, to] = [words, other];
  for (let shift = 0; shift < 32 && highest >= 2 ** shift; shift += BITS) {
    count(from, shift);
    for (let at = from.length - 1; at >= 0; at -= 1) {
      const word = from[at] ?? 0;
      const bucket = (word >>> shift) & (BUCKETS - 1);
      const end = (ends[bucket] ?? 0) - 1;
      ends[bucket] = end;
      to[end] = word;
    }
    [from, to] = [to, from];
  }
  return from;
}

/** Where the numbers of each bucket end. */
function count(words: Uint32Array, shift: number): void {
  ends.fill(0);
  for (let at = 0; at < words.length; at += 1) {
    const bucket = ((words[at] ?? 0) >>> shift) & (BUCKETS - 1);
    ends[bucket] = (ends[bucket] ?? 0) + 1;
  }
  let sum = 0;
  for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
    sum += ends[bucket] ?? 0;
    ends[bucket] = sum;
  }
}

/** The middle distance of ascending numbers from `centre`: of an even number of them the mean of the middle two. */
export function medianDistance(sorted: Float64Array, centre: number): number {
  const { length } = sorted;
  const low = nthDistance(sorted, centre, Math.floor((length - 1) / 2));
  const high = nthDistance(sorted, centre, Math.floor(length / 2));
  return low + 0.5 * (high - low);
}

/**
 * The n-th smallest distance (from 0) of ascending numbers from `centre`. Distances grow to both sides of it, so only how many of the
 * n + 1 nearest lie to its left has to be found.
 */
function nthDistance(sorted: Float64Array, centre: number, n: number): number {
  const middle = lowerBound(sorted, centre);
  const toLeft = (which: number): number =>
    which < 0 ? -Infinity : which < middle ? centre - (sorted[middle - 1 - which] ?? 0) : Infinity;
  const toRight = (which: number): number =>
    which < 0
      ? -Infinity
      : middle + which < sorted.length
        ? (sorted[middle + which] ?? 0) - centre
        : Infinity;
  let [least, most] = [Math.max(0, n + 1 - (sorted.length - middle)), Math.min(n + 1, middle)];
  while (least < most) {
    const left = (least + most) >>> 1;
    if (toLeft(left) < toRight(n - left)) least = left + 1;
    else most = left;
  }
  return Math.max(toLeft(least - 1), toRight(n - least));
}

/** Index of the first of ascending numbers that is not below `value`; their number where none is. */
export function lowerBound(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? Infinity) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the first of ascending numbers that is above `value`; their number where none is. */
export function upperBound(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? Infinity) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Moves the n-th smallest (from 0) to its place, none larger before it and none smaller behind it (C. A. R. Hoare, "Find", 1961). */
export function placeNth(numbers: Float64Array, n: number): number {
  let [low, high] = [0, numbers.length - 1];
  while (low < high) {
    const pivot = numbers[(low + high) >>> 1] ?? 0;
    let [left, right] = [low, high];
    while (left <= right) {
      while ((numbers[left] ?? 0) < pivot) left += 1;
      while ((numbers[right] ?? 0) > pivot) right -= 1;
      if (left > right) break;
      const moved = numbers[left] ?? 0;
      numbers[left] = numbers[right] ?? 0;
      numbers[right] = moved;
      left += 1;
      right -= 1;
    }
    if (n <= right) high = right;
    else if (n >= left) low = left;
    else break;
  }
  return numbers[n] ?? NaN;
}

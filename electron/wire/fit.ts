const MAX_EXACT = BigInt(Number.MAX_SAFE_INTEGER);

/**
 * Collects the first value of a message that does not fit the model. Its methods always give a value, so that a message
 * can be mapped in one expression; whoever maps looks at `fault` afterwards and throws the result away where there is one.
 */
export class Fit {
  fault: string | null = null;

  /** A whole number that the model holds exactly. */
  exact(value: bigint, field: string): number {
    if (value > MAX_EXACT) this.refuse(`${field} is ${value}, which is more than 2^53`);
    return Number(value);
  }

  /** As `exact`, for a reading that may be missing. */
  maybe(value: bigint | undefined, field: string): number | null {
    return value === undefined ? null : this.exact(value, field);
  }

  /** The word of an enum value whose numbers run from 0. */
  word<T>(words: readonly [T, ...T[]], value: number, field: string): T {
    const found = words[value];
    if (found !== undefined) return found;
    this.refuse(`${field} has the unknown value ${value}`);
    return words[0];
  }

  refuse(fault: string): void {
    this.fault ??= fault;
  }
}

/**
 * A time on the board's clock in ns. Beyond 2^53 (104 days of uptime) it is rounded to the next number, at most a few ns
 * away: that is enough for a time stamp, and a board that has been up for long is no defect.
 */
export const clockNs = (value: bigint): number => Number(value);

/** Empty text is the wire's way to say "none". */
export const textOrNull = (text: string): string | null => (text === '' ? null : text);

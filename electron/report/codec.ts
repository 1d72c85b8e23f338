/**
 * Shapes of a run file. One description reads JSON into the model, with the path of whatever does not fit, and writes the
 * model as JSON in the description's own order of keys.
 */

export type Json =
  null | boolean | number | string | readonly Json[] | Float64Array | { readonly [key: string]: Json };

export interface Codec<T> {
  /** The value, or a thrown `Misfit`. */
  readonly read: (value: unknown, at: string) => T;
  readonly write: (value: T) => Json;
  /** Where the key may be left out of an object: the value that this means, and which values are written by leaving it out. */
  readonly absent?: { readonly value: T; readonly means: (value: T) => boolean };
}

/** A value that does not fit, with its place in the file. */
export class Misfit extends Error {
  override readonly name = 'Misfit';
  constructor(at: string, wanted: string, found: unknown) {
    super(
      found === undefined
        ? `${at} is missing; it has to be ${wanted}.`
        : `${at} is ${shown(found)}; it has to be ${wanted}.`,
    );
  }
}

const LONGEST = 60;

function shown(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text;
}

const plain = <T extends Json>(wanted: string, fits: (value: unknown) => value is T): Codec<T> => ({
  read: (value, at) => {
    if (!fits(value)) throw new Misfit(at, wanted, value);
    return value;
  },
  write: (value) => value,
});

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

export const text = plain('a text', (value): value is string => typeof value === 'string');
export const flag = plain('true or false', (value): value is boolean => typeof value === 'boolean');
export const real = plain('a number', isNumber);
export const whole = plain('a whole number', (value): value is number => Number.isSafeInteger(value));
export const count = plain(
  'a whole number from 0 up',
  (value): value is number => Number.isSafeInteger(value) && (value as number) >= 0,
);

/** A text of a given form. */
export const textLike = (wanted: string, form: RegExp): Codec<string> =>
  plain(wanted, (value): value is string => typeof value === 'string' && form.test(value));

/** One of the words that are the keys of `words`; a record, so that the compiler misses none. */
export function word<T extends string>(words: Readonly<Record<T, true>>): Codec<T> {
  const wanted = Object.keys(words)
    .map((one) => `"${one}"`)
    .join(' or ');
  return plain(
    wanted,
    (value): value is T => typeof value === 'string' && Object.prototype.hasOwnProperty.call(words, value),
  );
}

/** An unsigned 64-bit address: a bigint in the model, "0x..." in the file. */
export const address: Codec<bigint> = {
  read: (value, at) => {
    if (typeof value !== 'string' || !/^0x[0-9a-f]{1,16}$/.test(value))
      throw new Misfit(at, 'an address like "0x80120000"', value);
    return BigInt(value);
  },
  write: (value) => `0x${value.toString(16)}`,
};

/** An unsigned 64-bit number: a bigint in the model, decimal digits in the file. */
export const integer64: Codec<bigint> = {
  read: (value, at) => {
    if (typeof value !== 'string' || !/^\d{1,20}$/.test(value))
      throw new Misfit(at, 'decimal digits of an unsigned 64-bit number', value);
    return BigInt(value);
  },
  write: (value) => String(value),
};

export const nullable = <T>(codec: Codec<T>): Codec<T | null> => ({
  read: (value, at) => (value === null ? null : codec.read(value, at)),
  write: (value) => (value === null ? null : codec.write(value)),
});

/** A key that files of older minor versions do not have: left out where it says nothing. */
export const optional = <T>(codec: Codec<T>, value: T, means: (value: T) => boolean): Codec<T> => ({
  ...codec,
  absent: { value, means },
});

/** A list that is left out where it is empty. */
export const optionalList = <T>(codec: Codec<T>): Codec<readonly T[]> =>
  optional<readonly T[]>(list(codec), [], (value) => value.length === 0);

export const list = <T>(codec: Codec<T>): Codec<readonly T[]> => ({
  read: (value, at) => {
    if (!Array.isArray(value)) throw new Misfit(at, 'a list', value);
    return value.map((one: unknown, index) => codec.read(one, `${at}[${index}]`));
  },
  write: (value) => value.map((one) => codec.write(one)),
});

/** Raw samples: whole nanoseconds. Read as a Float64Array, which holds each of them exactly. */
export const samples: Codec<Float64Array | readonly number[]> = {
  read: (value, at) => {
    if (!Array.isArray(value)) throw new Misfit(at, 'a list of whole nanoseconds', value);
    const wrong = value.findIndex((one) => !(Number.isSafeInteger(one) && (one as number) >= 0));
    if (wrong >= 0)
      throw new Misfit(`${at}[${wrong}]`, 'a whole number of nanoseconds from 0 up', value[wrong] as unknown);
    return Float64Array.from(value as number[]);
  },
  write: (value) => (value instanceof Float64Array ? value : [...value]),
};

/** Exactly these keys, in this order; `ignored` keys are allowed in the file and not read. */
export function object<T extends object>(
  fields: { readonly [K in keyof T]-?: Codec<T[K]> },
  ignored: readonly string[] = [],
): Codec<T> {
  const names = Object.keys(fields) as (keyof T & string)[];
  return {
    read: (value, at) => {
      const record = recordOf(value, at);
      const extra = Object.keys(record).find(
        (key) => !names.includes(key as keyof T & string) && !ignored.includes(key),
      );
      if (extra !== undefined)
        throw new Misfit(join(at, extra), 'left out: no such key is known', record[extra]);
      const entries = names.map((name) => [name, readField(fields[name], record, name, at)]);
      return Object.fromEntries(entries) as T;
    },
    write: (value) => {
      const said = names.filter((name) => fields[name].absent?.means(value[name]) !== true);
      return Object.fromEntries(said.map((name) => [name, fields[name].write(value[name])]));
    },
  };
}

function readField<T>(
  codec: Codec<T>,
  record: Readonly<Record<string, unknown>>,
  name: string,
  at: string,
): T {
  const value = own(record, name);
  return value === undefined && codec.absent ? codec.absent.value : codec.read(value, join(at, name));
}

export function recordOf(value: unknown, at: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Misfit(at === '' ? 'the file' : at, 'an object', value);
  return value as Record<string, unknown>;
}

const own = (record: Readonly<Record<string, unknown>>, key: string): unknown =>
  Object.prototype.hasOwnProperty.call(record, key) ? record[key] : undefined;

const join = (at: string, key: string): string => (at === '' ? key : `${at}.${key}`);

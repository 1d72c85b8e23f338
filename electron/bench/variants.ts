import type { PlanPoint } from '../model/plan.ts';

/**
 * The encodings of PlanPoint.variant and PlanPoint.count, as native/run/run.h has them, and what they are in words.
 */

/** How a buffer reaches the DSP: bits 1-2 of rpc.argc, rpc.argsize and e2e.frame. */
export const PASS = { copy: 0, buffer: 1, mapped: 2, dma: 3 } as const;
export type Pass = keyof typeof PASS;

export const passVariant = (pass: Pass, direction: 'in' | 'out'): number =>
  (PASS[pass] << 1) | (direction === 'out' ? 1 : 0);

export const passOf = (variant: number): Pass => PASSES[(variant >> 1) & 3] ?? 'copy';
export const directionOf = (variant: number): 'in' | 'out' => (variant & 1 ? 'out' : 'in');

const PASSES: readonly Pass[] = ['copy', 'buffer', 'mapped', 'dma'];

/** Kernels of dsp.read, dsp.write and dsp.copy: bits 0-1. */
export const KERNEL = { scalar: 0, hvx: 1, hvxL2: 2 } as const;

/** mem.handoff: to another process alone, or the complete path in one go, through the DSP. */
export const HANDOFF = { plain: 0, cold: 1, warm: 2 } as const;

/** Is this the complete path of a buffer in one go, through the DSP? */
export const isWholePath = ({ benchmark, variant }: Pick<PlanPoint, 'benchmark' | 'variant'>): boolean =>
  benchmark === 'mem.handoff' && variant !== HANDOFF.plain;

interface Place extends Pick<PlanPoint, 'benchmark' | 'variant'> {
  /** null: it varies, and is no part of the words. */
  readonly count: number | null;
}

interface Words {
  readonly long: string;
  /** For narrow tables; what is the usual case is left out. */
  readonly short: string;
}

/** What variant and count of a point mean, in words; empty where the benchmark has none. */
export const variantText = (place: Place): string => joined(place, 'long', ', ');

/** The same for a table of 80 columns. */
export const variantShort = (place: Place): string => joined(place, 'short', ' ');

const joined = (place: Place, form: keyof Words, between: string): string =>
  (WORDS[place.benchmark]?.(place) ?? [])
    .map((words) => words[form])
    .filter((word) => word !== '')
    .join(between);

const same = (text: string): Words => ({ long: text, short: text });
const usual = (text: string): Words => ({ long: text, short: '' });

const counted = (count: number | null, one: string): string =>
  count === null ? '' : `${count} ${one}${count === 1 ? '' : 's'}`;

const gap = ({ count }: Place): readonly Words[] => {
  if (count === null) return [];
  return [
    count === 0
      ? { long: 'no idle gap', short: 'no gap' }
      : { long: `idle gap ${usText(count)}`, short: `gap ${usText(count)}` },
  ];
};

const usText = (us: number): string => (us % 1000 === 0 ? `${us / 1000} ms` : `${us} µs`);

const PASS_WORDS: Readonly<Record<Pass, Words>> = {
  copy: { long: 'copied inline', short: 'copy' },
  buffer: { long: 'a buffer named in each call', short: 'buffer' },
  mapped: { long: 'a buffer that stands mapped', short: 'mapped' },
  dma: { long: 'a dma handle that the DSP maps', short: 'dma' },
};

const FRAME_WORDS: Readonly<Record<Pass, Words>> = {
  ...PASS_WORDS,
  copy: { long: 'staged copy', short: 'copy' },
};

const KERNEL_WORDS: readonly Words[] = [
  same('scalar'),
  same('HVX'),
  { long: 'HVX with l2fetch', short: 'HVX+l2' },
];

function kernel({ variant, count }: Place): readonly Words[] {
  const { long, short } = KERNEL_WORDS[variant & 3] ?? same('?');
  if (count === null || count <= 1) return [{ long, short }, usual('1 thread')];
  return [{ long: `${long}, ${counted(count, 'thread')}`, short: `${short}×${count}` }];
}

const WORDS: Readonly<Record<string, (place: Place) => readonly Words[]>> = {
  'base.ioctl': ({ variant }) => [same(variant === 0 ? 'VERSION' : 'QUERY')],
  'cpu.sync': ({ variant }) => [
    SYNC_DIRECTION[variant & 3] ?? same('?'),
    variant & 4 ? { long: 'dirtied', short: 'dirty' } : usual('clean'),
    variant & 8 ? { long: 'attached', short: 'att' } : usual('not attached'),
  ],
  'mem.handoff': ({ variant }) => HANDOFF_WORDS[variant] ?? [same('?')],
  'session.create': ({ variant }) => [same(variant === 0 ? 'unsigned' : 'signed')],
  'rpc.null': gap,
  'rpc.ping': gap,
  'rpc.null_mt': ({ variant, count }) => [
    { long: counted(count, 'thread'), short: `${counted(count, 'thread')},` },
    variant === 0
      ? { long: 'one file for all', short: '1 file' }
      : { long: 'a file each', short: counted(count, 'file') },
  ],
  'dsp.map': ({ variant }) => [
    variant === 0 ? usual('legacy request') : { long: 'request with attributes', short: 'attr' },
  ],
  'rpc.argc': ({ variant, count }) => [
    same(directionOf(variant)),
    { long: counted(count, 'buffer'), short: count === null ? '' : `×${count}` },
    passOf(variant) === 'copy'
      ? { long: 'copied inline', short: 'copy' }
      : { long: count === 0 ? '' : 'each a buffer of its own', short: 'buf' },
  ],
  'rpc.argsize': ({ variant }) => [same(directionOf(variant)), PASS_WORDS[passOf(variant)]],
  'dsp.read': kernel,
  'dsp.write': kernel,
  'dsp.copy': kernel,
  'dsp.cache': ({ variant }) => [
    CACHE_OPERATION[variant & 3] ?? same('?'),
    variant & 4 ? { long: 'dirty lines', short: 'dirty' } : usual('clean lines'),
  ],
  'e2e.frame': ({ variant }) => [FRAME_WORDS[passOf(variant)]],
};

const HANDOFF_WORDS: readonly (readonly Words[])[] = [
  [],
  [{ long: 'through the DSP, a new buffer each time', short: 'cold' }],
  [{ long: 'through the DSP, the same buffer again', short: 'warm' }],
];

const SYNC_DIRECTION: readonly Words[] = [
  same('?'),
  { long: 'read', short: 'r' },
  { long: 'write', short: 'w' },
  { long: 'read+write', short: 'rw' },
];

const CACHE_OPERATION: readonly Words[] = [
  same('clean'),
  same('invalidate'),
  { long: 'clean and invalidate', short: 'both' },
];

import type { Source } from '../model/plan.ts';
import type { Benchmark, Block } from './catalogue.ts';
import { KERNEL, passVariant, type Pass } from './variants.ts';

/** Groups B (a process on the DSP and a handle that every DSP has) and C (our own code there). */

const KIB = 1024;
const MIB = 1024 * KIB;
const US = 1000;
const MS = 1000 * US;

const ONCE: Block = { sizes: [0], sources: ['qda'], counts: [0], variants: [0] };
const EACH_SIZE: Block = { ...ONCE, sizes: 'any' };

const everywhere = (...blocks: readonly Block[]): Benchmark['sweep'] => ({ full: blocks, quick: blocks });

/** What most of these rows have in common. */
const COMMON = { exhaustive: false, bandwidth: false, dsp: true, leastNs: (): number => 0 };

const ALL_SOURCES: readonly Source[] = ['qda', 'heap-system', 'heap-cma', 'udmabuf', 'render'];

/** Idle gap before a call, us. */
const GAPS: readonly number[] = [0, 1_000, 10_000, 100_000];
const QUICK_GAPS: readonly number[] = [0, 1_000];

const gapSweep = { full: [{ ...ONCE, counts: GAPS }], quick: [{ ...ONCE, counts: QUICK_GAPS }] };
const gapNs = ({ count }: { readonly count: number }): number => count * US;

const passes = (directions: readonly ('in' | 'out')[], ways: readonly Pass[]): readonly number[] =>
  directions.flatMap((direction) => ways.map((way) => passVariant(way, direction)));

const BOTH = ['in', 'out'] as const;

/** Buffers in one call. */
const BUFFERS: readonly number[] = [1, 2, 4, 8, 16, 32, 64, 128, 255];
const argc = (changes: Partial<Block>): Block => ({ ...ONCE, sizes: [4 * KIB], counts: BUFFERS, ...changes });
const NO_BUFFER = argc({ counts: [0], variants: passes(['in'], ['copy']) });

/** Argument sizes of the SDK's own profiling example; 0 can only be copied. */
const ARGUMENT_SIZES: readonly number[] = [32 * KIB, 64 * KIB, 128 * KIB, MIB, 4 * MIB, 8 * MIB, 16 * MIB];
const argsize = (changes: Partial<Block>): Block => ({ ...ONCE, sizes: ARGUMENT_SIZES, ...changes });
const NO_BYTES = argsize({ sizes: [0], variants: passes(BOTH, ['copy']) });

/** Sizes of the other stages of the share-cost waterfall that the table above does not have. */
const WATERFALL = argsize({ sizes: [4 * KIB, 64 * MIB], variants: passes(['in'], ['mapped']) });

const KERNELS = [KERNEL.scalar, KERNEL.hvx, KERNEL.hvxL2];
const kernels = (changes: Partial<Block>): Block => ({
  ...ONCE,
  counts: [1],
  variants: [KERNEL.hvx],
  ...changes,
});
/** Everything: sizes, kernels, threads, and memory that is cached for the CPU (a heap's) or not. */
const ALL_KERNELS = [
  kernels({ sizes: 'any', sources: ['qda', 'heap-system'], counts: [1, 2, 4], variants: KERNELS }),
];
/**
 * The default sizes without the largest. A driver may keep every buffer that was once mapped, with its addresses in the context
 * bank: the full plan stays well below the 4 GiB of a bank.
 */
const TO_16M: readonly number[] = [4 * KIB, 64 * KIB, MIB, 4 * MIB, 16 * MIB];

/** Of the full plan: one axis at a time around HVX with one thread. */
const KERNEL_STAR = [
  kernels({ sizes: TO_16M }),
  kernels({ sizes: [4 * MIB], variants: [KERNEL.scalar, KERNEL.hvxL2] }),
  kernels({ sizes: [4 * MIB], counts: [2, 4] }),
  kernels({ sizes: [4 * MIB], sources: ['heap-system'] }),
];

/** bits 0-1 operation (0 clean, 1 invalidate, 2 both), bit 2 dirtied before. */
const CLEAN_DIRTY = 4;
const OTHER_CACHE = [0, 1, 6];

/** NV12 frames: 1920 x 1080 and 3840 x 2160, 1.5 bytes a pixel. */
const FRAMES: readonly number[] = [3_110_400, 12_441_600];

const CALL = { name: 'call', what: 'the call as the CPU sees it' };
const ON_DSP = { name: 'dsp', what: "the method on the DSP, by the DSP's own clock" };

export const DSP_BENCHMARKS: readonly Benchmark[] = [
  {
    ...COMMON,
    place: 'B1',
    id: 'session.create',
    title: 'Start a process on the DSP',
    timed: 'open of the node, SESSION_CREATE with the shell, and close',
    series: [
      { name: 'open', what: 'open of the node' },
      { name: 'create', what: 'SESSION_CREATE: the process runs' },
      { name: 'close', what: 'close of the file: the process is gone' },
    ],
    sweep: { full: [{ ...ONCE, variants: [0, 1] }], quick: [ONCE] },
    samples: 20,
    quickSamples: 3,
    warmups: 1,
    leastNs: () => 30 * MS,
  },
  {
    ...COMMON,
    place: 'B2',
    id: 'rpc.null',
    title: 'An empty call to a built-in handle',
    timed: 'one INVOKE of getASID, or of an unused method where the firmware has no such handle',
    series: [{ ...CALL, rate: 'calls' }],
    sweep: gapSweep,
    samples: 5000,
    quickSamples: 500,
    warmups: 500,
    leastNs: gapNs,
  },
  {
    ...COMMON,
    place: 'B3',
    id: 'rpc.null_mt',
    title: 'Empty calls from several threads',
    timed: 'one INVOKE while the other threads do the same',
    series: [{ name: 'call', what: 'one call of one thread', rate: 'calls' }],
    sweep: {
      full: [{ ...ONCE, counts: [1, 2, 4, 8], variants: [0, 1] }],
      quick: [{ ...ONCE, counts: [2] }],
    },
    samples: 5000,
    quickSamples: 500,
    warmups: 100,
  },
  {
    ...COMMON,
    place: 'B4',
    id: 'dsp.map',
    title: 'Map a buffer into the DSP process',
    timed: 'REMOTE_MAP, then REMOTE_MUNMAP of the same buffer',
    series: [
      { name: 'map', what: 'REMOTE_MAP' },
      { name: 'unmap', what: 'REMOTE_MUNMAP' },
    ],
    sweep: {
      full: [
        EACH_SIZE,
        { ...ONCE, sizes: TO_16M, variants: [1] },
        { ...EACH_SIZE, sources: ['heap-system'] },
        { ...ONCE, sizes: [MIB], sources: ['heap-cma', 'udmabuf', 'render'] },
      ],
      quick: [{ ...EACH_SIZE, variants: [0, 1] }],
      alone: [{ ...EACH_SIZE, sources: ALL_SOURCES, variants: [0, 1] }],
    },
    samples: 200,
    quickSamples: 100,
    warmups: 10,
  },
  {
    ...COMMON,
    place: 'B5',
    id: 'dsp.map_limit',
    title: 'Fill the address space of the DSP process',
    timed: 'REMOTE_MAP of one 64 MiB buffer after the other until none fits; three rounds',
    series: [{ name: 'map', what: 'REMOTE_MAP of buffer k, k = 1, 2, ...' }],
    sweep: everywhere(ONCE),
    samples: 3,
    quickSamples: 3,
    warmups: 0,
    exhaustive: true,
  },
  {
    ...COMMON,
    place: 'C1',
    id: 'skel.load',
    title: 'Load our code on the DSP',
    timed: 'remotectl open, in which the DSP reads the file through reverse calls, and close',
    series: [
      { name: 'open', what: 'remotectl open: read, relocated, opened' },
      { name: 'close', what: 'remotectl close' },
    ],
    sweep: everywhere(ONCE),
    samples: 20,
    quickSamples: 5,
    warmups: 1,
    leastNs: () => 2 * MS,
  },
  {
    ...COMMON,
    place: 'C2',
    id: 'rpc.ping',
    title: 'An empty call to our code',
    timed: 'one INVOKE of an empty method that stamps its begin and end on the DSP',
    series: [
      { ...CALL, rate: 'calls' },
      ON_DSP,
      { name: 'rest', what: 'call minus dsp: what the way there and back costs' },
    ],
    sweep: gapSweep,
    samples: 5000,
    quickSamples: 500,
    warmups: 500,
    leastNs: gapNs,
  },
  {
    ...COMMON,
    place: 'C3',
    id: 'rpc.argc',
    title: 'Cost of each argument',
    timed: 'one INVOKE with n buffers that the method does not read beyond the first word',
    series: [CALL],
    slope: 'count',
    sweep: {
      full: [
        NO_BUFFER,
        argc({ variants: passes(['in'], ['copy', 'buffer']) }),
        argc({ counts: [1, 8, 64, 255], variants: passes(['out'], ['copy', 'buffer']) }),
        argc({ sizes: [64, 64 * KIB], counts: [1, 64], variants: passes(['in'], ['copy', 'buffer']) }),
      ],
      quick: [argc({ counts: [1, 8, 32], variants: passes(['in'], ['copy', 'buffer']) })],
      alone: [
        NO_BUFFER,
        argc({ sizes: [64, 4 * KIB, 64 * KIB], variants: passes(BOTH, ['copy', 'buffer']) }),
      ],
    },
    samples: 1000,
    quickSamples: 30,
    warmups: 50,
  },
  {
    ...COMMON,
    place: 'C4',
    id: 'rpc.argsize',
    title: 'Cost of a large argument',
    timed: 'one INVOKE with one buffer, of which the method touches the first and the last word',
    series: [CALL, ON_DSP, { name: 'overhead', what: 'call minus dsp' }],
    sweep: {
      full: [
        NO_BYTES,
        argsize({ variants: passes(BOTH, ['copy', 'buffer', 'mapped']) }),
        argsize({ variants: passes(['in'], ['dma']) }),
        WATERFALL,
      ],
      quick: [
        argsize({ sizes: [4 * KIB], variants: passes(['in'], ['mapped']) }),
        argsize({
          sizes: [32 * KIB, 64 * KIB, MIB],
          variants: [...passes(['in'], ['copy', 'buffer', 'mapped']), ...passes(['out'], ['copy', 'mapped'])],
        }),
      ],
      alone: [NO_BYTES, argsize({ variants: passes(BOTH, ['copy', 'buffer', 'mapped', 'dma']) }), WATERFALL],
    },
    samples: 1000,
    quickSamples: 100,
    warmups: 50,
  },
  {
    ...COMMON,
    place: 'C5',
    id: 'dsp.read',
    title: 'Read a shared buffer on the DSP',
    timed: 'the sum of all words of a buffer, on the DSP',
    series: [CALL, { ...ON_DSP, what: 'the sum alone, by the stamps of the DSP' }],
    sweep: {
      full: [
        kernels({ sizes: TO_16M, variants: KERNELS }),
        kernels({ sizes: [64 * MIB], variants: [KERNEL.hvx] }),
        kernels({ sizes: [4 * MIB], counts: [2, 4] }),
        kernels({ sizes: [4 * MIB], sources: ['heap-system'] }),
      ],
      quick: [kernels({ sizes: [MIB], variants: KERNELS }), kernels({ sizes: [MIB], counts: [2] })],
      alone: ALL_KERNELS,
    },
    samples: 30,
    quickSamples: 15,
    warmups: 3,
    bandwidth: true,
  },
  {
    ...COMMON,
    place: 'C6',
    id: 'dsp.write',
    title: 'Write a shared buffer on the DSP',
    timed: 'a pattern over all words of a buffer, on the DSP',
    series: [CALL, { ...ON_DSP, what: 'the writing alone, by the stamps of the DSP' }],
    sweep: { full: KERNEL_STAR, quick: [kernels({ sizes: [MIB] })], alone: ALL_KERNELS },
    samples: 30,
    quickSamples: 10,
    warmups: 3,
    bandwidth: true,
  },
  {
    ...COMMON,
    place: 'C7',
    id: 'dsp.copy',
    title: 'Copy between shared buffers on the DSP',
    timed:
      'a copy from one buffer to another, on the DSP; its bandwidth counts the bytes read and the bytes written',
    series: [CALL, { ...ON_DSP, what: 'the copy alone, by the stamps of the DSP' }],
    sweep: { full: KERNEL_STAR, quick: [kernels({ sizes: [MIB] })], alone: ALL_KERNELS },
    samples: 30,
    quickSamples: 10,
    warmups: 3,
    bandwidth: true,
  },
  {
    ...COMMON,
    place: 'C8',
    id: 'dsp.cache',
    title: 'Maintain caches on the DSP',
    timed: 'clean, invalidate or both over a range, on the DSP',
    series: [CALL, { ...ON_DSP, what: 'the operation alone, by the stamps of the DSP' }],
    sweep: {
      full: [
        { ...ONCE, sizes: TO_16M, variants: [CLEAN_DIRTY] },
        { ...ONCE, sizes: [64 * KIB, 4 * MIB], variants: OTHER_CACHE },
      ],
      quick: [{ ...ONCE, sizes: [64 * KIB, MIB], variants: [CLEAN_DIRTY] }],
      alone: [{ ...EACH_SIZE, variants: [0, 1, 2, 4, 5, 6] }],
    },
    samples: 200,
    quickSamples: 20,
    warmups: 10,
  },
  {
    ...COMMON,
    place: 'C9',
    id: 'e2e.frame',
    title: 'A camera frame through the DSP',
    timed: 'CPU write, sync, a call that sums and fills, sync, CPU read; each stage and the whole',
    series: [
      { name: 'write', what: 'the CPU writes the frame' },
      { name: 'sync-to-dsp', what: 'end of CPU access', still: true },
      { name: 'invoke', what: 'the call: sum and fill on the DSP', still: true },
      { name: 'sync-from-dsp', what: 'begin of CPU access', still: true },
      { name: 'read', what: 'the CPU reads the frame' },
      { name: 'frame', what: 'all of it', rate: 'frames' },
    ],
    sweep: {
      full: [{ ...ONCE, sizes: FRAMES, variants: passes(['in'], ['copy', 'buffer', 'mapped']) }],
      quick: [{ ...ONCE, sizes: FRAMES.slice(0, 1), variants: passes(['in'], ['copy', 'mapped']) }],
    },
    ownSizes: true,
    samples: 300,
    quickSamples: 8,
    warmups: 20,
  },
  {
    ...COMMON,
    place: 'C10',
    id: 'shm.doorbell',
    title: 'Ring a bell in shared memory',
    timed: 'the CPU writes a word, the DSP answers it in another line of the same buffer; one long call',
    series: [{ name: 'bounce', what: 'there and back', rate: 'bounces' }],
    sweep: everywhere(ONCE),
    samples: 10_000,
    quickSamples: 200,
    warmups: 1000,
  },
  {
    ...COMMON,
    place: 'C11',
    id: 'coh.stress',
    title: 'Coherence under stress',
    timed: 'one turn: owner, range and direction at random, every byte of the touched lines checked',
    series: [{ name: 'turn', what: 'one turn', rate: 'turns' }],
    sweep: everywhere(ONCE),
    samples: 100_000,
    quickSamples: 300,
    warmups: 0,
  },
];

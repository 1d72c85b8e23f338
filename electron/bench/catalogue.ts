import type { Source } from '../model/plan.ts';

/** What one benchmark is: its public id never changes meaning. */
export interface Benchmark {
  /** Place in the catalogue: 'A1'. */
  readonly place: string;
  readonly id: string;
  readonly title: string;
  /** What is inside the timed region, a sentence. */
  readonly timed: string;
  /** Series that it gives, in the agent's order, each with what one sample is. */
  readonly series: readonly { readonly name: string; readonly what: string }[];
  readonly sweep: {
    readonly sizes: boolean;
    readonly sources: readonly Source[];
    readonly variants: readonly number[];
  };
  readonly samples: number;
  readonly warmups: number;
  /** Exhausts or holds much: runs only when named or asked for. */
  readonly exhaustive: boolean;
  /** Where a sample moves bytes: the result is a bandwidth. */
  readonly bandwidth: boolean;
}

const KIB = 1024;
const MIB = 1024 * KIB;

/** Default sizes S, bytes. */
export const SIZES: readonly number[] = [4 * KIB, 64 * KIB, MIB, 4 * MIB, 16 * MIB, 64 * MIB];
export const QUICK_SIZES: readonly number[] = [4 * KIB, 64 * KIB, MIB];

const EACH_SIZE = { sizes: true, sources: ['qda'], variants: [0] } as const;

/** cpu.sync variants: bits 0-1 direction (1 read, 2 write, 3 both), bit 2 dirtied before, bit 3 attached to a bank. */
const SYNC_VARIANTS = [1, 2, 3, 5, 6, 7, 9, 10, 11, 13, 14, 15];

export const CATALOGUE: readonly Benchmark[] = [
  {
    place: 'A1',
    id: 'base.ioctl',
    title: 'Cost of an ioctl',
    timed: 'one DRM VERSION or QDA QUERY ioctl',
    series: [{ name: 'ioctl', what: 'one call' }],
    sweep: { sizes: false, sources: ['qda'], variants: [0, 1] },
    samples: 20_000,
    warmups: 2000,
    exhaustive: false,
    bandwidth: false,
  },
  {
    place: 'A2',
    id: 'mem.alloc',
    title: 'Allocate and free a buffer',
    timed: 'GEM_CREATE, then GEM_CLOSE of the same buffer',
    series: [
      { name: 'alloc', what: 'GEM_CREATE' },
      { name: 'close', what: 'GEM_CLOSE of a buffer never mapped' },
    ],
    sweep: EACH_SIZE,
    samples: 300,
    warmups: 20,
    exhaustive: false,
    bandwidth: false,
  },
  {
    place: 'A3',
    id: 'mem.cpumap',
    title: 'Map a buffer for the CPU',
    timed: 'GEM_MMAP_OFFSET and mmap; the first write to each 4 KiB page; munmap',
    series: [
      { name: 'mmap', what: 'GEM_MMAP_OFFSET and mmap' },
      { name: 'touch', what: 'first write to every page of the mapping' },
      { name: 'munmap', what: 'munmap' },
    ],
    sweep: EACH_SIZE,
    samples: 200,
    warmups: 10,
    exhaustive: false,
    bandwidth: false,
  },
  {
    place: 'A4',
    id: 'mem.export',
    title: 'Export a buffer as a dma-buf',
    timed: 'PRIME_HANDLE_TO_FD the first time, again, and close of the descriptor',
    series: [
      { name: 'first', what: 'first PRIME_HANDLE_TO_FD' },
      { name: 'repeat', what: 'PRIME_HANDLE_TO_FD of an exported buffer' },
      { name: 'close', what: 'close of the dma-buf descriptor' },
    ],
    sweep: EACH_SIZE,
    samples: 500,
    warmups: 20,
    exhaustive: false,
    bandwidth: false,
  },
  {
    place: 'A5',
    id: 'mem.import',
    title: 'Import a dma-buf',
    timed: 'PRIME_FD_TO_HANDLE on a fresh file, again on the same file, and GEM_CLOSE',
    series: [
      {
        name: 'cold',
        what: 'first PRIME_FD_TO_HANDLE on a fresh file: attach and map into the context bank',
      },
      { name: 'warm', what: 'PRIME_FD_TO_HANDLE again: the handle is known' },
      { name: 'close', what: 'GEM_CLOSE of the import: unmap and detach' },
    ],
    sweep: { sizes: true, sources: ['qda', 'heap-system', 'heap-cma', 'udmabuf', 'render'], variants: [0] },
    samples: 200,
    warmups: 10,
    exhaustive: false,
    bandwidth: false,
  },
  {
    place: 'A6',
    id: 'mem.import_scale',
    title: 'Import many buffers',
    timed: 'PRIME_FD_TO_HANDLE of the k-th buffer while k - 1 are held',
    series: [{ name: 'import', what: 'import of buffer k, k = 1, 2, ...' }],
    sweep: { sizes: false, sources: ['heap-system'], variants: [0] },
    samples: 1024,
    warmups: 0,
    exhaustive: true,
    bandwidth: false,
  },
  {
    place: 'A7',
    id: 'mem.handoff',
    title: 'Hand a buffer to another process',
    timed:
      'SCM_RIGHTS send until the other process has imported it and read a nonce; then the whole path of a new buffer, unmapped',
    series: [
      { name: 'handoff', what: 'send until the other process has read the nonce' },
      { name: 'receive', what: 'send until the other process has the descriptor' },
      { name: 'import', what: 'PRIME_FD_TO_HANDLE in the other process' },
      { name: 'read', what: 'map and read of the nonce in the other process' },
      {
        name: 'path',
        what: 'a new buffer from GEM_CREATE over export, send, import and release there to its GEM_CLOSE; never mapped',
      },
    ],
    sweep: EACH_SIZE,
    samples: 300,
    warmups: 20,
    exhaustive: false,
    bandwidth: false,
  },
  {
    place: 'A8',
    id: 'cpu.bw',
    title: 'CPU bandwidth over a mapping',
    timed: 'one pass of read, write or copy over the whole mapping',
    series: [
      { name: 'read', what: 'sum of all words' },
      { name: 'write', what: 'store to all words' },
      { name: 'copy', what: 'copy from the mapping to ordinary memory' },
    ],
    sweep: { sizes: true, sources: ['qda', 'dmabuf', 'malloc'], variants: [0] },
    samples: 30,
    warmups: 3,
    exhaustive: false,
    bandwidth: true,
  },
  {
    place: 'A9',
    id: 'cpu.sync',
    title: 'Bracket CPU access',
    timed: 'DMA_BUF_IOCTL_SYNC start and end',
    series: [
      { name: 'start', what: 'SYNC_START' },
      { name: 'end', what: 'SYNC_END' },
    ],
    sweep: { sizes: true, sources: ['heap-system'], variants: SYNC_VARIANTS },
    samples: 300,
    warmups: 20,
    exhaustive: false,
    bandwidth: false,
  },
];

export const findBenchmark = (id: string): Benchmark | undefined => CATALOGUE.find((row) => row.id === id);

/** What a variant means, in words; empty where the benchmark has none. */
export function variantText(id: string, variant: number): string {
  if (id === 'base.ioctl') return variant === 0 ? 'VERSION' : 'QUERY';
  if (id !== 'cpu.sync') return '';
  const direction = ['?', 'read', 'write', 'read+write'][variant & 3] ?? '?';
  return [direction, variant & 4 ? 'dirtied' : 'clean', variant & 8 ? 'attached' : 'not attached'].join(', ');
}

import type { Benchmark, Block } from './catalogue.ts';
import { HANDOFF } from './variants.ts';

/** Group A: memory ioctls and the CPU, without a process on the DSP. */

const EACH_SIZE: Block = { sizes: 'any', sources: ['qda'], counts: [0], variants: [0] };

/** One block, the same in every plan. */
const sweep = (changes: Partial<Block> = {}): Benchmark['sweep'] => {
  const blocks = [{ ...EACH_SIZE, ...changes }];
  return { full: blocks, quick: blocks };
};

/** The complete path in one go, cold and warm; on a driver that keeps mapped buffers each cold one stays, so none is large. */
const WHOLE_PATH: Block = { ...EACH_SIZE, variants: [HANDOFF.cold, HANDOFF.warm] };
const PATH_SIZES = [4, 64, 1024, 4096].map((kib) => kib * 1024);

const CPU_ONLY = { dsp: false, leastNs: () => 0 };

/** cpu.sync variants: bits 0-1 direction (1 read, 2 write, 3 both), bit 2 dirtied before, bit 3 attached to a bank. */
const SYNC_VARIANTS = [1, 2, 3, 5, 6, 7, 9, 10, 11, 13, 14, 15];
const QUICK_SYNC_VARIANTS = [1, 3, 11, 15];

export const MEMORY_BENCHMARKS: readonly Benchmark[] = [
  {
    place: 'A1',
    id: 'base.ioctl',
    title: 'Cost of an ioctl',
    timed: 'one DRM VERSION or QDA QUERY ioctl',
    series: [{ name: 'ioctl', what: 'one call' }],
    sweep: sweep({ sizes: [0], variants: [0, 1] }),
    samples: 20_000,
    quickSamples: 4000,
    warmups: 2000,
    exhaustive: false,
    bandwidth: false,
    ...CPU_ONLY,
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
    sweep: sweep(),
    samples: 300,
    quickSamples: 200,
    warmups: 20,
    exhaustive: false,
    bandwidth: false,
    ...CPU_ONLY,
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
    sweep: sweep(),
    samples: 200,
    quickSamples: 200,
    warmups: 10,
    exhaustive: false,
    bandwidth: false,
    ...CPU_ONLY,
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
    sweep: sweep(),
    samples: 500,
    quickSamples: 200,
    warmups: 20,
    exhaustive: false,
    bandwidth: false,
    ...CPU_ONLY,
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
    sweep: sweep({ sources: ['qda', 'heap-system', 'heap-cma', 'udmabuf', 'render'] }),
    samples: 200,
    quickSamples: 200,
    warmups: 10,
    exhaustive: false,
    bandwidth: false,
    ...CPU_ONLY,
  },
  {
    place: 'A6',
    id: 'mem.import_scale',
    title: 'Import many buffers',
    timed: 'PRIME_FD_TO_HANDLE of the k-th buffer while k - 1 are held',
    series: [{ name: 'import', what: 'import of buffer k, k = 1, 2, ...' }],
    sweep: sweep({ sizes: [0], sources: ['heap-system'] }),
    samples: 1024,
    quickSamples: 1024,
    warmups: 0,
    exhaustive: true,
    bandwidth: false,
    ...CPU_ONLY,
  },
  {
    place: 'A7',
    id: 'mem.handoff',
    title: 'Hand a buffer to another process',
    timed:
      'SCM_RIGHTS send until the other process has imported it and read a nonce; then the whole path of a new buffer, unmapped. Or the complete path in one go, through the DSP, with its stages',
    series: [
      { name: 'handoff', what: 'send until the other process has read the nonce' },
      { name: 'receive', what: 'send until the other process has the descriptor' },
      { name: 'import', what: 'PRIME_FD_TO_HANDLE in the other process' },
      { name: 'read', what: 'map and read of the nonce in the other process' },
      {
        name: 'path',
        what: 'a new buffer from GEM_CREATE over export, send, import and release there to its GEM_CLOSE, never mapped; through the DSP: from the first stage to the last, with what is between',
      },
      { name: 'alloc', what: 'GEM_CREATE' },
      { name: 'export', what: 'PRIME_HANDLE_TO_FD' },
      { name: 'hand-over', what: 'send until the other process has the descriptor' },
      { name: 'dsp-map', what: 'REMOTE_MAP' },
      { name: 'map', what: 'GEM_MMAP_OFFSET and mmap' },
      { name: 'touch', what: 'first write to each 4 KiB page' },
      { name: 'sync', what: 'begin and end of CPU access around the touch' },
      { name: 'invoke', what: 'a call in which the DSP reads the first and the last word' },
      { name: 'dsp-unmap', what: 'REMOTE_MUNMAP' },
      { name: 'unmap', what: 'munmap' },
      { name: 'detach', what: 'GEM_CLOSE of the import' },
      { name: 'close-fd', what: 'close of the dma-buf descriptor' },
      { name: 'free', what: 'GEM_CLOSE of the buffer' },
      { name: 'between', what: 'path minus its stages: the words of the two processes to each other' },
    ],
    sweep: {
      full: [EACH_SIZE, { ...WHOLE_PATH, sizes: PATH_SIZES }],
      quick: [EACH_SIZE, WHOLE_PATH],
      alone: [EACH_SIZE, { ...WHOLE_PATH, sizes: [...PATH_SIZES, 16384 * 1024] }],
    },
    dspVariants: [HANDOFF.cold, HANDOFF.warm],
    samples: 300,
    quickSamples: 200,
    warmups: 20,
    exhaustive: false,
    bandwidth: false,
    ...CPU_ONLY,
  },
  {
    place: 'A8',
    id: 'cpu.bw',
    title: 'CPU bandwidth over a mapping',
    timed: 'one pass of read, write or copy over the whole mapping; a copy counts its bytes once',
    series: [
      { name: 'read', what: 'sum of all words' },
      { name: 'write', what: 'store to all words' },
      { name: 'copy', what: 'copy from the mapping to ordinary memory' },
    ],
    sweep: sweep({ sources: ['qda', 'dmabuf', 'malloc'] }),
    samples: 30,
    quickSamples: 30,
    warmups: 3,
    exhaustive: false,
    bandwidth: true,
    ...CPU_ONLY,
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
    sweep: {
      full: [{ ...EACH_SIZE, sources: ['heap-system'], variants: SYNC_VARIANTS }],
      quick: [{ ...EACH_SIZE, sources: ['heap-system'], variants: QUICK_SYNC_VARIANTS }],
    },
    samples: 300,
    quickSamples: 200,
    warmups: 20,
    exhaustive: false,
    bandwidth: false,
    ...CPU_ONLY,
  },
];

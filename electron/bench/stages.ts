import { HANDOFF, passVariant } from './variants.ts';

/** Stages of the share-cost waterfall: one buffer on its way from its making to its end. Data, in the order they happen. */

export type StageKey =
  | 'allocate'
  | 'export'
  | 'hand-over'
  | 'import'
  | 'dsp-map'
  | 'map'
  | 'touch'
  | 'invoke'
  | 'dsp-unmap'
  | 'unmap'
  | 'detach'
  | 'close-fd'
  | 'free';

/** A series of the catalogue. */
export interface SeriesName {
  readonly benchmark: string;
  readonly series: string;
  /** Left out: 0. */
  readonly variant?: number;
}

export interface StageSpec {
  readonly key: StageKey;
  /** Runs on the DSP: a plan without such benchmarks has a waterfall without the stage. */
  readonly dsp?: true;
  readonly title: string;
  readonly what: string;
  readonly cold: SeriesName;
  /** Where `cold` was not measured: the same by another call. */
  readonly else?: SeriesName;
  /** Warm: another series, or the reason why the stage is not paid again. */
  readonly warm: SeriesName | string;
  /** Its series in the complete path in one go. */
  readonly inPath: string;
}

/** The whole buffer is named in the call, of which the method touches the first and the last word: what a call costs, not work. */
const INVOKE: SeriesName = {
  benchmark: 'rpc.argsize',
  series: 'call',
  variant: passVariant('mapped', 'in'),
};

const at = (benchmark: string, series: string, variant?: number): SeriesName =>
  variant === undefined ? { benchmark, series } : { benchmark, series, variant };

/** The request with attributes is the one that every driver has, and that of the complete path. */
const ATTRIBUTES = 1;

const KEPT_BUFFER = 'not paid again: the buffer is kept';
const KEPT_MAP = 'not paid again: the mapping is kept';
const KEPT_DSP_MAP = 'not paid again: the mapping on the DSP is kept';
const KEPT_IMPORT = 'not paid again: the import is kept';

export const STAGES: readonly StageSpec[] = [
  {
    key: 'allocate',
    inPath: 'alloc',
    title: 'allocate',
    what: 'GEM_CREATE; FastRPC: ALLOC_DMA_BUFF',
    cold: at('mem.alloc', 'alloc'),
    warm: KEPT_BUFFER,
  },
  {
    key: 'export',
    inPath: 'export',
    title: 'export',
    what: 'PRIME_HANDLE_TO_FD; warm: of a buffer that was exported before',
    cold: at('mem.export', 'first'),
    warm: at('mem.export', 'repeat'),
  },
  {
    key: 'hand-over',
    inPath: 'hand-over',
    title: 'hand over',
    what: 'SCM_RIGHTS send until the other process holds the descriptor',
    cold: at('mem.handoff', 'receive'),
    warm: at('mem.handoff', 'receive'),
  },
  {
    key: 'import',
    inPath: 'import',
    title: 'import',
    what: 'PRIME_FD_TO_HANDLE: attach and map into the context bank; warm: the handle is known',
    cold: at('mem.import', 'cold'),
    warm: at('mem.import', 'warm'),
  },
  {
    key: 'dsp-map',
    inPath: 'dsp-map',
    dsp: true,
    title: 'DSP map',
    what: 'REMOTE_MAP into the process on the DSP',
    cold: at('dsp.map', 'map', ATTRIBUTES),
    else: at('dsp.map', 'map'),
    warm: KEPT_DSP_MAP,
  },
  {
    key: 'map',
    inPath: 'map',
    title: 'map',
    what: 'GEM_MMAP_OFFSET and mmap; FastRPC: mmap of the dma-buf',
    cold: at('mem.cpumap', 'mmap'),
    warm: KEPT_MAP,
  },
  {
    key: 'touch',
    inPath: 'touch',
    title: 'first touch',
    what: 'first write to each 4 KiB page',
    cold: at('mem.cpumap', 'touch'),
    warm: KEPT_MAP,
  },
  {
    key: 'invoke',
    inPath: 'invoke',
    dsp: true,
    title: 'invoke',
    what: 'a call with the mapped buffer, of which the DSP touches the first and the last word',
    cold: INVOKE,
    warm: INVOKE,
  },
  {
    key: 'dsp-unmap',
    inPath: 'dsp-unmap',
    dsp: true,
    title: 'DSP unmap',
    what: 'REMOTE_MUNMAP',
    cold: at('dsp.map', 'unmap', ATTRIBUTES),
    else: at('dsp.map', 'unmap'),
    warm: KEPT_DSP_MAP,
  },
  {
    key: 'unmap',
    inPath: 'unmap',
    title: 'unmap',
    what: 'munmap',
    cold: at('mem.cpumap', 'munmap'),
    warm: KEPT_MAP,
  },
  {
    key: 'detach',
    inPath: 'detach',
    title: 'detach',
    what: 'GEM_CLOSE of the import: unmap and detach',
    cold: at('mem.import', 'close'),
    warm: KEPT_IMPORT,
  },
  {
    key: 'close-fd',
    inPath: 'close-fd',
    title: 'close fd',
    what: 'close of the dma-buf descriptor',
    cold: at('mem.export', 'close'),
    warm: at('mem.export', 'close'),
  },
  {
    key: 'free',
    inPath: 'free',
    title: 'free',
    what: 'GEM_CLOSE of a buffer that was never mapped',
    cold: at('mem.alloc', 'close'),
    warm: KEPT_BUFFER,
  },
];

/** The complete path of a buffer in one go: it has series of all its stages. */
export const WHOLE_PATH = {
  cold: at('mem.handoff', 'path', HANDOFF.cold),
  warm: at('mem.handoff', 'path', HANDOFF.warm),
} as const;

/** An agent that does not split mem.handoff gives only the whole of it: send, import there and read. */
export const WHOLE_HANDOFF = at('mem.handoff', 'handoff');

/** Series that measure several stages in one go, where an agent gives them. */
export interface EndToEndSpec {
  readonly title: string;
  readonly temperature: 'cold' | 'warm';
  readonly series: SeriesName;
  /** 'own': those that its own point has a series of. */
  readonly covers: readonly StageKey[] | 'own';
  /** Series that it contains besides, which are no stage of the path. */
  readonly also: readonly SeriesName[];
  /**
   * From the making of the buffer to its end: drawn as a bar of its own. Of one temperature only the first that was measured is
   * the path; any other is a part of it.
   */
  readonly whole: boolean;
  /** In what it differs from the stages measured apart, sentences; empty: in nothing that is known. */
  readonly differs: string;
}

/** Series of the complete path that are no stage: time that it takes all the same. */
export const BESIDES: readonly { readonly series: string; readonly title: string }[] = [
  { series: 'sync', title: 'begin and end of CPU access' },
  { series: 'between', title: 'between the stages: what the two processes say to each other' },
];

/**
 * No CPU mapping: a driver that keeps what was once mapped would keep each buffer of the series. And no DSP: the series
 * runs without a process there.
 */
const NOT_IN_PATH: readonly StageKey[] = ['dsp-map', 'map', 'touch', 'invoke', 'dsp-unmap', 'unmap'];

export const END_TO_END: readonly EndToEndSpec[] = [
  {
    title: 'the complete path, through the DSP',
    temperature: 'cold',
    series: WHOLE_PATH.cold,
    covers: 'own',
    also: [],
    whole: true,
    differs:
      'The buffer is a new one each time: what the kernel and the DSP do once for a buffer is in its first touch and its DSP map, ' +
      'where mem.cpumap and dsp.map take one buffer again and again. The maker of the buffer owns the process on the DSP; ' +
      'the other process imports it into a file that has imported before, where mem.import takes a fresh one.',
  },
  {
    title: 'the complete path, through the DSP',
    temperature: 'warm',
    series: WHOLE_PATH.warm,
    covers: 'own',
    also: [],
    whole: true,
    differs: '',
  },
  {
    title: 'the path from create to close, never mapped',
    temperature: 'cold',
    series: at('mem.handoff', 'path'),
    covers: STAGES.map((stage) => stage.key).filter((key) => !NOT_IN_PATH.includes(key)),
    also: [],
    whole: true,
    differs:
      'In it besides: the other process closes its own descriptor, and the dma-buf ends within the last GEM_CLOSE. ' +
      'The import goes into a file that has imported before; mem.import takes a fresh one. ' +
      "The other process's answer is not in it.",
  },
  {
    title: 'hand over until the other process has read',
    temperature: 'cold',
    series: WHOLE_HANDOFF,
    covers: ['hand-over', 'import'],
    also: [at('mem.handoff', 'read')],
    whole: false,
    differs: '',
  },
];

export type Source = 'qda' | 'heap-system' | 'heap-cma' | 'udmabuf' | 'render' | 'malloc' | 'dmabuf';

/** One point: one benchmark at one set of parameters in one of its independent runs (`repeat`, a fresh fd each). */
export interface PlanPoint {
  readonly index: number;
  readonly benchmark: string;
  /** Bytes; 0 where the benchmark has no size. */
  readonly size: number;
  readonly source: Source;
  /**
   * mem.import_scale: buffers; rpc.null, rpc.ping: idle gap in us; rpc.null_mt: threads; rpc.argc: buffers; dsp.read, write, copy:
   * DSP threads; 0: the benchmark's own.
   */
  readonly count: number;
  /** Meaning as in native/run/run.h. */
  readonly variant: number;
  readonly samples: number;
  readonly warmups: number;
  readonly budgetNs: number;
  readonly minSamples: number;
  readonly repeat: number;
  /** Pattern seed, decimal text of a u64. */
  readonly seed: string;
  readonly verify: boolean;
}

/** What a run was asked to do; stored with it. */
export interface Plan {
  /** 'quick', 'full' or 'custom'. */
  readonly name: string;
  readonly dsp: string;
  readonly seed: string;
  readonly repeats: number;
  readonly verify: boolean;
  /** Seconds a point, at most (its minimum of samples is taken all the same). */
  readonly budgetS: number;
  /** The shell ELF on the board that the user named; empty: the agent looks for it. */
  readonly shell: string;
  /** The folder on the board below which code on the DSP could read files; empty: it could read none. */
  readonly dspFiles: string;
  readonly points: readonly PlanPoint[];
}

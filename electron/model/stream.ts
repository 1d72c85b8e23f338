import type { PointStatus } from './run.ts';

/** The agent begins a point. `block` is numbered with the sample blocks and acknowledged like them. */
export interface PointStarted {
  readonly index: number;
  readonly block: number;
  /** Names of the series to come. */
  readonly series: readonly string[];
}

/** Samples of one series of one point, in the order taken. */
export interface SampleBlock {
  /** 1, 2, 3 ... over the whole plan. */
  readonly block: number;
  readonly index: number;
  readonly series: number;
  /** Place of the first sample in its series. */
  readonly first: number;
  /** Nanoseconds; every value is a whole number below 2^53. Of a stream they stand only while it is told: whoever keeps them makes a copy. */
  readonly ns: Float64Array;
  readonly simulated: boolean;
}

/** What a point came to. */
export interface PointDone {
  readonly index: number;
  readonly block: number;
  readonly status: Exclude<PointStatus, 'not-run'>;
  /** -errno of the failing call, 0 where none failed. */
  readonly error: number;
  readonly call: string;
  readonly reason: string;
  readonly limit: number | null;
  readonly verified: number;
  readonly mismatches: number;
  readonly bytesPerSample: number;
  /** Bytes that the point leaves held in the driver until reboot. */
  readonly leftBehind: number;
  readonly samplesTaken: number;
  readonly samplesDropped: number;
  /** Board clock, ns. */
  readonly startedNs: number;
  readonly endedNs: number;
  readonly simulated: boolean;
  readonly counters: readonly Counter[];
  /** Where the figure claims that nothing was copied; null where it does not. */
  readonly proof: ZeroCopyProof | null;
}

/** A figure of a point that is no time: "instructions" of one sample, "reverse-calls". */
export interface Counter {
  readonly name: string;
  /** "", "bytes", "calls". */
  readonly unit: string;
  readonly value: number;
}

/** What was seen of the buffer that CPU and DSP share: one object, one address, and words that crossed both ways. */
export interface ZeroCopyProof {
  /** Inode of the dma-buf that the CPU maps. */
  readonly ino: number;
  /** Inode of the object that the DSP was given, exported again; null: could not be had. */
  readonly importIno: number | null;
  /** Address that the DSP used: (SID << 32) + IOVA; null: not known, and why. */
  readonly dmaAddress: bigint | null;
  readonly dmaReason: string;
  /** DSP virtual address; null: not known. */
  readonly dspAddress: bigint | null;
  /** Written by the CPU, read by the DSP. */
  readonly nonceToDsp: boolean;
  readonly nonceFromDsp: boolean;
}

/** The plan is over. */
export interface PlanDone {
  readonly runId: string;
  readonly block: number;
  readonly cancelled: boolean;
  /** Why it ended early; empty where it did not. */
  readonly reason: string;
}

/** What an agent says of itself when a connection begins. */
export interface Welcome {
  readonly agentVersion: string;
  readonly buildId: string;
  readonly protocol: number;
  /** Changes with each start of the agent. */
  readonly session: string;
  readonly simulated: boolean;
  /** Run id of a plan that goes on. */
  readonly runningPlan: string | null;
  /** Newest block made so far; 0: none. */
  readonly lastBlock: number;
  /** Blocks lost by overflow while nobody listened. */
  readonly droppedBlocks: number;
  /** Oldest block still kept; null: none. */
  readonly oldestBlock: number | null;
}

export interface Heartbeat {
  /** CLOCK_MONOTONIC_RAW of the board. */
  readonly nowNs: number;
  /** Its UTC clock, ns since 1970: a bigint, because a number would round it to 256 ns. */
  readonly utcNs: bigint;
  /** Resident memory of the agent. */
  readonly rssBytes: number;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface LogLine {
  readonly level: LogLevel;
  readonly utcNs: bigint;
  readonly text: string;
  /** Who said it: "agent", or the DSP whose log it comes from: "cdsp". */
  readonly source: string;
}

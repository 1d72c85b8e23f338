import type { Reading } from './outcome.ts';

/** One accel node as the agent found it. `generation` is null where it was refused; `proof` says why in both cases. */
export interface AccelNode {
  readonly path: string;
  readonly dsp: string;
  readonly generation: string | null;
  readonly proof: string;
  /** 0 or -errno of the open or the query. */
  readonly error: number;
}

export interface BenchmarkInfo {
  readonly id: string;
  readonly exhaustive: boolean;
}

/** What the agent says of the board that it runs on. */
export interface Identity {
  readonly serial: string | null;
  readonly model: string;
  readonly kernel: string;
  readonly machine: string;
  readonly simulated: boolean;
  readonly nodes: readonly AccelNode[];
  readonly heaps: readonly string[];
  readonly pageSize: number;
  readonly clockCostNs: number;
  readonly readings: readonly Reading[];
  readonly benchmarks: readonly BenchmarkInfo[];
}

export type CheckState = 'ok' | 'warn' | 'fail' | 'unknown';

/** One preflight check: what was read, why it matters, how to mend it. */
export interface Check {
  readonly name: string;
  readonly state: CheckState;
  readonly read: string;
  readonly why: string;
  readonly remedy: string;
  /** Nothing can be measured while it fails; left out: it can be run anyway. */
  readonly fatal?: boolean;
}

/** A board in the picker, before anything was asked of it. */
export interface BoardSummary {
  /** What the user types: 'virtual' or a serial. */
  readonly id: string;
  readonly transport: 'virtual' | 'usb' | 'adb' | 'tcp';
  readonly label: string;
  readonly simulated: boolean;
  readonly state: BoardState['kind'];
  readonly detail: string;
  /** Where it goes, in words: "adb server 127.0.0.1:5037", "USB 1-2", "TCP 10.0.0.7:5555"; left out: nowhere. */
  readonly via?: string;
  /** What can be done where `state` is one that cannot be used; left out: nothing that is known. */
  readonly remedy?: string;
  /** Another one after the board was started anew; left out where the transport does not know. */
  readonly boot?: string;
}

/** States of a board: one closed union. */
export type BoardState =
  | { readonly kind: 'absent' }
  | { readonly kind: 'offline'; readonly reason: string }
  | { readonly kind: 'unauthorized'; readonly remedy: string }
  | { readonly kind: 'busy'; readonly holder: string; readonly remedy?: string }
  | { readonly kind: 'connecting'; readonly step: string }
  | { readonly kind: 'ready' }
  | { readonly kind: 'running'; readonly runId: string }
  | { readonly kind: 'lost'; readonly sinceMs: number; readonly runId: string | null }
  | { readonly kind: 'rebooted' }
  | { readonly kind: 'dsp-restarted'; readonly dsp: string }
  | { readonly kind: 'failed'; readonly reason: string; readonly remedy: string };

/** A driver generation in words: 'QDA v1', 'legacy FastRPC'. */
export const driverText = (generation: string): string =>
  generation === 'fastrpc' ? 'legacy FastRPC' : `QDA ${generation}`;

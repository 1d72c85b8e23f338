// What the two ends say to each other, as the rest of the host sees it. Wire -> model is mapped in toModel.ts and its
// neighbours, model -> wire in fromModel.ts.
import type { Check, Identity } from '../model/board.ts';
import type { DmaEvent, MemoryFact, Tier, TierStatus } from '../model/memory.ts';
import type { Reading } from '../model/outcome.ts';
import type { PlanPoint } from '../model/plan.ts';
import type {
  Heartbeat,
  LogLine,
  PlanDone,
  PointDone,
  PointStarted,
  SampleBlock,
  Welcome,
} from '../model/stream.ts';
import type { FailureCode } from './words.ts';

/** Protocol number of the schema. */
export const PROTOCOL = 1;
/** Most points of one plan. */
export const MAX_POINTS = 1024;

export interface PlanRequest {
  readonly runId: string;
  readonly dsp: string;
  readonly points: readonly PlanPoint[];
  /** The shell ELF on the board that the user named; empty or left out: the agent looks for it. */
  readonly shell?: string;
  /** A folder on the board: code on the DSP may read files below it; empty or left out: it may read none. */
  readonly dspFiles?: string;
}

/** Host -> agent. */
export type AgentRequest =
  | { readonly kind: 'hello'; readonly token: string; readonly buildId: string; readonly resumeAfter: number }
  | { readonly kind: 'get-identity' }
  | { readonly kind: 'get-checks' }
  | { readonly kind: 'get-environment' }
  | { readonly kind: 'get-memory'; readonly tiers: readonly Tier[] }
  | { readonly kind: 'start-events' }
  | { readonly kind: 'stop-events' }
  | { readonly kind: 'start-plan'; readonly plan: PlanRequest }
  | { readonly kind: 'cancel' }
  | { readonly kind: 'ack'; readonly block: number }
  | { readonly kind: 'ping' }
  | { readonly kind: 'shutdown' };

/** An agent's or a virtual board's refusal. */
export interface Refusal {
  readonly code: FailureCode;
  readonly message: string;
  /** -errno where one was behind it, else 0. */
  readonly error: number;
}

/** A part of a memory snapshot; time and tiers come with the last one. */
export interface MemoryPart {
  readonly facts: readonly MemoryFact[];
  readonly last: { readonly takenNs: number; readonly tiers: readonly TierStatus[] } | null;
}

/** Agent -> host: what a message carries. */
export type AgentBody =
  | { readonly kind: 'welcome'; readonly welcome: Welcome }
  | { readonly kind: 'failure'; readonly refusal: Refusal }
  | { readonly kind: 'identity'; readonly identity: Identity }
  | { readonly kind: 'checks'; readonly checks: readonly Check[] }
  | { readonly kind: 'environment'; readonly readings: readonly Reading[] }
  | { readonly kind: 'memory'; readonly part: MemoryPart }
  | { readonly kind: 'done' }
  | { readonly kind: 'memory-events'; readonly events: readonly DmaEvent[]; readonly lost: number }
  | { readonly kind: 'point-started'; readonly started: PointStarted }
  | { readonly kind: 'samples'; readonly block: SampleBlock }
  | { readonly kind: 'point-done'; readonly done: PointDone }
  | { readonly kind: 'plan-done'; readonly done: PlanDone }
  | { readonly kind: 'heartbeat'; readonly heartbeat: Heartbeat }
  | { readonly kind: 'log'; readonly line: LogLine };

/** Agent -> host. */
export interface AgentMessage {
  readonly seq: number;
  /** Request that it answers; 0: none. */
  readonly replyTo: number;
  readonly body: AgentBody;
}

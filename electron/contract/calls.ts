import * as v from 'valibot';
import type { Comparison } from '../bench/comparison.ts';
import type { CrossoverView, RunView } from '../bench/run-view.ts';
import type { AppInfo } from '../model/desk.ts';
import type { Reading } from '../model/outcome.ts';
import type { Recording, RecordingLine } from '../model/recording.ts';
import type { RunRow } from '../model/run-row.ts';
import { call, type CallSpec } from './call.ts';
import { LINK_CALLS } from './link-calls.ts';
import { boardId, labelText, notesText, path, planRequest, runId, shortText, workload } from './schemas.ts';

export { call, type CallSpec };

const nothing = v.strictObject({});
const onBoard = v.strictObject({ board: boardId });
const onRun = v.strictObject({ run: runId });
const onRecording = v.strictObject({ name: shortText });

export const EXPORT_FORMATS = ['html', 'json', 'csv', 'samples-csv'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** A file made for the user; the face says where it goes. */
export interface MadeFile {
  readonly name: string;
  readonly mime: string;
  readonly text: string;
}

/** What a plan would come to on a board. */
export interface PlanEstimate {
  readonly points: number;
  readonly repeats: number;
  /** Seconds, at most about so many. */
  readonly seconds: number;
  /** Bytes left held in the driver until reboot. */
  readonly leaves: number;
  readonly dsp: string;
  /** Node that it runs on, with its driver generation. */
  readonly node: string;
}

/**
 * Everything that a face may ask. Arguments are parsed at the host, whoever sent them; a failure comes back as a value. The types,
 * the preload and the checks derive from this one value.
 */
export const CALLS = {
  'app.info': call<AppInfo>()(nothing),
  ...LINK_CALLS,

  /** Looks at every way to boards again, now. */
  'boards.look': call<undefined>()(nothing),
  /** Puts the agent on the board and asks who it is; the board's state comes by push. */
  'boards.open': call<undefined>()(
    v.strictObject({ board: boardId, generation: v.optional(v.picklist(['v1', 'rfc', 'fastrpc'])) }),
  ),
  /** Ends the agent; what it ran is cancelled. */
  'boards.close': call<undefined>()(onBoard),
  /** An empty label takes the user's name away again. */
  'boards.label': call<undefined>()(v.strictObject({ board: boardId, label: labelText })),
  /** What the agent reads of the board now: its IOMMU with all context banks, clocks, load. */
  'boards.environment': call<readonly Reading[]>()(onBoard),
  'boards.startVirtual': call<{ readonly board: string }>()(
    v.strictObject({
      name: boardId,
      generation: v.picklist(['v1', 'rfc', 'fastrpc']),
      iommu: v.picklist(['translated', 'bypass']),
      dsp: v.picklist(['emulated', 'none']),
      workloads: v.pipe(v.array(workload), v.maxLength(32)),
    }),
  ),
  'boards.stopVirtual': call<undefined>()(onBoard),
  /** Virtual boards only: their DSP goes away, or comes back. */
  'boards.unplug': call<undefined>()(v.strictObject({ board: boardId, dsp: shortText })),
  'boards.replug': call<undefined>()(v.strictObject({ board: boardId, dsp: shortText })),

  /** From now on this face gets `memory` pushes of the board, a reset first. A board is watched once however many look on. */
  'memory.watch': call<undefined>()(onBoard),
  'memory.unwatch': call<undefined>()(onBoard),
  /** The next `memory` push to this face is a reset. */
  'memory.resync': call<undefined>()(onBoard),

  'bench.estimate': call<PlanEstimate>()(v.strictObject({ board: boardId, plan: planRequest })),
  /** Resolves when the plan runs on the board; what comes of it are `bench` pushes. */
  'bench.start': call<{ readonly run: string }>()(
    v.strictObject({ board: boardId, plan: planRequest, label: labelText, picture: v.boolean() }),
  ),
  /** Ends it early: what was measured is kept. */
  'bench.cancel': call<undefined>()(onBoard),

  'runs.list': call<readonly RunRow[]>()(nothing),
  'runs.open': call<RunView>()(onRun),
  /** Asked for after `runs.open`, which would wait for them. */
  'runs.crossovers': call<readonly CrossoverView[]>()(onRun),
  'runs.annotate': call<undefined>()(v.strictObject({ run: runId, label: labelText, notes: notesText })),
  /** They go out of the list; `runs.restore` brings them back until the host ends. */
  'runs.delete': call<undefined>()(v.strictObject({ runs: v.pipe(v.array(runId), v.maxLength(10_000)) })),
  'runs.restore': call<undefined>()(v.strictObject({ runs: v.pipe(v.array(runId), v.maxLength(10_000)) })),
  /** A run file: its path where the face is the app itself, 'upload:ID' where it was uploaded to `qda-lab serve`. */
  'runs.import': call<{ readonly run: string }>()(v.strictObject({ path })),
  'runs.compare': call<Comparison>()(v.strictObject({ a: runId, b: runId })),
  'runs.export': call<MadeFile>()(v.strictObject({ run: runId, format: v.picklist(EXPORT_FORMATS) })),

  'recordings.start': call<undefined>()(onBoard),
  /** Saves it; the `recording` push says where. */
  'recordings.stop': call<{ readonly name: string }>()(onBoard),
  'recordings.list': call<readonly RecordingLine[]>()(nothing),
  'recordings.open': call<Recording>()(onRecording),
  'recordings.import': call<{ readonly name: string }>()(v.strictObject({ path })),
  'recordings.export': call<MadeFile>()(onRecording),
  'recordings.delete': call<undefined>()(onRecording),
} as const;

export type CallName = keyof typeof CALLS;
export type CallArgs<N extends CallName> = (typeof CALLS)[N] extends CallSpec<infer A, unknown> ? A : never;
export type CallResult<N extends CallName> = (typeof CALLS)[N] extends { readonly result?: infer R }
  ? R
  : never;

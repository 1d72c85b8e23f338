import type { BoardState, BoardSummary } from '../model/board.ts';
import type { BoardView, LogEntry } from '../model/desk.ts';
import type { Histogram, LiveEnd, LivePoint, LiveRun, LiveRunChange, LiveSeries } from '../model/live-run.ts';
import type { MemoryDelta, RowChange, WatchState } from '../model/memory-delta.ts';
import type { Problem } from '../model/outcome.ts';
import type { RecordedEvent, RecordedMoment, RecordingHeader } from '../model/recording.ts';
import type { LogLevel } from '../model/stream.ts';
import {
  count,
  flag,
  list,
  Misfit,
  nullable,
  object,
  optional,
  real,
  recordOf,
  text,
  textLike,
  whole,
  word,
  type Codec,
  type Json,
} from './codec.ts';
import { dspSession, pictureParts } from './memory-codec.ts';
import { identity, node, plan } from './run-codec.ts';

export const RECORDING_SCHEMA = 'qda-lab/recording/1';

type Tagged = { readonly kind: string };
type Case<T extends Tagged, K extends T['kind']> = Omit<Extract<T, { kind: K }>, 'kind'>;

/** Shapes told apart by their "kind": the codec of the rest of each. */
function variants<T extends Tagged>(cases: { readonly [K in T['kind']]: Codec<Case<T, K>> }): Codec<T> {
  const codecs = new Map(Object.entries(cases as unknown as Readonly<Record<string, Codec<object>>>));
  const wanted = [...codecs.keys()].map((kind) => `"${kind}"`).join(' or ');
  const caseOf = (kind: unknown, at: string): Codec<object> => {
    const found = typeof kind === 'string' ? codecs.get(kind) : undefined;
    if (!found) throw new Misfit(`${at}.kind`, wanted, kind);
    return found;
  };
  return {
    read: (value, at) => {
      const { kind, ...rest } = recordOf(value, at);
      return { kind, ...caseOf(kind, at).read(rest, at) } as unknown as T;
    },
    write: ({ kind, ...rest }) => ({ kind, ...(caseOf(kind, '').write(rest) as Record<string, Json>) }),
  };
}

const level = word<LogLevel>({ debug: true, info: true, warn: true, error: true });
const problem = object<Problem>({ code: text, message: text, remedy: text });

const boardState = variants<BoardState>({
  absent: object({}),
  offline: object({ reason: text }),
  unauthorized: object({ remedy: text }),
  busy: object({ holder: text }),
  connecting: object({ step: text }),
  ready: object({}),
  running: object({ runId: text }),
  lost: object({ sinceMs: real, runId: nullable(text) }),
  rebooted: object({}),
  'dsp-restarted': object({ dsp: text }),
  failed: object({ reason: text, remedy: text }),
});

const transport = word<BoardSummary['transport']>({ virtual: true, usb: true, adb: true, tcp: true });

/** Where a board was plugged in is nobody's business who looks at a recording: nothing of it is written or read. */
const NO_WAYS: Codec<BoardView['ways']> = { write: () => [], read: () => [] };

const board = object<BoardView>({
  id: text,
  transports: list(transport),
  ways: optional<BoardView['ways']>(NO_WAYS, [], () => true),
  label: text,
  named: flag,
  simulated: flag,
  state: boardState,
  open: flag,
  detail: text,
  identity: nullable(identity),
  dsp: nullable(text),
  driver: nullable(text),
  heardMs: nullable(real),
});

const changes = <T, K>(row: Codec<T>, key: Codec<K>): Codec<RowChange<T, K> | null> =>
  optional(
    nullable(object<RowChange<T, K>>({ set: list(row), gone: list(key) })),
    null,
    (value) => value === null,
  );

const said = <T>(codec: Codec<T>): Codec<readonly T[] | null> =>
  optional(nullable(list(codec)), null, (value) => value === null);

const delta = object<MemoryDelta>({
  seq: count,
  reset: flag,
  takenNs: real,
  hostMs: real,
  processes: changes(pictureParts.process, whole),
  buffers: changes(pictureParts.buffer, count),
  mappings: changes(pictureParts.mapping, text),
  banks: changes(pictureParts.bank, text),
  tiers: said(pictureParts.tierStatus),
  self: said(pictureParts.self),
  dsp: said(dspSession),
  findings: said(pictureParts.finding),
});

const watch = variants<WatchState>({
  starting: object({}),
  watching: object({ snapshotMs: real, everyMs: real }),
  lost: object({ sinceMs: real, reason: text }),
  paused: object({ reason: text }),
  stopped: object({ reason: text, remedy: text }),
});

const histogram = object<Histogram>({ fromNs: real, toNs: real, counts: list(count) });

const series = object<LiveSeries>({
  name: text,
  n: count,
  p50: nullable(real),
  interval: nullable(object<NonNullable<LiveSeries['interval']>>({ low: real, high: real })),
  p99: nullable(real),
  histogram: nullable(histogram),
});

const livePoint = object<LivePoint>({
  index: count,
  status: word<LivePoint['status']>({
    pass: true,
    fail: true,
    error: true,
    skip: true,
    cancelled: true,
    'not-run': true,
    waiting: true,
    running: true,
  }),
  reason: text,
  series: list(series),
});

const end = object<LiveEnd>({
  status: word<LiveEnd['status']>({ running: true, complete: true, incomplete: true, cancelled: true }),
  reason: text,
  kept: object<LiveEnd['kept']>({
    kind: word<'store' | 'spill'>({ store: true, spill: true }),
    path: text,
    why: nullable(problem),
  }),
});

const phase = word<LiveRun['phase']>({ running: true, cancelling: true, ended: true });

const liveRun = object<LiveRun>({
  runId: text,
  board: text,
  label: text,
  simulated: flag,
  plan,
  node,
  leaves: count,
  estimateS: real,
  startedMs: real,
  phase,
  points: list(livePoint),
  notices: list(problem),
  end: nullable(end),
});

const runChange = variants<LiveRunChange>({
  run: object({ run: liveRun }),
  preparing: object({ board: text, step: text }),
  none: object({ board: text, problem: nullable(problem) }),
  points: object({ board: text, points: list(livePoint) }),
  phase: object({ board: text, phase, notices: list(problem), end: nullable(end) }),
});

const logEntry = object<LogEntry>({
  seq: count,
  atMs: real,
  level,
  source: text,
  board: nullable(text),
  text,
  remedy: text,
});

const event = variants<RecordedEvent>({
  board: object({ board }),
  memory: object({ delta }),
  watch: object({ state: watch }),
  run: object({ change: runChange }),
  log: object({ entry: logEntry }),
});

/** One line of a recording file. Addresses stand as "0x..." in it. */
export const momentCodec = object<RecordedMoment>({ atMs: real, event });

/** The first line. */
export const headerCodec = object<RecordingHeader>({
  schema: word<typeof RECORDING_SCHEMA>({ [RECORDING_SCHEMA]: true }),
  id: textLike('an id of a recording', /^[\w.-]{1,100}$/),
  startedAt: textLike(
    'a UTC time like "2026-01-31T12:00:00.000Z"',
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/,
  ),
  durationMs: count,
  board: object<RecordingHeader['board']>({ id: text, label: text }),
  simulated: flag,
  app: object<RecordingHeader['app']>({ version: text, buildId: text }),
  notes: text,
  omitted: count,
});

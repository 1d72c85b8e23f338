import { Collector } from '../bench/collect.ts';
import { leavesBehind, makePlan, type PlanRequest } from '../bench/plan.ts';
import type { Target } from '../link/interfaces/link.ts';
import type { AccelNode } from '../model/board.ts';
import { fail, ok, type Outcome, type Problem, type Reading } from '../model/outcome.ts';
import type { PlanEvent } from '../model/plan-events.ts';
import type { Plan } from '../model/plan.ts';
import type { Gap, Run } from '../model/run.ts';
import { sampleDigest } from '../store/digest.ts';
import type { RunHeader } from '../store/read.ts';
import { ClockOffset } from './clock-offset.ts';
import type { Lab } from './compose.ts';
import { explainSkips } from './dsp-missing.ts';
import { DspWatch } from './dsp-watch.ts';
import { nodeOf, type OpenBoard } from './open-board.ts';
import { Recorder, type Kept } from './recorder.ts';
import { virtualEnd } from './virtual-end.ts';
import { LOOK_MS, takePicture } from './watch-memory.ts';

export interface RunRequest {
  readonly plan: PlanRequest;
  readonly label: string;
  /** The command that runs it again. */
  readonly command: string;
  /** Look at the memory managers before the run. Not while it runs: tracing would cost time inside the measured calls. */
  readonly picture: boolean;
  /** Folders for the spill file, tried in their order before the usual ones. */
  readonly spillFolders: readonly string[];
}

export interface RunHooks {
  /** `leaves`: bytes that the plan leaves held in the driver until reboot. The board has not been asked yet. */
  readonly onPlan: (plan: Plan, node: AccelNode, leaves: number, runId: string) => void;
  readonly onEvent: (event: PlanEvent) => void;
  /** Something went wrong that does not end the run. */
  readonly onNotice: (problem: Problem) => void;
  /** The same of what the session says to all its listeners; left out: `onNotice`. */
  readonly onSessionNotice?: (problem: Problem) => void;
}

export interface FinishedRun {
  readonly run: Run;
  readonly kept: Kept;
}

const CANCELLED = 'Cancelled by the user.';

/** Who aborted it, where that was said: abort('Cancelled by ...'). */
const cancelledBy = ({ aborted, reason }: AbortSignal): string =>
  aborted ? (typeof reason === 'string' ? reason : CANCELLED) : '';

/** How a plan came to its end. */
type End = { readonly status: Exclude<Run['status'], 'running'>; readonly reason: string };

/**
 * Runs a plan on an open board and keeps it. The signal cancels on the board, its reason (a sentence) says who; what was measured is
 * kept. Fails only where no run came to be: a bad plan, no node, another run on the board, a request unanswered before the plan began.
 */
export async function runPlan(
  lab: Lab,
  board: OpenBoard,
  request: RunRequest,
  hooks: RunHooks,
  signal: AbortSignal,
): Promise<Outcome<FinishedRun>> {
  const node = nodeOf(board.identity, request.plan.dsp);
  if (!node.ok) return node;
  const plan = makePlan(request.plan, board.identity.benchmarks);
  if (!plan.ok) return plan;
  const before = await board.session.environment();
  if (!before.ok) return before;
  const picture = request.picture ? await takePicture(board.session, LOOK_MS, signal) : null;
  if (picture && !picture.ok) hooks.onNotice(picture.problem);
  if (signal.aborted) return fail('cancelled', 'Cancelled before the plan began: nothing was measured.');
  const header = headerOf(lab, board, { request, plan: plan.value, node: node.value, before: before.value });
  const leaves = leavesBehind(plan.value, node.value, board.identity);
  hooks.onPlan(plan.value, node.value, leaves, header.id);
  for (const notice of board.notices ?? []) (hooks.onSessionNotice ?? hooks.onNotice)(notice);
  return await record(
    lab,
    board,
    { ...header, memory: picture?.ok ? picture.value : null },
    request,
    hooks,
    signal,
  );
}

async function record(
  lab: Lab,
  board: OpenBoard,
  header: RunHeader,
  request: RunRequest,
  hooks: RunHooks,
  signal: AbortSignal,
): Promise<Outcome<FinishedRun>> {
  const collector = new Collector();
  const gaps: Gap[] = [];
  const offset = new ClockOffset();
  const dsp = new DspWatch(board.session, header.plan);
  const explain = await explainSkips(board.target, header.plan);
  const recorder = new LazyRecorder(lab.storePath, header, hooks.onNotice);
  const off = [
    board.session.on('plan', (said) => {
      const event = explain(said);
      collector.add(event);
      recorder.add(event);
      board.session.ackUpTo(event.block);
      hooks.onEvent(event);
    }),
    board.session.on('gap', (gap) => gaps.push(gap)),
    board.session.on('notice', hooks.onSessionNotice ?? hooks.onNotice),
    board.session.on('heartbeat', (heartbeat) => {
      offset.heard(heartbeat, Date.now());
    }),
    () => {
      dsp.stop();
    },
  ];
  const end = await explained(follow(board, header, signal), board.target);
  for (const stop of off) stop();
  if (!end.ok) return end;
  const after = await readingsAfter(board);
  const points = collector.results(header.plan, header.simulated, sampleDigest);
  const run: Run = {
    ...header,
    ...end.value,
    endedAt: new Date().toISOString(),
    clockOffsetNs: offset.ns,
    after,
    gaps,
    dsp: await dsp.moment(),
    dspLog: dsp.log,
    points,
  };
  const kept = await recorder.finish(run, request.spillFolders);
  return kept.ok ? ok({ run, kept: kept.value }) : kept;
}

/** The store is opened with the first event: a plan that the agent refuses leaves no empty run behind. */
class LazyRecorder {
  private readonly begin: () => Recorder;
  private readonly notice: (problem: Problem) => void;
  private readonly runId: string;
  private recorder: Recorder | null = null;
  private told = false;

  constructor(path: string, header: RunHeader, notice: (problem: Problem) => void) {
    this.begin = () => Recorder.begin(path, header);
    this.notice = notice;
    this.runId = header.id;
  }

  add(event: PlanEvent): void {
    this.recorder ??= this.begin();
    this.recorder.add(this.runId, [event]);
    this.tell(this.recorder.problem);
  }

  finish(run: Run, folders: readonly string[]): Promise<Outcome<Kept>> {
    this.recorder ??= this.begin();
    return this.recorder.finish(run, folders);
  }

  private tell(problem: Problem | null): void {
    if (!problem || this.told) return;
    this.told = true;
    this.notice({ ...problem, message: `${problem.message} The run goes on and will be written to a file.` });
  }
}

/** Starts the plan and waits for its end. The signal cancels it on the board; its plan-done still comes. */
async function follow(board: OpenBoard, header: RunHeader, signal: AbortSignal): Promise<Outcome<End>> {
  const { session } = board;
  const end = Promise.withResolvers<End>();
  const off = [
    session.on('plan', (event) => {
      if (event.kind === 'plan-done') end.resolve(endOf(event.cancelled, event.reason, signal));
    }),
    session.on('aborted', ({ problem }) => {
      end.resolve({ status: 'incomplete', reason: problem.message });
    }),
  ];
  const cancel = (): void => void session.cancel();
  try {
    const started = await session.startPlan({
      runId: header.id,
      dsp: header.plan.dsp,
      points: header.plan.points,
      shell: header.plan.shell,
      dspFiles: header.plan.dspFiles,
    });
    if (!started.ok) return started;
    signal.addEventListener('abort', cancel);
    if (signal.aborted) cancel();
    return ok(await end.promise);
  } finally {
    signal.removeEventListener('abort', cancel);
    for (const stop of off) stop();
  }
}

/** The agent knows that it was cancelled; who did it, and how, the reason of our signal says. */
function endOf(cancelled: boolean, reason: string, signal: AbortSignal): End {
  if (cancelled) return { status: 'cancelled', reason: cancelledBy(signal) || reason || CANCELLED };
  return reason ? { status: 'incomplete', reason } : { status: 'complete', reason: '' };
}

/** A run that broke off with its virtual board says so. */
async function explained(ending: Promise<Outcome<End>>, target: Target): Promise<Outcome<End>> {
  const end = await ending;
  if (!end.ok || end.value.status !== 'incomplete') return end;
  return ok({ ...end.value, reason: (await virtualEnd(target)) || end.value.reason });
}

/** Readings after the run; where the board is gone, each would be missing for the same reason, so one says it. */
async function readingsAfter(board: OpenBoard): Promise<readonly Reading[]> {
  const after = await board.session.environment();
  if (after.ok) return after.value;
  return [{ key: 'environment', value: null, unit: '', reason: after.problem.message, source: '' }];
}

interface HeaderParts {
  readonly request: RunRequest;
  readonly plan: Plan;
  readonly node: AccelNode;
  readonly before: readonly Reading[];
}

function headerOf(lab: Lab, board: OpenBoard, parts: HeaderParts): RunHeader {
  const now = new Date();
  const { summary } = board.target;
  return {
    schema: 'qda-lab/run/1',
    id: runId(now),
    label: parts.request.label,
    notes: '',
    simulated: board.identity.simulated,
    status: 'running',
    reason: '',
    startedAt: now.toISOString(),
    endedAt: null,
    app: { version: lab.version, buildId: lab.buildId },
    agent: {
      version: board.session.welcome?.agentVersion ?? '',
      buildId: board.session.welcome?.buildId ?? '',
    },
    board: { id: summary.id, transport: summary.transport, label: summary.label, identity: board.identity },
    node: parts.node,
    clockOffsetNs: null,
    before: parts.before,
    after: [],
    plan: parts.plan,
    gaps: [],
    memory: null,
    dsp: null,
    dspLog: { lines: [], omitted: 0 },
    command: parts.request.command,
  };
}

/** '20261122-101500-3f9a': sorts by time, unique between programs on one store. */
function runId(now: Date): string {
  const stamp = now.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  return `${stamp}-${crypto.randomUUID().slice(0, 4)}`;
}

import type { PlanRequest } from '../../bench/plan.ts';
import { planSeconds } from '../../bench/plan.ts';
import { groupsOf } from '../../bench/results.ts';
import { exportBoth } from '../../host/export-run.ts';
import { withCheckedBoard } from '../../host/checked-board.ts';
import { withBoard, type OpenBoard } from '../../host/open-board.ts';
import { runPlan, type FinishedRun, type RunHooks } from '../../host/run-plan.ts';
import type { Check } from '../../model/board.ts';
import { formatBytes, parseBytes } from '../../model/format.ts';
import type { Outcome } from '../../model/outcome.ts';
import { listOf, oneOf, seconds, wholeNumber } from '../arguments.ts';
import { BOARD_OPTIONS, deployOptions } from '../board-option.ts';
import { type Arguments, type Command, type Context, UsageError } from '../command.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { checkNotices } from '../print-check.ts';
import { memoryText } from '../print-memory.ts';
import { catalogueText } from '../print-catalogue.ts';
import { figuresText } from '../print-figures.ts';
import { runDspText } from '../print-dsp.ts';
import { remarks, resultsTable, tally, troubles } from '../print-results.ts';
import { Progress } from '../progress.ts';
import type { Screen } from '../screen.ts';
import { wrap } from '../wrap.ts';

export const bench: Command = {
  name: 'bench',
  summary: 'Run buffer-sharing benchmarks, keep the run and print its results',
  usage: '[--plan quick|full] [--only ID,...] [--out DIR] [OPTIONS]',
  words: [0, 0],
  boards: true,
  options: [
    ...BOARD_OPTIONS,
    { name: 'dsp', value: 'NAME', help: 'Which DSP (default cdsp)' },
    {
      name: 'plan',
      value: 'quick|full',
      help: 'How much: well under a minute, or the whole catalogue (default quick)',
    },
    { name: 'only', value: 'ID,...', help: 'Only these benchmarks, by public id: mem.alloc,mem.import' },
    { name: 'sizes', value: 'SIZE,...', help: 'Only these buffer sizes: 4K,1M' },
    { name: 'samples', value: 'N', help: 'Samples a series and run (default: as the plan says)' },
    {
      name: 'budget',
      value: 'S',
      help: 'Seconds a point and run, at most; 30 samples are taken all the same',
    },
    {
      name: 'call-grace',
      value: 'S',
      help: "Give a DSP call that does not come back up so many whole seconds after its point's budget (default 10)",
    },
    {
      name: 'seed',
      value: 'N',
      help: 'Seed of the patterns that buffers are checked with (default: random)',
    },
    { name: 'list', help: 'Only print what benchmarks there are and what each of them times' },
    { name: 'exhaustive', help: 'Also what exhausts or holds much (mem.import_scale, dsp.map_limit)' },
    {
      name: 'shell',
      value: 'PATH',
      help: 'The shell ELF on the board that DSP processes start from (default: where the board has it)',
    },
    {
      name: 'dsp-files',
      value: 'DIR',
      help: 'A folder on the board, by its absolute path: code on the DSP may open the files below it, read-only, by names relative to it and over no link (default: it may open none of the board)',
    },
    {
      name: 'skip-checks',
      help: 'Do not look at the board before the plan (see qda-lab check)',
    },
    { name: 'no-verify', help: 'Do not check the data' },
    { name: 'no-memory', help: 'Do not look at the memory managers before the run' },
    { name: 'label', value: 'TEXT', help: 'A name for the run' },
    { name: 'out', value: 'DIR', help: 'Also write report.html and run.json there' },
  ],
  notes: [
    'The board is checked first, as qda-lab check does it. What nothing can be measured with ends it there, with what mends it (exit code 2); what else fails is told, and the plan is run anyway.',
    'Ctrl-C cancels on the board and keeps what was measured; a second Ctrl-C leaves at once.',
    'The run is kept: qda-lab runs lists it, qda-lab report latest makes its report.',
  ],
  async run(args, context) {
    if (args.has('list')) {
      context.screen.out(catalogueText(context.screen.columns));
      return EXIT.pass;
    }
    const planned = planRequest(args);
    const callGraceS = wholeNumber(args, 'call-grace', [1, 86_400]);
    const measuring = args.has('skip-checks') ? withBoard : withCheckedBoard;
    const finished = await measuring<FinishedRun>(
      context.lab,
      args.value('board'),
      { ...deployOptions(args, context.signal), ...(callGraceS === null ? {} : { callGraceS }) },
      (board: OpenBoard, checks: readonly Check[] = []) => {
        for (const line of checkNotices(checks)) context.screen.note(line);
        return runPlan(
          context.lab,
          board,
          runRequest(args, context, planned),
          hooks(context.screen),
          context.signal,
        );
      },
    );
    if (!finished.ok) {
      context.screen.problem(finished.problem);
      return context.signal.aborted ? EXIT.interrupted : EXIT.couldNotRun;
    }
    const stopped = context.signal.aborted;
    const written = await showRun(args, context.screen, finished.value);
    return stopped ? EXIT.interrupted : exitOf(finished.value, written);
  },
};

/** What the options ask for. */
export function planRequest(args: Arguments): PlanRequest {
  return {
    name: oneOf(args, 'plan', ['quick', 'full']),
    dsp: args.value('dsp') ?? 'cdsp',
    only: listOf(args, 'only'),
    samples: wholeNumber(args, 'samples', [1, 10_000_000]),
    budgetS: seconds(args, 'budget', [0.001, 3600]),
    sizes: sizesOf(args),
    exhaustive: args.has('exhaustive'),
    shell: args.value('shell') ?? '',
    dspFiles: dspFilesOf(args),
    verify: !args.has('no-verify'),
    seed: seedOf(args),
  };
}

function sizesOf(args: Arguments): readonly number[] | null {
  const words = listOf(args, 'sizes');
  const sizes = words.map((word) => {
    const bytes = parseBytes(word);
    if (bytes === null) throw new UsageError(`--sizes wants sizes like 4K or 1M, not "${word}".`);
    return bytes;
  });
  return sizes.length > 0 ? sizes : null;
}

/** The board's own path, without slashes at its end; empty where none is named. */
function dspFilesOf(args: Arguments): string {
  const path = args.value('dsp-files');
  if (path === undefined) return '';
  if (!path.startsWith('/') || path.split('/').includes('..')) {
    throw new UsageError(
      `--dsp-files wants the absolute path of a folder on the board, without "..", not "${path}".`,
    );
  }
  return path.replace(/(?<=.)\/+$/, '');
}

const U64 = 2n ** 64n - 1n;

function seedOf(args: Arguments): string {
  const text = args.value('seed');
  if (text === undefined) return String(crypto.getRandomValues(new Uint32Array(1))[0] ?? 1);
  if (!/^\d{1,20}$/.test(text) || BigInt(text) > U64)
    throw new UsageError(`--seed wants a whole number, not "${text}".`);
  return text;
}

function runRequest(
  args: Arguments,
  { commandLine }: Context,
  plan: PlanRequest,
): Parameters<typeof runPlan>[2] {
  const out = args.value('out');
  const command = args.has('seed') ? commandLine : `${commandLine} --seed ${plan.seed}`;
  return {
    plan,
    label: args.value('label') ?? '',
    command,
    picture: !args.has('no-memory'),
    spillFolders: out ? [out] : [],
  };
}

function hooks(screen: Screen): RunHooks {
  let progress: Progress | null = null;
  return {
    onPlan: (plan, node, leaves) => {
      const seconds = Math.ceil(planSeconds(plan));
      screen.note(
        `${plan.points.length} points on ${node.dsp} (${node.generation ?? ''}), budget ${seconds} s`,
      );
      if (leaves > 0) {
        screen.note(
          `This driver keeps what was once mapped: at least ${formatBytes(leaves)} stay held until reboot.`,
        );
      }
      progress = new Progress(plan, screen, performance.now());
    },
    onEvent: (event) => progress?.event(event, performance.now()),
    onNotice: (problem) => {
      screen.problem(problem);
    },
  };
}

async function showRun(
  args: Arguments,
  screen: Screen,
  { run, kept }: FinishedRun,
): Promise<Outcome<unknown>> {
  const groups = groupsOf(run);
  if (run.simulated)
    screen.out('Simulated: measured on a virtual board. These are no figures of hardware.\n');
  const { columns } = screen;
  screen.out(resultsTable(groups, columns));
  const figures = figuresText(groups, columns);
  if (figures !== '') screen.out(`\n${figures}`);
  const bad = troubles(groups);
  screen.out(`\nPoints: ${tally(groups)}`);
  for (const remark of remarks(groups)) screen.out(wrap(remark, columns, 2));
  if (bad.length > 0) screen.out(`\nNot passed\n${wrap(bad.join('\n'), columns, 4)}`);
  if (run.memory) screen.out(`\n${memoryText(run.memory, columns)}`);
  const dsp = runDspText(run, columns);
  if (dsp !== '') screen.out(`\n${dsp}`);
  if (run.status !== 'complete') screen.note(`\nThe run is ${run.status}: ${run.reason}`);
  screen.note(`\nRun ${run.id} is kept in ${kept.path}`);
  if (kept.kind === 'spill')
    screen.problem({ ...kept.why, message: `It is not in the store: ${kept.why.message}` });
  const out = args.value('out');
  return out === undefined ? { ok: true, value: undefined } : await writeBoth(run, out, screen);
}

async function writeBoth(run: FinishedRun['run'], out: string, screen: Screen): Promise<Outcome<unknown>> {
  const written = await exportBoth(run, out);
  if (written.ok) screen.note(`Wrote ${written.value.join(' and ')}`);
  else screen.problem(written.problem);
  return written;
}

function exitOf({ run }: FinishedRun, written: Outcome<unknown>): ExitCode {
  if (run.points.some(({ status }) => status === 'fail' || status === 'error')) return EXIT.failed;
  return run.status === 'complete' && written.ok ? EXIT.pass : EXIT.couldNotRun;
}

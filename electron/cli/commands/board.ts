import {
  startVirtualBoard,
  stopVirtualBoard,
  withControl,
  type BoardControl,
  type StartRequest,
} from '../../host/virtual-board.ts';
import { parseBytes } from '../../model/format.ts';
import { ok, type Outcome } from '../../model/outcome.ts';
import { oneOf } from '../arguments.ts';
import { type Arguments, type Command, type Context, UsageError } from '../command.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { GENERATIONS } from '../../host/open-board.ts';
import { driverText } from '../../model/board.ts';
import { boardText } from '../print-board.ts';

const DEFAULT_NAME = 'virtual';
const WORKLOADS = ['producer', 'consumer', 'leaker', 'churn', 'share', 'holder'] as const;

export const board: Command = {
  name: 'board',
  summary:
    'Start, stop and look at a virtual board: a stand-in with the ABI and the memory model of the driver',
  usage: 'start|stop|status|unplug|replug [NAME] [OPTIONS]',
  words: [1, 2],
  options: [
    {
      name: 'generation',
      value: GENERATIONS.join('|'),
      help: 'start: driver generation that it plays (default v1); fastrpc is the legacy driver',
    },
    {
      name: 'iommu',
      value: 'translated|bypass',
      help: 'start: whether DMA addresses go through an IOMMU (default translated)',
    },
    {
      name: 'quirk',
      value: 'NAME=on|off',
      many: true,
      help: 'start: switch a quirk of the driver; board status lists them. May be given again',
    },
    {
      name: 'workload',
      value: 'KIND[:SIZE[:COUNT]]',
      many: true,
      help: `start: a workload too (${WORKLOADS.join(', ')}). May be given again`,
    },
    {
      name: 'dsp',
      value: 'NAME',
      help: 'unplug, replug: which DSP (default cdsp). start: "none" gives a board whose DSP runs nothing',
    },
    {
      name: 'shells',
      value: 'DIR',
      help: "start: a folder of this machine that lies where the board keeps its DSP's shell",
    },
    { name: 'json', help: 'status: as JSON' },
  ],
  notes: [
    `NAME is '${DEFAULT_NAME}' where none is given. A board started here stays until it is stopped.`,
    'unplug plays a DSP that restarts: its node goes; replug brings a new one.',
    'Everything that is measured on a virtual board is marked simulated.',
  ],
  async run(args, context) {
    const [word = '', name = DEFAULT_NAME] = args.words;
    const action = ACTIONS[word];
    if (!action)
      throw new UsageError(`'board' does not know "${word}": it knows ${Object.keys(ACTIONS).join(', ')}.`);
    refuseOthers(word, args);
    const done = await action(name, args, context);
    if (done.ok) return EXIT.pass;
    context.screen.problem(done.problem);
    return EXIT.couldNotRun satisfies ExitCode;
  },
};

type Action = (name: string, args: Arguments, context: Context) => Promise<Outcome<unknown>>;

const onControl =
  (did: string, work: (control: BoardControl, dsp: string) => Promise<Outcome<unknown>>): Action =>
  async (name, args, { screen }) => {
    const dsp = args.value('dsp') ?? 'cdsp';
    const done = await withControl(name, (control) => work(control, dsp));
    if (done.ok) screen.note(`${did} the ${dsp} of the virtual board ${name}`);
    return done;
  };

/** Options that only some of the words take. */
const TAKES: Readonly<Record<string, readonly string[]>> = {
  start: ['generation', 'iommu', 'quirk', 'workload', 'dsp', 'shells'],
  stop: [],
  status: ['json'],
  unplug: ['dsp'],
  replug: ['dsp'],
};

function refuseOthers(word: string, args: Arguments): void {
  const known = TAKES[word] ?? [];
  const other = Object.values(TAKES)
    .flat()
    .find((name) => args.has(name) && !known.includes(name));
  if (other !== undefined) throw new UsageError(`'board ${word}' does not take --${other}.`);
}

const ACTIONS: Readonly<Record<string, Action>> = {
  start,
  stop: async (name, _, { screen }) => {
    const stopped = await stopVirtualBoard(name);
    if (stopped.ok) screen.note(`Stopped the virtual board ${name}`);
    return stopped;
  },
  status: (name, args, { screen }) =>
    withControl(name, async (control) => {
      const info = await control.status();
      if (info.ok)
        screen.out(
          args.has('json') ? JSON.stringify(info.value, null, 2) : boardText(info.value, screen.columns),
        );
      return info;
    }),
  unplug: onControl('Unplugged', (control, dsp) => control.unplug(dsp)),
  replug: onControl('Brought back', (control, dsp) => control.replug(dsp)),
};

async function start(name: string, args: Arguments, { screen }: Context): Promise<Outcome<unknown>> {
  const started = await startVirtualBoard({
    name,
    generation: oneOf(args, 'generation', GENERATIONS),
    iommu: oneOf(args, 'iommu', ['translated', 'bypass']),
    dsp: startDsp(args),
    shells: args.value('shells'),
    quirks: Object.fromEntries(args.values('quirk').map(quirk)),
    workloads: args.values('workload').map(workload),
  });
  if (!started.ok) return started;
  const { generation, pid, workloadPids } = started.value;
  const with_ = workloadPids.length > 0 ? ` with workloads ${workloadPids.join(', ')}` : '';
  screen.note(`Started the virtual board ${name} (${driverText(generation)}, process ${pid})${with_}`);
  if (started.value.dspMissing !== '') screen.note(`Its DSP runs nothing: ${started.value.dspMissing}`);
  return ok(undefined);
}

/** What `start` does about the DSP: only leaving it out can be asked for. */
function startDsp(args: Arguments): 'emulated' | 'none' {
  const word = args.value('dsp');
  if (word === undefined) return 'emulated';
  if (word !== 'none') throw new UsageError(`'board start' knows only --dsp none, not "${word}".`);
  return word;
}

function quirk(text: string): [string, boolean] {
  const match = /^([\w-]+)=(on|off)$/.exec(text);
  if (!match) throw new UsageError(`--quirk wants NAME=on or NAME=off, not "${text}".`);
  return [match[1] ?? '', match[2] === 'on'];
}

function workload(text: string): StartRequest['workloads'][number] {
  const [word = '', size, count] = text.split(':');
  const kind = WORKLOADS.find((one) => one === word);
  if (!kind) throw new UsageError(`--workload wants one of ${WORKLOADS.join(', ')}, not "${word}".`);
  const bytes = size === undefined || size === '' ? 0 : parseBytes(size);
  if (bytes === null) throw new UsageError(`--workload ${word}: "${size ?? ''}" is no size; say 64K or 1M.`);
  const buffers = Number(count ?? 0);
  if (!Number.isInteger(buffers) || buffers < 0)
    throw new UsageError(`--workload ${word}: "${count ?? ''}" is no number of buffers.`);
  return { kind, size: bytes, count: buffers };
}

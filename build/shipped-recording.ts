// Makes the recording that comes with the app, resources/recordings/virtual-board.qdarec: build/node build/shipped-recording.ts
// A virtual board with workloads, a short run of a few benchmarks, and a DSP that goes away and comes back. Half a minute.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CallArgs, CallName, CallResult } from '../electron/contract/calls.ts';
import type { FacePort } from '../electron/contract/face.ts';
import { compose } from '../electron/host/compose.ts';
import { createDesk } from '../electron/host/desk/desk.ts';
import { withControl } from '../electron/host/virtual-board.ts';
import { readRecording, saveRecording } from '../electron/host/desk/recordings/library.ts';
import type { Outcome } from '../electron/model/outcome.ts';
import type { RecordedEvent, RecordedMoment } from '../electron/model/recording.ts';
import { RecordingsFolder } from '../electron/store/recordings-folder.ts';
import { at } from './run.ts';

const BOARD = 'camera-lab';
const NAME = 'virtual-board';
const SHIPPED = at('resources/recordings');
const NOTES =
  'A virtual board. Frames go from a producer to a consumer; a program leaks what it mapped; a short run of benchmarks; a DSP goes away and comes back.';

const home = mkdtempSync(join(tmpdir(), 'qda-lab-recording-'));
process.env['QDA_LAB_HOME'] = home;
process.env['QDA_LAB_TRANSPORTS'] = 'virtual';

const desk = createDesk(compose(), { electron: null });
const ended = Promise.withResolvers<undefined>();
const port = desk.connect({
  congested: false,
  push: (message) => {
    if (message.push === 'bench' && message.value.kind === 'phase' && message.value.phase === 'ended')
      ended.resolve(undefined);
  },
});

try {
  await value(
    ask(port, 'boards.startVirtual', {
      name: BOARD,
      generation: 'v1',
      iommu: 'translated',
      dsp: 'emulated',
      workloads: [
        { kind: 'producer', size: 1_048_576, count: 3 },
        { kind: 'consumer', size: 0, count: 0 },
      ],
    }),
  );
  await value(ask(port, 'boards.label', { board: BOARD, label: 'Virtual board' }));
  await value(ask(port, 'boards.open', { board: BOARD }));
  await value(ask(port, 'recordings.start', { board: BOARD }));
  const { name } = await session();
  await keep(name);
} finally {
  await ask(port, 'boards.stopVirtual', { board: BOARD });
  port.close();
  await desk.close();
  rmSync(home, { recursive: true, force: true });
}

/** What the recording shows. */
async function session(): Promise<{ readonly name: string }> {
  const board = BOARD;
  await pause(3);
  await begin('share');
  await begin('churn');
  await pause(2);
  const leakers = await begin('leaker');
  await pause(3);
  for (const pid of leakers) await value(withControl(BOARD, (control) => control.stopWorkload(pid)));
  await pause(3);
  await value(
    ask(port, 'bench.start', {
      board,
      label: 'From the recording',
      picture: false,
      plan: {
        name: 'quick',
        dsp: 'cdsp',
        only: ['base.ioctl', 'mem.alloc', 'mem.import', 'mem.export', 'mem.handoff', 'rpc.ping'],
        samples: 200,
        budgetS: null,
        sizes: [4096, 65_536, 1_048_576],
        exhaustive: false,
        verify: true,
        shell: '',
        seed: '1',
      },
    }),
  );
  await ended.promise;
  await pause(3);
  await value(ask(port, 'boards.unplug', { board, dsp: 'adsp' }));
  await pause(3);
  await value(ask(port, 'boards.replug', { board, dsp: 'adsp' }));
  await pause(4);
  return await value(ask(port, 'recordings.stop', { board }));
}

/** Puts it among the resources, without what only this machine knows. */
async function keep(name: string): Promise<void> {
  const made = await value(readRecording(new RecordingsFolder(join(home, 'recordings')).fileOf(name)));
  const { header, moments } = made;
  mkdirSync(SHIPPED, { recursive: true });
  const saved = await value(
    saveRecording(new RecordingsFolder(SHIPPED), {
      header: { ...header, id: NAME, notes: NOTES },
      moments: moments.map(plain),
    }),
  );
  console.log(`${saved}: ${moments.length} moments, ${Math.round(header.durationMs / 1000)} s`);
}

function begin(kind: 'share' | 'churn' | 'leaker'): Promise<readonly number[]> {
  return value(withControl(BOARD, (control) => control.startWorkload({ kind, size: 0, count: 0 })));
}

/** Where the run was kept is of nobody's interest. */
function plain(moment: RecordedMoment): RecordedMoment {
  const { event } = moment;
  if (event.kind === 'log') {
    const text = event.entry.text.replaceAll(home, '~');
    return { ...moment, event: { kind: 'log', entry: { ...event.entry, text } } };
  }
  if (event.kind !== 'run' || event.change.kind !== 'phase' || event.change.end === null) return moment;
  const end = { ...event.change.end, kept: { ...event.change.end.kept, path: 'runs.sqlite' } };
  const change: RecordedEvent = { kind: 'run', change: { ...event.change, end } };
  return { ...moment, event: change };
}

async function ask<N extends CallName>(
  face: FacePort,
  call: N,
  args: CallArgs<N>,
): Promise<Outcome<CallResult<N>>> {
  return (await face.handle({ id: 1, call, args })).outcome as Outcome<CallResult<N>>;
}

async function value<T>(outcome: Promise<Outcome<T>>): Promise<T> {
  const got = await outcome;
  if (!got.ok) throw new Error(`${got.problem.message} ${got.problem.remedy}`);
  return got.value;
}

function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

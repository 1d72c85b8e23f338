import { copyFile, rm } from 'node:fs/promises';
import type { CallArgs, CallName, CallResult } from '../../contract/calls.ts';
import type { FacePort } from '../../contract/face.ts';
import { chooseBoard } from '../../host/boards.ts';
import { createDesk } from '../../host/desk/desk.ts';
import { formatBytes } from '../../model/format.ts';
import { fail, ok, type Outcome } from '../../model/outcome.ts';
import type { RecordingState } from '../../model/recording.ts';
import { seconds } from '../arguments.ts';
import type { Command, Context } from '../command.ts';
import { EXIT } from '../exit.ts';
import type { Screen } from '../screen.ts';

export const record: Command = {
  name: 'record',
  summary: 'Record what happens on a board (memory managers, log) into one file, to be opened anywhere',
  usage: '[--board ID] [--seconds S] [--out FILE]',
  words: [0, 0],
  boards: true,
  options: [
    { name: 'board', value: 'ID', help: 'Which board, as `qda-lab boards` names it (default: the only one)' },
    { name: 'seconds', value: 'S', help: 'How long (default: until Ctrl-C)' },
    {
      name: 'out',
      value: 'FILE',
      help: 'Where to write it (default: among the recordings that the app shows)',
    },
  ],
  notes: [
    'Ctrl-C ends the recording and saves it. The app opens it in its view Recordings.',
    'Runs are recorded by the window that runs them. Do not record while another program measures on the board: looking costs its calls time.',
    'A recording of a virtual board says that it is simulated wherever it is shown.',
  ],
  async run(args, context) {
    const lastS = seconds(args, 'seconds', [0.1, 86_400]);
    const done = await recordBoard(context, args.value('board'), lastS, args.value('out'));
    if (done.ok) context.screen.note(`Saved the recording: ${done.value}`);
    else context.screen.problem(done.problem);
    return done.ok ? EXIT.pass : EXIT.couldNotRun;
  },
};

async function recordBoard(
  { lab, screen, signal }: Context,
  named: string | undefined,
  lastS: number | null,
  out: string | undefined,
): Promise<Outcome<string>> {
  const target = await chooseBoard(lab, named);
  if (!target.ok) return target;
  const board = target.value.summary.id;
  const desk = createDesk(lab, { electron: null });
  const ended = new AbortController();
  let state: RecordingState | null = null;
  const port = desk.connect({
    congested: false,
    push: (message) => {
      if (message.push !== 'recording') return;
      state = message.value;
      screen.live(progress(message.value, lastS));
      if (message.value.problem) ended.abort();
    },
  });
  try {
    const opened = await ask(port, 'boards.open', { board });
    if (!opened.ok) return opened;
    const started = await ask(port, 'recordings.start', { board });
    if (!started.ok) return started;
    await until(lastS, AbortSignal.any([signal, ended.signal]));
    const stopped = await ask(port, 'recordings.stop', { board });
    return stopped.ok ? await place(state, out, screen) : stopped;
  } finally {
    port.close();
    await desk.close();
  }
}

async function ask<N extends CallName>(
  port: FacePort,
  call: N,
  args: CallArgs<N>,
): Promise<Outcome<CallResult<N>>> {
  const reply = await port.handle({ id: 1, call, args });
  return reply.outcome as Outcome<CallResult<N>>;
}

/** Where the saved file is in the end: among the recordings, or where the user wants it. */
async function place(
  state: RecordingState | null,
  out: string | undefined,
  screen: Screen,
): Promise<Outcome<string>> {
  const path = state?.saved?.path;
  if (path === undefined) return fail('recording-not-saved', 'The recording was not saved.');
  if (out === undefined) return ok(path);
  try {
    await copyFile(path, out);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    screen.note(`The recording is in ${path}`);
    return fail(
      'not-writable',
      `${out} could not be written (${code}).`,
      'Copy the file from there yourself.',
    );
  }
  await rm(path, { force: true });
  return ok(out);
}

function progress({ startedMs, moments, bytes }: RecordingState, lastS: number | null): string {
  const gone = Math.max(0, Math.round((Date.now() - startedMs) / 1000));
  const of = lastS === null ? '' : ` of ${lastS} s`;
  return `recording: ${gone} s${of}, ${moments} moments, ${formatBytes(bytes)}`;
}

function until(lastS: number | null, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = lastS === null ? null : setTimeout(resolve, lastS * 1000);
    const end = (): void => {
      if (timer) clearTimeout(timer);
      resolve();
    };
    if (signal.aborted) end();
    signal.addEventListener('abort', end);
  });
}

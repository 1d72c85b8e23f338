import { fail, ok, type Outcome, type Problem } from '../../model/outcome.ts';
import type { Generation } from '../interfaces/link.ts';
import { nativeProgram } from '../deploy/paths.ts';
import { Child, endingText, type Ending } from '../deploy/process.ts';
import { connectBoard, type BoardControl } from './control.ts';
import { checkBoardName } from './sockets.ts';

export interface BoardOptions {
  readonly name: string;
  readonly generation?: Generation;
  readonly iommu?: 'translated' | 'bypass';
  /** 'none': a board whose DSP cannot run anything. */
  readonly dsp?: 'emulated' | 'none';
  /** A folder of this machine whose files lie where a board has its DSP's shell, in place of the stand-in. */
  readonly shells?: string | undefined;
  /** By name: on or off. */
  readonly quirks?: Readonly<Record<string, boolean>>;
  /** It stays when this process ends. */
  readonly detached?: boolean;
}

/** A virtual board that we started. */
export interface VirtualBoard {
  readonly name: string;
  readonly pid: number;
  readonly control: BoardControl;
  /** When it ended, and how. Says nothing of a detached board. */
  readonly ended: Promise<Ending>;
  /** Ends it, and waits until nothing of it is left. */
  stop(): Promise<void>;
}

const READY_MS = 30_000;

/** Starts a virtual board and waits until it can be used. */
export async function startBoard(options: BoardOptions): Promise<Outcome<VirtualBoard>> {
  const name = checkBoardName(options.name);
  if (!name.ok) return name;
  const program = nativeProgram('vqda');
  if (!program.ok) return program;
  const session = options.detached === true ? 'own' : 'ours';
  const child = new Child(program.value, argumentsOf(options), { session });
  const line = await child.firstLine(READY_MS);
  if (line?.startsWith('ready') !== true) return { ok: false, problem: await neverReady(child, line) };
  const control = await connectBoard(name.value);
  if (!control.ok || child.pid === undefined) {
    await child.stop();
    return control.ok ? fail('board-start', 'The virtual board has no process id.') : control;
  }
  if (options.detached === true) child.release();
  const stop = async (): Promise<void> => {
    control.value.close();
    await child.stop();
  };
  return ok({ name: name.value, pid: child.pid, control: control.value, ended: child.ended, stop });
}

function argumentsOf({
  name,
  generation,
  iommu,
  dsp,
  shells,
  quirks = {},
  detached,
}: BoardOptions): string[] {
  const args = ['--board', name];
  if (generation !== undefined) args.push('--generation', generation);
  if (iommu !== undefined) args.push('--iommu', iommu);
  if (dsp === 'none') args.push('--dsp', 'none');
  if (shells !== undefined) args.push('--shells', shells);
  for (const [quirk, on] of Object.entries(quirks)) args.push('--quirk', `${quirk}=${on ? 'on' : 'off'}`);
  if (detached !== true) args.push('--parent-death');
  return args;
}

async function neverReady(child: Child, line: string | null): Promise<Problem> {
  const said = line === null ? '' : ` It said '${line}'.`;
  const ending = await child.stop();
  return {
    code: 'board-start',
    message: `The virtual board was not ready: it ${endingText(ending)}.${said} ${ending.stderr}`.trim(),
    remedy: 'See which boards run: qda-lab boards',
  };
}

const GONE_MS = 20_000;

/** Ends a running virtual board of this user by its name, whoever started it, and waits until it is gone. */
export async function stopBoard(name: string): Promise<Outcome<undefined>> {
  const control = await connectBoard(name);
  if (!control.ok) return control;
  const info = await control.value.status();
  const stopped = await control.value.stop();
  control.value.close();
  if (!stopped.ok || !info.ok || (await isGone(info.value.pid, GONE_MS))) return stopped;
  return fail(
    'board-stop',
    `The virtual board '${name}' (process ${info.value.pid}) does not end.`,
    `Kill it: kill -9 ${info.value.pid}`,
  );
}

async function isGone(pid: number, withinMs: number): Promise<boolean> {
  for (let waited = 0; waited < withinMs; waited += 20) {
    try {
      process.kill(pid, 0);
    } catch {
      return true;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}

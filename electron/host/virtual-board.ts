import { nativeProgram } from '../link/deploy/paths.ts';
import { startBoard, stopBoard, type BoardOptions } from '../link/virtual/board.ts';
import { connectBoard, type BoardControl } from '../link/virtual/control.ts';
import { fail, type Outcome } from '../model/outcome.ts';
import type { Workload } from '../wire/control.ts';
import type { VirtualBoardInfo } from '../wire/controlToModel.ts';

export type { BoardControl, VirtualBoardInfo };

export interface StartRequest extends Omit<BoardOptions, 'detached'> {
  /** Kinds of workloads, started in this order. */
  readonly workloads: readonly Workload[];
}

/** Starts a virtual board that stays, with its workloads. A workload that cannot be started ends the board again. */
export async function startVirtualBoard(request: StartRequest): Promise<Outcome<VirtualBoardInfo>> {
  if (await runs(request.name)) {
    return fail(
      'board-runs',
      `A virtual board '${request.name}' runs already.`,
      `Use it, give another name, or stop it first: qda-lab board stop ${request.name}`,
    );
  }
  const board = await startBoard({ ...request, detached: true });
  if (!board.ok) return board;
  const info = await withWorkloads(board.value.control, request.workloads);
  if (info.ok) board.value.control.close();
  else await board.value.stop();
  return info;
}

async function runs(name: string): Promise<boolean> {
  const control = await connectBoard(name);
  if (control.ok) control.value.close();
  return control.ok;
}

async function withWorkloads(
  control: BoardControl,
  workloads: readonly Workload[],
): Promise<Outcome<VirtualBoardInfo>> {
  for (const workload of workloads) {
    const started = await control.startWorkload(workload);
    if (!started.ok) return started;
  }
  return await control.status();
}

/** Ends a virtual board, whoever started it, and its workloads with it. */
export const stopVirtualBoard = (name: string): Promise<Outcome<undefined>> => stopBoard(name);

/** Runs `work` with the control door of a running virtual board. */
export async function withControl<T>(
  name: string,
  work: (control: BoardControl) => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  const control = await connectBoard(name);
  if (!control.ok) return control;
  try {
    return await work(control.value);
  } finally {
    control.value.close();
  }
}

/** Whether virtual boards can be started on this machine, or why not. */
export function virtualBoardsHere(): { readonly available: boolean; readonly reason: string } {
  if (process.platform !== 'linux') {
    const reason = 'Virtual boards need Linux. Open a recording instead to see what the views show.';
    return { available: false, reason };
  }
  const program = nativeProgram('vqda');
  return program.ok ? { available: true, reason: '' } : { available: false, reason: program.problem.message };
}

import type { Check } from '../../model/board.ts';
import { checkOf, fatal, good, warn } from '../checks/verdict.ts';
import { nativeProgram } from '../deploy/paths.ts';
import { connectBoard } from './control.ts';

/** A virtual board needs little: its process, the agent's program, and what its DSP runs in. */
export async function* virtualPreflight(name: string): AsyncGenerator<Check> {
  const program = nativeProgram('agent');
  const agent = program.ok ? good(program.value) : fatal(program.problem.message, program.problem.remedy);
  yield checkOf('agent-program', 'the agent of a virtual board is a program of this machine', agent);
  const control = await connectBoard(name);
  const info = control.ok ? await control.value.status() : control;
  if (control.ok) control.value.close();
  const board = info.ok
    ? good(`process ${info.value.pid}, build ${info.value.buildId}`)
    : fatal(info.problem.message, info.problem.remedy);
  yield checkOf('virtual-board', 'a process of this machine plays the driver and its memory', board);
  if (!info.ok) return;
  const dsp =
    info.value.dspMissing === ''
      ? good('its DSP is emulated')
      : warn(info.value.dspMissing, 'start it again without --dsp none, with qemu-user installed');
  yield checkOf('virtual-dsp', 'benchmarks that need code on the DSP are skipped without it', dsp);
}

// The agent as a file, and as a process that has nothing to do.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { buildTree } from '../native.ts';
import { at, run } from '../run.ts';
import { pause, progress, type BenchLab } from './bench-lab.ts';
import { digits, type Figure } from './figure.ts';
import { statusOf } from './processes.ts';

const IDLE_S = 20;
const KIB = 1024;

/** Size of the board's agent, stripped. */
export async function agentSize(lab: BenchLab): Promise<readonly Figure[]> {
  progress("the board's agent: building it for aarch64");
  const figure = {
    what: 'agent for the board: static, stripped, aarch64',
    unit: 'KiB',
    goal: { sense: 'at most', value: 400 },
  } as const;
  const built = await buildTree('aarch64');
  if (!built.ok) return [{ ...figure, value: null, how: `it does not build: ${lastLine(built.output)}` }];
  const whole = at('.build/aarch64/native/agent/qda-agent');
  const stripped = join(lab.folder(), 'qda-agent');
  const done = await run('aarch64-linux-gnu-strip', ['-o', stripped, whole]);
  if (!done.ok) return [{ ...figure, value: null, how: `it cannot be stripped: ${lastLine(done.output)}` }];
  const bytes = statSync(stripped).size;
  return [{ ...figure, value: bytes / KIB, how: `${bytes} bytes; as built ${statSync(whole).size}` }];
}

const lastLine = (output: string): string => output.trimEnd().split('\n').at(-1) ?? '';

/** How often an agent wakes that is connected and has nothing to do. */
export async function idleAgent(lab: BenchLab): Promise<readonly Figure[]> {
  const { session, pid } = await lab.session(await lab.board());
  let beats = 0;
  session.on('heartbeat', () => (beats += 1));
  await pause(1000, lab.signal);
  const [before, beatsBefore] = [statusOf(pid, 'voluntary_ctxt_switches'), beats];
  progress(`an idle agent: ${IDLE_S} s`);
  await pause(IDLE_S * 1000, lab.signal);
  const [after, beatsAfter] = [statusOf(pid, 'voluntary_ctxt_switches'), beats];
  const figure = {
    what: 'idle agent: wake-ups beyond its heartbeats',
    unit: '',
    goal: { sense: 'at most', value: 0 },
  } as const;
  if (before === null || after === null)
    return [{ ...figure, value: null, how: 'its /proc/PID/status cannot be read' }];
  const [switches, heartbeats] = [after - before, beatsAfter - beatsBefore];
  return [
    {
      ...figure,
      value: Math.max(0, switches - heartbeats),
      how: `${digits(switches)} voluntary context switches and ${digits(heartbeats)} heartbeats in ${IDLE_S} s, connected`,
    },
  ];
}

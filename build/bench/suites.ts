// What the two commands of the README take once set-up is done.
import { run } from '../run.ts';
import { progress } from './bench-lab.ts';
import type { Figure } from './figure.ts';

async function timed(command: readonly string[], goalS: number): Promise<Figure> {
  const what = `npm ${command.join(' ')}, after set-up`;
  progress(what);
  const began = performance.now();
  const done = await run('npm', command);
  const seconds = (performance.now() - began) / 1000;
  const last = done.output.trimEnd().split('\n').at(-1) ?? '';
  return {
    what,
    value: seconds,
    unit: 's',
    goal: { sense: 'at most', value: goalS },
    how: done.ok ? 'once' : `once; it failed (exit code ${done.code ?? 'none'}): ${last}`,
  };
}

export async function suites(): Promise<readonly Figure[]> {
  return [await timed(['run', 'demo'], 45), await timed(['test'], 240)];
}

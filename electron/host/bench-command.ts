import type { PlanRequest } from '../bench/plan.ts';
import type { Generation } from '../link/interfaces/link.ts';
import { shellWord } from './shell-word.ts';

export interface BenchCommand {
  readonly board: string;
  readonly generation: Generation | undefined;
  readonly plan: PlanRequest;
  readonly label: string;
  readonly picture: boolean;
}

/** The command line that runs a plan again, whichever face it was started from. */
export function benchCommand({ board, generation, plan, label, picture }: BenchCommand): string {
  const words = [
    ...option('board', board),
    ...option('generation', generation),
    ...option('plan', plan.name),
    ...option('dsp', plan.dsp === 'cdsp' ? '' : plan.dsp),
    ...option('only', plan.only.join(',')),
    ...option('sizes', plan.sizes?.join(',')),
    ...option('samples', plan.samples),
    ...option('budget', plan.budgetS),
    ...option('shell', plan.shell),
    ...option('dsp-files', plan.dspFiles),
    ...option('label', label),
    ...option('seed', plan.seed),
    ...(plan.exhaustive ? ['--exhaustive'] : []),
    ...(plan.verify ? [] : ['--no-verify']),
    ...(picture ? [] : ['--no-memory']),
  ];
  return ['qda-lab', 'bench', ...words].map(shellWord).join(' ');
}

/** Nothing where there is no value; with '=' where the value would be taken for an option. */
function option(name: string, value: string | number | null | undefined): string[] {
  const text = String(value ?? '');
  if (text === '') return [];
  return text.startsWith('-') ? [`--${name}=${text}`] : [`--${name}`, text];
}

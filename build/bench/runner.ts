// What `npm run bench:tool` and `npm run bench:ui` have in common: options, groups one after the other, a table, a file of the figures.
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { buildTree } from '../native.ts';
import { at } from '../run.ts';
import { BenchLab, progress } from './bench-lab.ts';
import { figuresTable, verdictOf, type Figure } from './figure.ts';

export type Measure = (lab: BenchLab, rounds: number) => Promise<readonly Figure[]>;

export interface Bench {
  /** As npm knows it. */
  readonly name: string;
  readonly groups: Readonly<Record<string, Measure>>;
  /** Measured only where an option of that name is given, after the groups. */
  readonly extra: Readonly<Record<string, () => Promise<readonly Figure[]>>>;
}

const usage = ({ name, groups, extra }: Bench): string =>
  `usage: npm run ${name} -- [--only GROUP,...] [--rounds N]${Object.keys(extra)
    .map((option) => ` [--${option}]`)
    .join('')}
groups: ${Object.keys(groups).join(', ')}`;

interface Asked {
  readonly names: readonly string[];
  readonly rounds: number;
  readonly extra: readonly string[];
}

/** What was asked for; a sentence where it cannot be. */
function asked(args: readonly string[], { groups, extra }: Bench): Asked | string {
  try {
    const flags = Object.fromEntries(
      Object.keys(extra).map((option) => [option, { type: 'boolean', default: false } as const]),
    );
    const { values } = parseArgs({
      args: [...args],
      options: { only: { type: 'string' }, rounds: { type: 'string', default: '7' }, ...flags },
    });
    const given = values as Record<string, unknown>;
    const names = values.only === undefined ? Object.keys(groups) : values.only.split(',');
    const unknown = names.find((name) => !(name in groups));
    const rounds = Number(values.rounds);
    if (unknown !== undefined) return `there is no group '${unknown}'`;
    if (!Number.isInteger(rounds) || rounds < 1 || rounds > 100)
      return '--rounds takes a number from 1 to 100';
    return { names, rounds, extra: Object.keys(extra).filter((option) => given[option] === true) };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function machine(): string {
  const [cpu] = cpus();
  const load = loadavg().map((value) => value.toFixed(1));
  return (
    `${cpus().length} x ${cpu?.model.trim() ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ` +
    `Linux ${release()}, Node ${process.versions.node}, load ${load.join(' ')}`
  );
}

/** The figures of one group; a group that fails is a figure without a value. */
async function measure(
  name: string,
  group: Measure | undefined,
  rounds: number,
  signal: AbortSignal,
): Promise<readonly Figure[]> {
  const lab = new BenchLab(signal);
  try {
    return (await group?.(lab, rounds)) ?? [];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [{ what: name, value: null, unit: '', goal: null, how: signal.aborted ? 'cancelled' : why }];
  } finally {
    await lab.close();
  }
}

function keep(name: string, figures: readonly Figure[], machineLine: string): void {
  mkdirSync(at('out'), { recursive: true });
  const rows = figures.map((figure) => ({ ...figure, verdict: verdictOf(figure) }));
  const kept = { takenAt: new Date().toISOString(), machine: machineLine, figures: rows };
  writeFileSync(at(`out/${name.replace(':', '-')}.json`), `${JSON.stringify(kept, null, 2)}\n`);
}

/** Runs what the arguments ask for; the exit code. */
export async function runBench(args: readonly string[], bench: Bench): Promise<number> {
  const what = asked(args, bench);
  if (typeof what === 'string') {
    console.error(`${bench.name}: ${what}\n${usage(bench)}`);
    return 3;
  }
  const built = await buildTree('host');
  if (!built.ok) {
    console.error(`${built.output}\n${bench.name}: the host tree does not build`);
    return 2;
  }
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => {
      progress('ending what runs');
      stop.abort();
    });
  }
  const before = machine();
  const figures: Figure[] = [];
  for (const name of what.names)
    if (!stop.signal.aborted)
      figures.push(...(await measure(name, bench.groups[name], what.rounds, stop.signal)));
  for (const option of what.extra)
    if (!stop.signal.aborted) figures.push(...((await bench.extra[option]?.()) ?? []));
  keep(bench.name, figures, before);
  console.log(`${figuresTable(figures)}\n\n${before}`);
  if (stop.signal.aborted) return 130;
  return figures.some(({ value }) => value === null) ? 1 : 0;
}

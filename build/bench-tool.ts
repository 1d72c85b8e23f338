// npm run bench:tool: what the tool itself costs, set beside its goals. Figures, not tests: the machine may be busy.
// build/node build/bench-tool.ts [--only GROUP,...] [--rounds N] [--with-suites]; the figures are kept in out/bench-tool.json.
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { agentSize, idleAgent } from './bench/agent-cost.ts';
import { BenchLab, progress } from './bench/bench-lab.ts';
import { dspCost } from './bench/dsp-cost.ts';
import { figuresTable, verdictOf, type Figure } from './bench/figure.ts';
import { roundTrip, toolCost } from './bench/ioctl-cost.ts';
import { memoryPicture } from './bench/memory-picture.ts';
import { sampleStream } from './bench/sample-stream.ts';
import { suites } from './bench/suites.ts';
import { buildTree } from './native.ts';
import { at } from './run.ts';

type Measure = (lab: BenchLab, rounds: number) => Promise<readonly Figure[]>;

const groups: Readonly<Record<string, Measure>> = {
  ioctl: toolCost,
  hop: roundTrip,
  samples: sampleStream,
  memory: memoryPicture,
  size: agentSize,
  idle: idleAgent,
  dsp: dspCost,
};

const usage = `usage: npm run bench:tool -- [--only GROUP,...] [--rounds N] [--with-suites]
groups: ${Object.keys(groups).join(', ')}`;

interface Asked {
  readonly names: readonly string[];
  readonly rounds: number;
  readonly withSuites: boolean;
}

/** What was asked for; a sentence where it cannot be. */
function asked(args: readonly string[]): Asked | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        only: { type: 'string' },
        rounds: { type: 'string', default: '7' },
        'with-suites': { type: 'boolean', default: false },
      },
    });
    const names = values.only === undefined ? Object.keys(groups) : values.only.split(',');
    const unknown = names.find((name) => !(name in groups));
    const rounds = Number(values.rounds);
    if (unknown !== undefined) return `there is no group '${unknown}'`;
    if (!Number.isInteger(rounds) || rounds < 1 || rounds > 100)
      return '--rounds takes a number from 1 to 100';
    return { names, rounds, withSuites: values['with-suites'] };
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
async function measure(name: string, rounds: number, signal: AbortSignal): Promise<readonly Figure[]> {
  const lab = new BenchLab(signal);
  try {
    return (await groups[name]?.(lab, rounds)) ?? [];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [{ what: name, value: null, unit: '', goal: null, how: signal.aborted ? 'cancelled' : why }];
  } finally {
    await lab.close();
  }
}

function keep(figures: readonly Figure[], machineLine: string): void {
  mkdirSync(at('out'), { recursive: true });
  const rows = figures.map((figure) => ({ ...figure, verdict: verdictOf(figure) }));
  const kept = { takenAt: new Date().toISOString(), machine: machineLine, figures: rows };
  writeFileSync(at('out/bench-tool.json'), `${JSON.stringify(kept, null, 2)}\n`);
}

async function main(args: readonly string[]): Promise<number> {
  const what = asked(args);
  if (typeof what === 'string') {
    console.error(`bench:tool: ${what}\n${usage}`);
    return 3;
  }
  const built = await buildTree('host');
  if (!built.ok) {
    console.error(`${built.output}\nbench:tool: the host tree does not build`);
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
    if (!stop.signal.aborted) figures.push(...(await measure(name, what.rounds, stop.signal)));
  if (what.withSuites && !stop.signal.aborted) figures.push(...(await suites()));
  keep(figures, before);
  console.log(`${figuresTable(figures)}\n\n${before}`);
  if (stop.signal.aborted) return 130;
  return figures.some(({ value }) => value === null) ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));

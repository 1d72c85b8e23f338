// The suites of `npm test`, each a function to a tally. A suite that cannot run has failed.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { buildStale } from './app.ts';
import { runChecks, tell } from './check.ts';
import { buildTree, fuzzers, recipes, type Tree } from './native.ts';
import { at, nodeModule, run, runNode } from './run.ts';
import { buildShell } from './shell.ts';
import { mesonLog, mustRun, nothing, oneFailed, onePassed, sum, vitestReport, type Tally } from './tally.ts';
import { usbTests } from './usb-machine/suite.ts';

export interface Suite {
  readonly name: string;
  readonly what: string;
  /** Native trees that it needs. */
  readonly trees: readonly Tree[];
  readonly run: () => Promise<Tally>;
}

const sanitizers = {
  ASAN_OPTIONS: 'detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1:halt_on_error=1',
  UBSAN_OPTIONS: 'print_stacktrace=1:halt_on_error=1',
};

/** Many of the native tests wait, for heartbeats and for calls that hang: two a processor. */
const meanwhile = ['--num-processes', String(2 * availableParallelism())];

/** How long each fuzz target runs. */
const fuzzSeconds = 5;

async function mesonTests(tree: Tree): Promise<Tally> {
  const log = at('.build', tree, 'meson-logs/testlog.json');
  rmSync(log, { force: true });
  const done = await run(
    'meson',
    ['test', '-C', `.build/${tree}`, '--no-rebuild', '--timeout-multiplier', '3', ...meanwhile],
    {
      env: sanitizers,
      live: true,
    },
  );
  if (!existsSync(log)) {
    return done.output.includes('No tests defined')
      ? nothing
      : oneFailed(`meson test wrote no log:\n${done.output}`);
  }
  const tally = mesonLog(readFileSync(log, 'utf8'));
  return done.ok || tally.failed > 0
    ? tally
    : oneFailed(`meson test failed outside of any test:\n${done.output}`);
}

/** Runs one libFuzzer program over its committed corpus and on; what it finds new stays in .build. */
async function fuzz(target: string): Promise<Tally> {
  const name = basename(target);
  const [corpus, found] = [`test/native/fuzz/corpus/${name}`, `.build/fuzz-found/${name}`];
  if (!existsSync(at(corpus))) return oneFailed(`fuzz ${name}: has no corpus; expected in ${corpus}`);
  mkdirSync(at(found), { recursive: true });
  const limits = [
    `-max_total_time=${fuzzSeconds}`,
    '-timeout=20',
    '-rss_limit_mb=1024',
    '-print_final_stats=1',
  ];
  const done = await run(
    at('.build/fuzz', target),
    [...limits, `-artifact_prefix=${found}-`, found, corpus],
    {
      env: sanitizers,
    },
  );
  if (!done.ok) return oneFailed(`fuzz ${name}: failed; the input was kept as ${found}-*\n${done.output}`);
  const executions = /stat::number_of_executed_units:\s*(\d+)/.exec(done.output)?.[1];
  if (executions === undefined) return oneFailed(`fuzz ${name}: executed nothing\n${done.output}`);
  console.log(`  ok     ${name}: ${executions} inputs`);
  return onePassed;
}

async function fuzzAll(): Promise<Tally> {
  if (!existsSync(at('test/native/fuzz/meson.build'))) return nothing;
  const waiting = [...(await fuzzers())];
  const tallies: Tally[] = [];
  /** Takes one target after the other; there is one such runner a processor, for a fuzzer has one thread. */
  const runner = async (): Promise<void> => {
    for (let target = waiting.shift(); target !== undefined; target = waiting.shift())
      tallies.push(await fuzz(target));
  };
  await Promise.all(Array.from({ length: availableParallelism() }, runner));
  return mustRun('fuzz', sum(tallies));
}

/** One project of vitest.config.ts. */
async function vitest(project: 'node' | 'app'): Promise<Tally> {
  const report = at(`.build/vitest-${project}.json`);
  rmSync(report, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const done = await runNode(nodeModule('vitest/vitest.mjs'), ['run', '--project', project, ...reporters], {
    live: true,
  });
  if (!existsSync(report)) return oneFailed(`vitest wrote no report:\n${done.output}`);
  const tally = vitestReport(readFileSync(report, 'utf8'));
  return done.ok || tally.failed > 0
    ? tally
    : oneFailed(`vitest failed outside of any test:\n${done.output}`);
}

async function checks(): Promise<Tally> {
  const results = await runChecks(tell);
  return sum(
    results.map(({ name, findings }) =>
      findings.length === 0 ? onePassed : oneFailed(`${name}:\n${findings.join('\n')}`),
    ),
  );
}

export const suites: readonly Suite[] = [
  {
    name: 'checks',
    what: 'imports, sizes, documents, generated code, types, lint, format',
    trees: [],
    run: checks,
  },
  {
    name: 'native',
    what: 'C tests under ASan and UBSan; the arm64 agent under qemu',
    trees: ['asan', 'aarch64'],
    run: async () => mustRun('native', await mesonTests('asan')),
  },
  { name: 'fuzz', what: 'libFuzzer, a few seconds a target', trees: ['fuzz'], run: fuzzAll },
  {
    name: 'vitest',
    what: 'TypeScript: units, wire, virtual board',
    trees: ['host'],
    run: async () => mustRun('vitest', await vitest('node')),
  },
  {
    name: 'usb',
    what: 'a board on a USB, with the real adbd, in a machine of its own',
    trees: ['host'],
    run: async () => mustRun('usb', await usbTests()),
  },
  {
    name: 'app',
    what: 'the window in Chromium, over serve and over the shell of the app',
    trees: ['host'],
    run: async () => {
      await buildStale();
      await buildShell();
      return mustRun('app', await vitest('app'));
    },
  },
];

/** Builds what a suite needs and runs it. */
export async function runSuite(suite: Suite): Promise<Tally> {
  for (const tree of suite.trees) {
    const built = await buildTree(tree);
    if (!built.ok)
      return oneFailed(
        `${suite.name}: the ${tree} tree (${recipes[tree].what}) does not build:\n${built.output}`,
      );
    console.log(`  built  ${tree}: ${recipes[tree].what}`);
  }
  return suite.run();
}

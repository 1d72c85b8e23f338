// `npm test`: every suite, or those that are named: build/node build/test.ts [SUITE...]
// The last line is the sum: `N passed, N failed` or `N passed, N failed, N skipped`. Exit code 1 if anything failed or nothing ran.
import { at, run } from './run.ts';
import { runSuite, suites, type Suite } from './suites.ts';
import { lastLine, mustRun, nothing, oneFailed, add, type Tally } from './tally.ts';

/** A suite that throws has failed, with what it threw. */
async function runGuarded(suite: Suite): Promise<Tally> {
  try {
    return await runSuite(suite);
  } catch (error) {
    return oneFailed(
      `${suite.name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
  }
}

async function runAll(chosen: readonly Suite[]): Promise<Tally> {
  const setup = await run(at('build/setup'), [], { live: true });
  if (!setup.ok) return oneFailed('set-up is not complete: see above');
  let total = nothing;
  for (const suite of chosen) {
    console.log(`\n== ${suite.name}: ${suite.what}`);
    const started = performance.now();
    const tally = await runGuarded(suite);
    for (const failure of tally.failures) console.log(`\nFAILED ${failure}`);
    console.log(
      `-- ${suite.name}: ${lastLine(tally)} (${((performance.now() - started) / 1000).toFixed(1)} s)`,
    );
    total = add(total, tally);
  }
  return mustRun('npm test', total);
}

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.filter((name) => !suites.some((suite) => suite.name === name));
  if (unknown.length > 0) {
    console.error(
      `test: unknown suite '${unknown.join("', '")}'; there are: ${suites.map(({ name }) => name).join(', ')}`,
    );
    return 3;
  }
  const chosen = names.length === 0 ? suites : suites.filter(({ name }) => names.includes(name));
  const total = await runAll(chosen);
  console.log(`\n${lastLine(total)}`);
  return total.failed > 0 ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));

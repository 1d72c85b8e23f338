// Type checks each environment by its own tsconfig: build/node build/typecheck.ts
import { nodeModule, runNode } from './run.ts';

const environments = ['pure', 'node', 'preload', 'test', 'renderer-test'] as const;

/** tsc's code for an environment whose folders have no file yet. */
const nothingToCheck = 'error TS18003';

/** What the compiler says against an environment, one line a finding. */
async function checkEnvironment(name: string): Promise<readonly string[]> {
  const done = await runNode(nodeModule('typescript/bin/tsc'), [
    '-p',
    `tsconfig.${name}.json`,
    '--pretty',
    'false',
  ]);
  if (done.ok || done.output.includes(nothingToCheck)) return [];
  const lines = done.output.trimEnd().split('\n');
  return lines.map((line) => `${line} [tsconfig.${name}.json]`);
}

/** What svelte-check says of the window, its components and their modules. */
async function checkRenderer(): Promise<readonly string[]> {
  const done = await runNode(nodeModule('svelte-check/bin/svelte-check'), [
    '--tsconfig',
    'tsconfig.renderer.json',
    '--output',
    'human',
    '--fail-on-warnings',
    '--no-color',
  ]);
  return done.ok ? [] : [done.output.trimEnd()];
}

export async function typecheck(): Promise<readonly string[]> {
  const found: string[] = [...(await checkRenderer())];
  for (const name of environments) found.push(...(await checkEnvironment(name)));
  return found;
}

if (import.meta.main) {
  const found = await typecheck();
  for (const line of found) console.error(line);
  if (found.length > 0) process.exitCode = 1;
}

// All checks that need no build: build/node build/check.ts
import { checkCaps } from './caps.ts';
import { checkDocs } from './docs.ts';
import { checkGenerated } from './gen.ts';
import { checkImports } from './imports.ts';
import { nodeModule, runNode } from './run.ts';
import { typecheck } from './typecheck.ts';

export interface Check {
  readonly name: string;
  /** What is wrong, one sentence each; nothing if all is well. */
  readonly findings: () => readonly string[] | Promise<readonly string[]>;
}

export interface CheckResult {
  readonly name: string;
  readonly findings: readonly string[];
}

/** A tool of an npm package, whose output is one finding when it fails. */
const tool = (name: string, script: string, args: readonly string[]): Check => ({
  name,
  findings: async () => {
    const done = await runNode(nodeModule(script), args);
    return done.ok
      ? []
      : [done.output.trimEnd() || `${name} ended with ${done.code ?? done.signal ?? 'no code'}`];
  },
});

function caps(): readonly string[] {
  const { errors, warnings } = checkCaps();
  if (warnings.length > 0)
    console.log(`  caps: ${warnings.length} functions over the soft cap (build/caps.ts lists them)`);
  return errors;
}

export const checks: readonly Check[] = [
  { name: 'imports', findings: checkImports },
  { name: 'caps', findings: caps },
  { name: 'documents', findings: checkDocs },
  { name: 'generated code', findings: checkGenerated },
  { name: 'types', findings: typecheck },
  // No cache: rules with type information depend on other files than the one that is looked at.
  tool('lint', 'eslint/bin/eslint.js', ['.', '--max-warnings', '0']),
  tool('format', 'prettier/bin/prettier.cjs', ['--check', '--log-level', 'warn', '.']),
];

/** Runs every check; one that throws has failed, with what it said. */
export async function runChecks(told: (result: CheckResult) => void): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = [];
  for (const { name, findings } of checks) {
    let found: readonly string[];
    try {
      found = await findings();
    } catch (error) {
      found = [error instanceof Error ? error.message : String(error)];
    }
    const result = { name, findings: found };
    told(result);
    results.push(result);
  }
  return results;
}

/** One line for a check that passes, the findings for one that does not. */
export function tell({ name, findings }: CheckResult): void {
  console.log(`  ${findings.length === 0 ? 'ok    ' : 'FAILED'} ${name}`);
  for (const line of findings) console.log(line.replace(/^/gm, '    '));
}

if (import.meta.main) {
  const results = await runChecks(tell);
  if (results.some(({ findings }) => findings.length > 0)) process.exitCode = 1;
}

// Generates both sides of the wire from native/wire/qda_lab.proto: build/node build/gen.ts [--check]
// --check generates into a temporary folder and fails where the committed files differ.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { at, nodeModule, run, type Finished } from './run.ts';

const schema = 'qda_lab.proto';
const schemaFolder = 'native/wire';

interface Output {
  readonly folder: string;
  readonly generate: (target: string) => Promise<Finished>;
}

/** The plugin is a script that asks for `node`: it shall find this very Node. */
const thisNodeFirst = { PATH: dirname(process.execPath) + delimiter + (process.env['PATH'] ?? '') };

const outputs: readonly Output[] = [
  {
    folder: 'native/wire/gen',
    generate: (target) => run('nanopb_generator.py', ['-q', '-I', schemaFolder, '-D', target, schema]),
  },
  {
    folder: 'electron/wire/gen',
    generate: (target) =>
      run(
        'protoc',
        [
          `--plugin=protoc-gen-es=${nodeModule('.bin/protoc-gen-es')}`,
          `--es_out=${target}`,
          '--es_opt=target=js+dts,import_extension=js',
          `-I${schemaFolder}`,
          schema,
        ],
        { env: thisNodeFirst },
      ),
  },
];

async function generate(output: Output, target: string): Promise<void> {
  mkdirSync(target, { recursive: true });
  const done = await output.generate(target);
  if (!done.ok) throw new Error(`generating ${output.folder} failed (is build/setup done?):\n${done.output}`);
}

const read = (path: string): string | undefined =>
  existsSync(path) ? readFileSync(path, 'utf8') : undefined;

/** Sentences, one a file that differs between the folder in the repository and a freshly generated one. */
export function differences(folder: string, fresh: string): readonly string[] {
  const committed = existsSync(at(folder)) ? readdirSync(at(folder)) : [];
  const names = [...new Set([...committed, ...readdirSync(fresh)])].sort();
  return names.flatMap((name) => {
    const [here, there] = [read(at(folder, name)), read(join(fresh, name))];
    if (here === there) return [];
    if (there === undefined) return [`${folder}/${name}: no generator makes this file`];
    if (here === undefined) return [`${folder}/${name}: is missing; run 'npm run gen' and commit it`];
    return [`${folder}/${name}: differs from what the schema gives; run 'npm run gen' and commit it`];
  });
}

/** Generates afresh beside the repository and compares. */
export async function checkGenerated(): Promise<readonly string[]> {
  const temporary = mkdtempSync(join(tmpdir(), 'qda-lab-gen-'));
  try {
    const found: string[] = [];
    for (const output of outputs) {
      const fresh = join(temporary, output.folder);
      await generate(output, fresh);
      found.push(...differences(output.folder, fresh));
    }
    return found;
  } finally {
    rmSync(temporary, { recursive: true });
  }
}

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--check')) {
    const found = await checkGenerated();
    for (const sentence of found) console.error(sentence);
    return found.length === 0 ? 0 : 1;
  }
  for (const output of outputs) await generate(output, at(output.folder));
  return 0;
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));

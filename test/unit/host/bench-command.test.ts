// The command that a run of a face is kept with: the command line itself reads the same request out of it.
import { expect, test } from 'vitest';
import type { PlanRequest } from '../../../electron/bench/plan.ts';
import { parseCommand } from '../../../electron/cli/arguments.ts';
import { bench, planRequest } from '../../../electron/cli/commands/bench.ts';
import { benchCommand } from '../../../electron/host/bench-command.ts';

const plain: PlanRequest = {
  name: 'quick',
  dsp: 'cdsp',
  only: [],
  samples: null,
  budgetS: null,
  sizes: null,
  exhaustive: false,
  verify: true,
  shell: '',
  dspFiles: '',
  seed: '7',
};

/** Words of a command line without escapes but single quotes: what a shell makes of it. */
const wordsOf = (line: string): string[] =>
  [...line.matchAll(/(?:'[^']*'|\\'|[^\s'\\])+/g)].map(([word]) =>
    word.replaceAll(
      /'([^']*)'|\\(')/g,
      (_, quoted: string | undefined, mark: string | undefined) => quoted ?? mark ?? '',
    ),
  );

const CASES: readonly [Partial<PlanRequest>, string][] = [
  [{}, ''],
  [{ name: 'full', dsp: 'adsp', only: ['mem.alloc', 'rpc.ping'], seed: '18446744073709551615' }, 'two words'],
  [
    { samples: 10_000_000, budgetS: 0.001, sizes: [1, 4096, 2 ** 32], exhaustive: true, verify: false },
    "it's",
  ],
  [{ shell: '/vendor/a b/fastrpc_shell_3' }, '--label'],
  [{ dspFiles: "/vendor/it's/-files" }, ''],
  [{ dspFiles: '/' }, ''],
];

test.each(CASES)('%o, labelled "%s", is read back', (changes, label) => {
  const plan = { ...plain, ...changes };
  const line = benchCommand({ board: 'virtual', generation: undefined, plan, label, picture: false });
  const [program, command, ...words] = wordsOf(line);
  expect([program, command]).toEqual(['qda-lab', 'bench']);
  const args = parseCommand(bench, words);
  expect(planRequest(args)).toEqual(plan);
  expect(args.value('label') ?? '').toBe(label);
  expect(args.value('board')).toBe('virtual');
  expect(args.has('no-memory')).toBe(true);
});

test('it names the generation where the user did, and looks at the memory managers where asked', () => {
  const line = benchCommand({ board: '-x', generation: 'rfc', plan: plain, label: '', picture: true });
  expect(line).toBe('qda-lab bench --board=-x --generation rfc --plan quick --seed 7');
});

test('the folder of files for the DSP is an absolute path of the board, without slashes at its end', () => {
  const read = (path: string): string | undefined =>
    planRequest(parseCommand(bench, ['--dsp-files', path])).dspFiles;
  expect([read('/opt/files'), read('/opt/files//'), read('/')]).toEqual(['/opt/files', '/opt/files', '/']);
  expect(planRequest(parseCommand(bench, [])).dspFiles).toBe('');
  for (const path of ['', 'files', './files', '~/files', '/opt/../etc', '/..'])
    expect(() => read(path)).toThrow(`without "..", not "${path}"`);
});

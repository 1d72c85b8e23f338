import { expect, test } from 'vitest';
import type { Command } from '../../../electron/cli/command.ts';
import { COMMANDS } from '../../../electron/cli/commands/index.ts';
import { jsonOf } from '../../../electron/cli/json.ts';
import { commandHelp, programHelp } from '../../../electron/cli/help.ts';
import { textTable } from '../../../electron/cli/table.ts';
import { wrap } from '../../../electron/cli/wrap.ts';

const widest = (text: string): number => Math.max(...text.split('\n').map((line) => [...line].length));

test('a table lines up: words left, numbers right, a letter outside ASCII is one column, no trailing blanks', () => {
  const columns = [{ head: 'name' }, { head: 'time', right: true }, { head: '' }];
  const rows = [
    ['a', '12.5 µs', 'x'],
    ['longer', '1 s', ''],
  ];
  expect(textTable(columns, rows).split('\n')).toEqual([
    'name       time',
    '──────  ───────  ─',
    'a       12.5 µs  x',
    'longer      1 s',
  ]);
});

test('a row of one cell stands alone and widens no column', () => {
  const text = textTable([{ head: 'a' }, { head: 'b' }], [['a heading that is long'], ['1', '2']]);
  expect(text.split('\n')).toEqual(['a  b', '─  ─', 'a heading that is long', '1  2']);
});

test('wrap breaks at blanks, keeps the indent of the first line and hangs the others', () => {
  expect(wrap('  one two three four', 12, 4)).toBe('  one two\n    three\n    four');
  expect(wrap('short\n  as it is', 12, 4)).toBe('short\n  as it is');
});

test('wrap lets a word that is too long stand and loses no word', () => {
  expect(wrap('see /a/very/long/path here', 8, 2)).toBe('see\n  /a/very/long/path\n  here');
  const text = Array.from({ length: 200 }, (_, at) => 'w'.repeat((at % 7) + 1)).join(' ');
  const wrapped = wrap(text, 30, 3);
  expect(widest(wrapped)).toBeLessThanOrEqual(30);
  expect(wrapped.split(/\s+/).join(' ')).toBe(text);
});

test('every help fits 80 columns and names every option', () => {
  expect(widest(programHelp(COMMANDS, 80))).toBeLessThanOrEqual(80);
  for (const command of COMMANDS) {
    const help = commandHelp(command, 80);
    expect([command.name, widest(help) <= 80]).toEqual([command.name, true]);
    for (const option of command.options) expect(help).toContain(`  --${option.name}`);
    expect(programHelp(COMMANDS, 80)).toContain(`  ${command.name} `);
  }
});

test('a command without notes ends with its options', () => {
  const command: Command = {
    name: 'x',
    summary: 'Do x',
    usage: '',
    words: [0, 0],
    options: [],
    notes: [],
    run: () => Promise.resolve(0),
  };
  expect(commandHelp(command, 80)).toBe('Do x\n\nUsage: qda-lab x\n\nOptions\n  --help  Print this help');
});

test('JSON for programs carries addresses as hexadecimal text', () => {
  expect(jsonOf([{ address: 0x3_8120_0000n, size: 4096 }], 0)).toBe(
    '[{"address":"0x381200000","size":4096}]',
  );
});

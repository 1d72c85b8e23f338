import { expect, test } from 'vitest';
import {
  commandFirst,
  listOf,
  oneOf,
  parseCommand,
  seconds,
  wholeNumber,
} from '../../../electron/cli/arguments.ts';
import { type Arguments, type Command, UsageError } from '../../../electron/cli/command.ts';

const command: Command = {
  name: 'fly',
  summary: '',
  usage: 'WHERE [--fast]',
  words: [1, 2],
  options: [
    { name: 'fast', help: '' },
    { name: 'n', value: 'N', help: '' },
  ],
  notes: [],
  run: () => Promise.resolve(0),
};

const parse = (...argv: string[]): Arguments => parseCommand(command, argv);
const usage = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return 'no usage error';
};

test('words, switches and values; the last value counts and all are kept', () => {
  const args = parse('home', '--fast', '--n', '1', '--n=2');
  expect([args.words, args.has('fast'), args.has('n'), args.value('n'), args.values('n')]).toEqual([
    ['home'],
    true,
    true,
    '2',
    ['1', '2'],
  ]);
  expect([parse('home').has('fast'), parse('home').value('n')]).toEqual([false, undefined]);
});

test('too few and too many words, unknown options and missing values are usage errors', () => {
  expect(usage(() => parse())).toBe("'fly' wants: qda-lab fly WHERE [--fast]");
  expect(usage(() => parse('a', 'b', 'c'))).toContain('"c"');
  expect(usage(() => parse('a', '--slow'))).toContain('--slow');
  expect(usage(() => parse('a', '--n'))).toContain('--n');
  expect(usage(() => parse('a', '--fast=1'))).toContain('--fast');
});

test('help is asked with -h as with --help, and wants no words', () => {
  for (const word of ['-h', '--help']) expect(parse(word).has('help')).toBe(true);
});

test('whole numbers and seconds keep their bounds; absent is null', () => {
  const n = (text: string): Arguments => parse('a', '--n', text);
  expect(wholeNumber(n('7'), 'n', [1, 9])).toBe(7);
  for (const text of ['0', '10', '1.5', 'x', 'NaN'])
    expect(usage(() => wholeNumber(n(text), 'n', [1, 9]))).toContain(`not "${text}"`);
  expect(seconds(n('0.5'), 'n', [0, 9])).toBe(0.5);
  for (const text of ['', ' ', '10', 'x'])
    expect(usage(() => seconds(n(text), 'n', [0, 9]))).toContain('seconds');
  expect([wholeNumber(parse('a'), 'n', [1, 9]), seconds(parse('a'), 'n', [1, 9])]).toEqual([null, null]);
});

test('a word of a few: the first is the default, another is refused with what there is', () => {
  expect(oneOf(parse('a'), 'n', ['x', 'y'])).toBe('x');
  expect(oneOf(parse('a', '--n', 'y'), 'n', ['x', 'y'])).toBe('y');
  expect(usage(() => oneOf(parse('a', '--n', 'z'), 'n', ['x', 'y']))).toBe('--n wants one of x, y, not "z".');
});

test('lists are joined over commas and repeats', () => {
  expect(listOf(parse('a', '--n', 'p, q,', '--n', 'r'), 'n')).toEqual(['p', 'q', 'r']);
});

test('where to look for boards may stand before the command, and only commands that look take it', () => {
  expect(commandFirst(['--tcp', 'a:1', '--adb-server=b:2', 'fly', 'home', '--fast'])).toEqual([
    'fly',
    '--tcp',
    'a:1',
    '--adb-server=b:2',
    'home',
    '--fast',
  ]);
  expect(commandFirst(['fly', '--tcp', 'a:1'])).toEqual(['fly', '--tcp', 'a:1']);
  expect([commandFirst([]), commandFirst(['--tcp', 'a:1'])]).toEqual([[], ['--help']]);
  expect(commandFirst(['--version'])).toEqual(['--version']);
  const looks: Command = { ...command, boards: true };
  const args = parseCommand(looks, ['home', '--tcp', 'a:1', '--tcp', 'b:2']);
  expect([args.values('tcp'), args.values('adb-server')]).toEqual([['a:1', 'b:2'], []]);
  expect(usage(() => parse('home', '--tcp', 'a:1'))).toContain('--tcp');
});

import { expect, test } from 'vitest';
import { Commands, type Command } from '../../../renderer/app/commands.svelte.ts';
import { keysOf, keysText } from '../../../renderer/app/keys.ts';
import { searchCommands } from '../../../renderer/app/palette-search.ts';

const command = (title: string, group = 'View', more: Partial<Command> = {}): Command => ({
  id: title,
  title,
  group,
  run: () => undefined,
  ...more,
});

const LIST = [
  command('Show Memory'),
  command('Show Bench'),
  command('Pause the memory picture', 'Memory'),
  command('Start a virtual board ...', 'Board'),
  command('Look for boards again', 'Board'),
];
const titles = (query: string): string[] => searchCommands(LIST, query).map(({ title }) => title);

test('an empty query leaves the commands as they are', () => {
  expect(titles('')).toEqual(LIST.map(({ title }) => title));
  expect(titles('  ')).toHaveLength(LIST.length);
});

test('beginnings of the title go before words in it, and those before letters', () => {
  expect(titles('show')).toEqual(['Show Memory', 'Show Bench']);
  expect(titles('memory')[0]).toBe('Show Memory');
  expect(titles('memory')).toContain('Pause the memory picture');
  expect(titles('svb')).toEqual(['Start a virtual board ...']);
});

test('every word has to fit, in title or group', () => {
  expect(titles('board virtual')[0]).toBe('Start a virtual board ...');
  expect(titles('board look')).toEqual(['Look for boards again']);
  expect(titles('memory xyz')).toEqual([]);
});

test("a view's own command goes before the window's of the same keys, until the view is gone", () => {
  const commands = new Commands();
  const [window, view] = [command('a', 'Window', { keys: 'Space' }), command('b', 'Log', { keys: 'Space' })];
  commands.register([window]);
  const leave = commands.register([view]);
  expect(commands.byKeys('Space')).toBe(view);
  leave();
  expect(commands.byKeys('Space')).toBe(window);
});

test('a command that may not run now is passed over, and not run', () => {
  const commands = new Commands();
  let ran = 0;
  const first = command('a', 'Window', { keys: 'Space', run: () => (ran += 1) });
  commands.register([first, command('b', 'Log', { keys: 'Space', enabled: () => false })]);
  expect(commands.byKeys('Space')).toBe(first);
  expect(commands.run('b')).toBe(false);
  expect(commands.run('nothing')).toBe(false);
  expect(commands.run('a')).toBe(true);
  expect(ran).toBe(1);
});

const press = (key: string, more = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...more,
});

test('keys are named by what they mean on the machine', () => {
  expect(keysOf(press('k', { ctrlKey: true }), false)).toBe('Mod+K');
  expect(keysOf(press('k', { metaKey: true }), true)).toBe('Mod+K');
  expect(keysOf(press('k', { ctrlKey: true }), true)).toBe('Ctrl+K');
  expect(keysOf(press('k', { metaKey: true }), false)).toBe('Meta+K');
  expect(keysOf(press(' '), false)).toBe('Space');
  expect(keysOf(press('t'), false)).toBe('T');
  expect(keysOf(press('T', { shiftKey: true }), false)).toBe('Shift+T');
  expect(keysOf(press('?', { shiftKey: true }), false)).toBe('?');
  expect(keysOf(press('ArrowLeft', { shiftKey: true }), false)).toBe('Shift+ArrowLeft');
  expect(keysText('Mod+K', true)).toBe('⌘K');
  expect(keysText('Mod+K', false)).toBe('Ctrl+K');
});

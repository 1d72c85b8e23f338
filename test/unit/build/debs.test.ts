import { expect, test } from 'vitest';
import { mirrorIn } from '../../../build/debs.ts';

test('a line of sources.list names the place of its release, and no other', () => {
  const text =
    '# deb http://old.example/debian one main\ndeb [arch=amd64 signed-by=/k.gpg] http://m.example/debian one main\n';
  expect(mirrorIn(text, 'one')).toEqual({ uri: 'http://m.example/debian', key: '/k.gpg' });
  expect(mirrorIn(text, 'one-updates')).toBeNull();
  expect(mirrorIn('deb http://m.example/debian two main contrib', 'two')).toEqual({
    uri: 'http://m.example/debian',
    key: null,
  });
});

test('a stanza of a .sources file names it too; one that is switched off does not', () => {
  const stanza =
    'Types: deb\n# http://old.example\nURIs: http://m.example/debian\nSuites: one one-updates\nSigned-By: /k.gpg\n';
  expect(mirrorIn(stanza, 'one')).toEqual({ uri: 'http://m.example/debian', key: '/k.gpg' });
  expect(mirrorIn(`Types: deb\nURIs: http://x.example\nSuites: other\n\n${stanza}`, 'one-updates')?.uri).toBe(
    'http://m.example/debian',
  );
  expect(mirrorIn(`${stanza}Enabled: no\n`, 'one')).toBeNull();
  expect(mirrorIn('', 'one')).toBeNull();
});

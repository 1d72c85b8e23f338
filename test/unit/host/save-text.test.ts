import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { saveFresh, saveText } from '../../../electron/host/save-text.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'qda-lab-save-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

test('a fresh file takes the next number that is free, also among several at once', async () => {
  const name = join(folder, 'a.b.txt');
  writeFileSync(name, 'mine');
  const texts = ['one', 'two', 'three'];
  const saved = await Promise.all(texts.map((text) => saveFresh(name, text)));
  expect(saved.every(({ ok }) => ok)).toBe(true);
  expect(readdirSync(folder).sort()).toEqual(['a.b-2.txt', 'a.b-3.txt', 'a.b-4.txt', 'a.b.txt']);
  expect(readFileSync(name, 'utf8')).toBe('mine');
  const found = saved.map((one) => (one.ok ? readFileSync(one.value, 'utf8') : ''));
  expect(found).toEqual(texts);
});

test('a named file is replaced only where that is wanted', async () => {
  const path = join(folder, 'file.txt');
  expect(await saveText(path, 'one', { replace: false })).toEqual({ ok: true, value: path });
  expect(await saveText(path, 'two', { replace: false })).toMatchObject({
    ok: false,
    problem: { code: 'exists' },
  });
  expect(await saveText(path, 'three', { replace: true })).toEqual({ ok: true, value: path });
  expect(readFileSync(path, 'utf8')).toBe('three');
});

import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeNew, writeText } from '../../../electron/report/write.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'qda-lab-write-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function refusal(path: string): Promise<{ code: string; message: string; remedy: string }> {
  const written = await writeText(path, 'new');
  if (written.ok) throw new Error('expected a refusal');
  expect(written.problem.message).toContain(path);
  expect(written.problem.remedy).not.toBe('');
  return written.problem;
}

test('a file is written whole and nothing stays beside it', async () => {
  const path = join(folder, 'report.html');
  const text = 'µ'.repeat(300_000);
  expect(await writeText(path, text)).toEqual({ ok: true, value: path });
  expect(readFileSync(path, 'utf8')).toBe(text);
  expect(readdirSync(folder)).toEqual(['report.html']);
});

test('an old file is replaced, also by several writers at once', async () => {
  const path = join(folder, 'run.json');
  writeFileSync(path, 'old');
  const texts = Array.from({ length: 8 }, (_, at) => String(at).repeat(5000));
  const all = await Promise.all(texts.map((text) => writeText(path, text)));
  expect(all.every((one) => one.ok)).toBe(true);
  expect(texts).toContain(readFileSync(path, 'utf8'));
  expect(readdirSync(folder)).toEqual(['run.json']);
});

test('a new file takes no name that something has: a file, a link to nowhere, a folder', async () => {
  const path = join(folder, 'new.txt');
  expect(await writeNew(path, 'first')).toEqual({ ok: true, value: path });
  symlinkSync(join(folder, 'nowhere'), join(folder, 'link'));
  mkdirSync(join(folder, 'folder'));
  for (const name of ['new.txt', 'link', 'folder']) {
    const written = await writeNew(join(folder, name), 'second');
    expect(written.ok ? '' : written.problem.code).toBe('exists');
  }
  expect(readFileSync(path, 'utf8')).toBe('first');
  expect(readdirSync(folder).sort()).toEqual(['folder', 'link', 'new.txt']);
});

test('a link is replaced, not followed', async () => {
  const target = join(folder, 'target');
  writeFileSync(target, 'mine');
  symlinkSync(target, join(folder, 'link'));
  expect((await writeText(join(folder, 'link'), 'new')).ok).toBe(true);
  expect(readFileSync(target, 'utf8')).toBe('mine');
});

test('a folder that is not there, a file in the place of a folder, a folder in the place of the file', async () => {
  writeFileSync(join(folder, 'file'), 'x');
  mkdirSync(join(folder, 'sub'));
  expect((await refusal(join(folder, 'none', 'r.html'))).code).toBe('no-folder');
  expect((await refusal(join(folder, 'file', 'r.html'))).code).toBe('no-folder');
  expect((await refusal(join(folder, 'sub'))).code).toBe('is-folder');
  expect(readdirSync(folder).sort()).toEqual(['file', 'sub']);
});

const root = process.getuid?.() === 0;

/** A file system of our own needs the right to mount one; where it is missing the test says so by being skipped. */
function mounted(options: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
const unmount = (): void => void execFileSync('umount', [folder]);

test.skipIf(!root)('a full disk keeps the old file, and nothing stays beside it', async ({ skip }) => {
  if (!mounted('size=64k')) skip('tmpfs cannot be mounted here');
  try {
    const path = join(folder, 'r.html');
    expect((await writeText(path, 'old')).ok).toBe(true);
    const written = await writeText(path, 'x'.repeat(1_000_000));
    expect(written.ok ? '' : written.problem.code).toBe('disk-full');
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['r.html']);
  } finally {
    unmount();
  }
});

test('a place that may not be written: a read-only file system for root, a closed folder for others', async ({
  skip,
}) => {
  if (root && !mounted('ro')) skip('tmpfs cannot be mounted here');
  if (!root) chmodSync(folder, 0o500);
  try {
    const problem = await refusal(join(folder, 'r.html'));
    expect(problem.code).toBe('not-writable');
    expect(problem.message).toContain(root ? 'read-only' : 'may not be written');
    expect(readdirSync(folder)).toEqual([]);
  } finally {
    if (root) unmount();
    else chmodSync(folder, 0o700);
  }
});

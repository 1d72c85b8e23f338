import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { nativeProgram } from '../../../electron/link/deploy/paths.ts';
import { Child, endingText } from '../../../electron/link/deploy/process.ts';
import { isAlive, Programs } from './programs.ts';

const programs = new Programs();
afterAll(() => {
  programs.remove();
});

const HUNG = 30_000;

describe('a child process', () => {
  it('gets its input, and gives its first line while it goes on', async () => {
    const child = new Child(programs.add('read word; echo "got $word"; exec sleep 100'), [], {
      input: 'token\n',
    });
    expect(await child.firstLine(HUNG)).toBe('got token');
    expect(isAlive(child.pid ?? 0)).toBe(true);
    expect(await child.stop()).toMatchObject({ signal: 'SIGTERM' });
    expect(isAlive(child.pid ?? 0)).toBe(false);
  });

  it('tells its exit code and its last words', async () => {
    const child = new Child(programs.add('echo "no board" >&2; exit 3'), []);
    expect(await child.firstLine(HUNG)).toBeNull();
    const ending = await child.ended;
    expect(ending).toEqual({ code: 3, signal: null, failed: null, stderr: 'no board' });
    expect(endingText(ending)).toBe('ended with exit code 3');
  });

  it('keeps only the end of endless words', async () => {
    const child = new Child(programs.add('seq 1 5000 >&2'), []);
    const { stderr } = await child.ended;
    expect(stderr.endsWith('\n5000')).toBe(true);
    expect(stderr.length).toBeLessThanOrEqual(4096);
  });

  it('that prints no line is not waited for for ever', async () => {
    const child = new Child(programs.add('exec sleep 100'), []);
    expect(await child.firstLine(50)).toBeNull();
    await child.stop();
  });

  it('that will not end is killed', async () => {
    const child = new Child(programs.add("trap '' TERM; echo up; while :; do sleep 0.1; done"), []);
    await child.firstLine(HUNG);
    const ending = await child.stop();
    expect(endingText(ending)).toBe('was killed by SIGKILL');
    expect(isAlive(child.pid ?? 0)).toBe(false);
  });

  it('whose pipe somebody else keeps open has ended all the same', async () => {
    const child = new Child(programs.add('sleep 2 & echo words >&2; exit 1'), []);
    expect(await child.ended).toMatchObject({ code: 1, stderr: 'words' });
  });

  it('that cannot be started says why', async () => {
    const child = new Child(join(programs.folder, 'missing'), [], { input: 'x' });
    const ending = await child.stop();
    expect(ending.failed).toContain('ENOENT');
    expect(endingText(ending)).toMatch(/^could not be started/);
    expect(await child.firstLine(HUNG)).toBeNull();
  });

  it.each([
    ['does not outlive us', '', false],
    ['does so only when it was released', 'child.release();', true],
  ])('%s', async (_what, release, outlives) => {
    const module = join(import.meta.dirname, '../../../electron/link/deploy/process.ts');
    const script = `
      import { Child } from ${JSON.stringify(module)};
      const child = new Child('/bin/sleep', ['100']);
      console.log(child.pid);
      ${release}
      setTimeout(() => process.exit(0), 50);`;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
    });
    const pid = Number(stdout);
    expect(pid).toBeGreaterThan(0);
    if (outlives) expect(isAlive(pid)).toBe(true);
    else await vi.waitUntil(() => !isAlive(pid), { timeout: HUNG });
    if (outlives) process.kill(pid, 'SIGKILL');
  });
});

describe('native programs', () => {
  it('that are not built are a problem with a remedy', () => {
    const outcome = nativeProgram('agent', programs.folder);
    expect(outcome).toMatchObject({
      ok: false,
      problem: { code: 'not-built', remedy: 'Build it: npm run native' },
    });
  });

  it('are found where the build puts them', () => {
    const path = join(programs.folder, 'native/vqda/vqda');
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '', { mode: 0o755 });
    expect(nativeProgram('vqda', programs.folder)).toEqual({ ok: true, value: path });
  });
});

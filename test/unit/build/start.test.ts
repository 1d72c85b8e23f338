import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { at } from '../../../build/run.ts';

test('npm start without a program of Electron says so in one sentence, with what opens the same window', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [at('build/app.ts'), 'start'], {
    encoding: 'utf8',
    env: { ...process.env, QDA_LAB_ELECTRON: '/nowhere/electron' },
  });
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^Electron's program is not on this machine .*npm run serve\n$/);
});

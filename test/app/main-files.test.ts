import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { TestLab } from '../board/bench-lab.ts';
import { openFace, type Face } from './faces.ts';

vi.mock('electron', () => import('./electron/index.ts'));
const { control } = await import('./electron/index.ts');

const shellCall = (call: string, args: unknown): Promise<unknown> =>
  control.page().evaluate(`window.qdaLab.shell(${JSON.stringify(call)}, ${JSON.stringify(args)})`);

/** Files that come from outside, and those that go there. */
describe('files of the app', () => {
  let lab: TestLab;
  let face: Face;
  let file: string;
  let run: string;
  beforeAll(async () => {
    lab = await TestLab.start();
    await lab.run('bench', '--board', lab.name, '--only', 'base.ioctl,mem.alloc', '--out', 'out');
    file = join(lab.folder, 'out/run.json');
    run = (JSON.parse(readFileSync(file, 'utf8')) as { id: string }).id;
    face = await openFace('main');
    await face.page.getByRole('navigation').first().waitFor();
  });
  afterAll(async () => {
    await face.close();
    await lab.close();
  });

  it('a run file named by a second start is imported and opened', async () => {
    control.app.emit('second-instance', {}, ['qda-lab-app', file], lab.folder);
    // Its results are shown.
    await face.page.getByText('mem.alloc').first().waitFor();
  });

  it('the report of a run is written as PDF where the user said', async () => {
    const path = join(face.home, 'report.pdf');
    control.dialogs.push((options) => {
      expect(options['defaultPath']).toMatch(/\.pdf$/);
      return { canceled: false, filePath: path };
    });
    expect(await shellCall('shell.pdf', { run })).toEqual({ ok: true, value: { path } });
    expect(readFileSync(path).subarray(0, 5).toString('latin1')).toBe('%PDF-');
    expect(statSync(path).size).toBeGreaterThan(20_000);
    // The window that printed is gone.
    expect(control.windows()).toHaveLength(1);
  });

  it('the PDF of a run that is not there is a problem, and no dialog is shown', async () => {
    expect(await shellCall('shell.pdf', { run: '20200101-000000-none' })).toMatchObject({
      ok: false,
      problem: { code: 'unknown-run' },
    });
  });

  it('a second start brings the window to the front', () => {
    const focused = vi.fn();
    control.windows()[0]?.once('focus', focused);
    control.app.emit('second-instance', {}, ['qda-lab-app'], lab.folder);
    expect(focused).toHaveBeenCalledOnce();
  });

  it('an app whose place is taken leaves at once', async () => {
    const { startApp } = await import('../../electron/main/app.ts');
    const before = control.windows().length;
    control.app.locked = false;
    control.app.removeAllListeners('will-quit');
    await startApp({ page: '/none', preload: '/none', host: '/none' }, []);
    expect(control.app.quits).toBe(1);
    expect(control.windows()).toHaveLength(before);
    expect(control.hosts()).toHaveLength(1);
  });
});

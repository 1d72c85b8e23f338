// Virtual boards as processes: started, found, stopped, and gone.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startBoard, stopBoard, type BoardOptions } from '../../electron/link/virtual/board.ts';
import { connectBoard } from '../../electron/link/virtual/control.ts';
import { runningBoards } from '../../electron/link/virtual/sockets.ts';
import { boardOfOwn, problemOf, remainsOf, targetOf, until, valueOf } from './session-lab.ts';

const module = join(import.meta.dirname, '../../electron/link/virtual/board.ts');

/** Starts a board in another process of ours, which ends right afterwards: by itself, or killed where the board keeps it alive. */
async function startElsewhere(options: BoardOptions): Promise<void> {
  const script = `
    import { startBoard } from ${JSON.stringify(module)};
    const board = await startBoard(${JSON.stringify(options)});
    if (!board.ok) throw new Error(board.problem.message);
    board.value.control.close();
    console.log('started');`;
  const starter = spawn(process.execPath, ['--input-type=module', '-e', script]);
  const ended = once(starter, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  let [said, stderr] = ['', ''];
  starter.stdout.on('data', (text: Buffer) => (said += text.toString()));
  starter.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
  if (options.detached !== true) {
    await until('the board', () => said !== '');
    expect(valueOf(runningBoards())).toContain(options.name);
    starter.kill('SIGKILL');
  }
  expect([...(await ended), stderr]).toEqual(
    options.detached === true ? [0, null, ''] : [null, 'SIGKILL', ''],
  );
}

describe('a virtual board', () => {
  it('is what it was asked to be', async () => {
    const board = await boardOfOwn({
      generation: 'rfc',
      iommu: 'bypass',
      quirks: { 'mmap-pins-object': false },
    });
    const info = valueOf(await board.control.status());
    expect(info).toMatchObject({
      name: board.name,
      generation: 'rfc',
      iommu: 'bypass',
      pid: board.pid,
      files: 0,
    });
    expect(info.quirks).toContainEqual(expect.objectContaining({ name: 'mmap-pins-object', on: false }));
    expect((await targetOf(board)).summary).toMatchObject({ simulated: true, state: 'ready' });
    expect((await targetOf(board)).summary.detail).toContain('rfc');
    await board.stop();
    expect(remainsOf(board.name)).toEqual([]);
  });

  it('holds workloads, which end with it', async () => {
    const board = await boardOfOwn();
    const pids = valueOf(await board.control.startWorkload({ kind: 'share', count: 2 }));
    expect(pids.length).toBeGreaterThan(0);
    expect(valueOf(await board.control.status()).workloadPids).toEqual(expect.arrayContaining([...pids]));
    await board.stop();
    expect(remainsOf(board.name)).toEqual([]);
  });

  it('of one name runs once', async () => {
    const board = await boardOfOwn();
    const problem = problemOf(await startBoard({ name: board.name }));
    expect(problem.code).toBe('board-start');
    expect(problem.message).toContain('runs already');
    await board.stop();
  });

  it('that is told nonsense does not start, and says why', async () => {
    const problem = problemOf(await startBoard({ name: 'nonsense', quirks: { 'no-such-quirk': true } }));
    expect(problem).toMatchObject({ code: 'board-start' });
    expect(problem.message).toContain('no-such-quirk');
  });

  it('that is gone refuses an agent by a sentence', async () => {
    const board = await boardOfOwn();
    const target = await targetOf(board);
    await board.stop();
    const problem = problemOf(await target.deploy({}));
    expect(problem.code).toBe('agent-start');
    expect(problem.message).toContain('no virtual QDA answers');
    expect(problemOf(await connectBoard(board.name)).code).toBe('unknown-board');
    expect(problemOf(await stopBoard(board.name)).code).toBe('unknown-board');
  });

  it('that is detached outlives its starter, until it is stopped by name', async () => {
    const name = `session-${process.pid}-detached`;
    await startElsewhere({ name, detached: true });
    expect(valueOf(runningBoards())).toContain(name);
    const control = valueOf(await connectBoard(name));
    const started = await control.startWorkload({ kind: 'producer' });
    control.close();
    valueOf(await stopBoard(name));
    valueOf(started);
    expect(valueOf(runningBoards())).not.toContain(name);
    expect(remainsOf(name)).toEqual([]);
  });

  it('that is not detached ends with its starter, even if that is killed', async () => {
    const name = `session-${process.pid}-attached`;
    await startElsewhere({ name });
    await until('its end', () => remainsOf(name).length === 0);
  });
});

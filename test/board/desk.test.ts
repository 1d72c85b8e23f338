// The desk with a real agent on a virtual board: what its faces are told of boards and of memory managers.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startBoard } from '../../electron/link/virtual/board.ts';
import { DeskLab, until, value } from './desk-lab.ts';
import { sorted } from '../unit/memory/pictures.ts';
import { processesOf } from './session-lab.ts';
import { problemOf } from './session-lab.ts';
import { nothingStays } from './leftovers.ts';

let lab: DeskLab;
beforeEach(async () => {
  lab = await DeskLab.start();
});
afterEach(async () => {
  await lab.close();
  await nothingStays(() => lab.board.leftovers());
});

describe('boards', () => {
  it('are seen, opened, asked, labelled and closed', async () => {
    const face = lab.face();
    const seen = await face.untilBoard('the board', lab.name, () => true);
    expect(seen).toMatchObject({
      transports: ['virtual'],
      simulated: true,
      named: false,
      open: false,
      identity: null,
      dsp: null,
      state: { kind: 'ready' },
    });
    value(await face.call('boards.open', { board: lab.name }));
    const open = await face.untilBoard('an open board', lab.name, (board) => board.open);
    expect(open).toMatchObject({ state: { kind: 'ready' }, dsp: 'cdsp', driver: 'QDA v1' });
    expect(open.identity?.simulated).toBe(true);
    expect(open.heardMs).not.toBeNull();
    expect(value(await face.call('boards.checks', { board: lab.name })).length).toBeGreaterThan(0);
    value(await face.call('boards.label', { board: lab.name, label: ' lab rack 3 ' }));
    await face.untilBoard('a label', lab.name, (board) => board.named && board.label === 'lab rack 3');
    expect(processesOf('qda-agent', lab.name).length).toBe(1);
    value(await face.call('boards.close', { board: lab.name }));
    await face.untilBoard('a closed board', lab.name, (board) => !board.open && board.state.kind === 'ready');
    expect(processesOf('qda-agent', lab.name)).toEqual([]);
    expect(
      face
        .all('log')
        .flatMap(({ entries }) => entries)
        .map(({ text }) => text),
    ).toContain('The agent is ready.');
  });

  it('are checked one check after the other, also without an agent, and cleaned', async () => {
    const face = lab.face();
    await face.untilBoard('the board', lab.name, () => true);
    const seen = value(await face.call('boards.checks', { board: lab.name, agent: false }));
    expect(seen.map(({ name }) => name)).toEqual([
      'transport',
      'agent-program',
      'virtual-board',
      'virtual-dsp',
    ]);
    expect(processesOf('qda-agent', lab.name)).toEqual([]);
    const told = face.all('checks').filter(({ board }) => board === lab.name);
    expect(told.map(({ checks, asking }) => [checks.length, asking])).toEqual([
      [0, true],
      [1, true],
      [2, true],
      [3, true],
      [4, true],
      [4, false],
    ]);
    const all = value(await face.call('boards.checks', { board: lab.name }));
    expect(all.map(({ name }) => name)).toEqual(expect.arrayContaining(['transport', 'generation', 'clock']));
    expect(problemOf(await face.call('boards.checks', { board: 'nobody' })).code).toBe('unknown-board');
    expect(value(await face.call('boards.clean', { board: lab.name })).text).toContain('Nothing of ours');
    await face.untilBoard('a closed board', lab.name, (board) => !board.open);
  });

  it('are looked for at addresses that are kept over a restart; a file for a report holds no names of keys', async () => {
    const face = lab.face();
    await face.untilBoard('the board', lab.name, () => true);
    expect(problemOf(await face.call('boards.addAddress', { kind: 'tcp', address: 'no address' })).code).toBe(
      'tcp-address',
    );
    value(await face.call('boards.addAddress', { kind: 'tcp', address: '127.0.0.1:9' }));
    await until('the address', () => (face.last('boards')?.addresses?.length === 1 ? true : null));
    await lab.again();
    const again = lab.face();
    await until('the address', () =>
      again.last('boards')?.addresses?.[0]?.address === '127.0.0.1:9' ? true : null,
    );
    const made = value(await again.call('app.doctor', {}));
    expect(made.file.text).toContain('ok virtual-board: ');
    value(await again.call('boards.removeAddress', { kind: 'tcp', address: '127.0.0.1:9' }));
    await until('no address', () => (again.last('boards')?.addresses?.length === 0 ? true : null));
  });

  it('keep their label over a restart, until it is taken away', async () => {
    value(await labelled('rack'));
    await lab.again();
    const face = lab.face();
    await face.untilBoard('the label', lab.name, (board) => board.label === 'rack' && board.named);
    value(await face.call('boards.label', { board: lab.name, label: '' }));
    await face.untilBoard('no label', lab.name, (board) => !board.named);
  });

  it('stand without labels where their file is damaged, which is said and not written over', async () => {
    value(await labelled('rack'));
    const path = join(lab.lab.home, 'boards.json');
    writeFileSync(path, '{"schema":"qda-lab/boards/1","labels":{"x":');
    await lab.again();
    const face = lab.face();
    await until('the log', () => face.last('log'));
    expect(face.last('log')?.entries[0]).toMatchObject({ level: 'warn', source: 'app' });
    await face.untilBoard('the board', lab.name, (board) => !board.named);
    const refused = await face.call('boards.label', { board: lab.name, label: 'other' });
    expect(problemOf(refused).code).toBe('labels-damaged');
    expect(readFileSync(path, 'utf8')).toMatch(/"x":$/);
  });

  it('show a DSP that goes and comes back', async () => {
    const face = lab.face();
    value(await face.call('boards.open', { board: lab.name }));
    const before = await face.untilBoard('the DSP', lab.name, (board) => board.dsp === 'cdsp');
    value(await face.call('boards.unplug', { board: lab.name, dsp: 'cdsp' }));
    const without = await face.untilBoard(
      'a DSP that is gone',
      lab.name,
      (board) => board.state.kind === 'dsp-restarted' && board.dsp !== 'cdsp',
    );
    expect(without.detail).toContain('cdsp (unplugged)');
    value(await face.call('boards.replug', { board: lab.name, dsp: 'cdsp' }));
    const back = await face.untilBoard(
      'the DSP again',
      lab.name,
      (board) => board.dsp === 'cdsp' && board.state.kind === 'ready',
    );
    expect(back.identity?.nodes).not.toEqual(before.identity?.nodes);
  });

  it('are started and stopped', async () => {
    const face = lab.face();
    const name = `${lab.name}x`;
    const request = { name, generation: 'rfc', iommu: 'translated', dsp: 'none' } as const;
    const workloads = [{ kind: 'producer', size: 4096, count: 2 }] as const;
    value(await face.call('boards.startVirtual', { ...request, workloads: [...workloads] }));
    try {
      expect(face.board(name)?.detail ?? (await face.untilBoard('it', name, () => true)).detail).toContain(
        'QDA rfc',
      );
      expect(problemOf(await face.call('boards.startVirtual', { ...request, workloads: [] })).code).toBe(
        'board-runs',
      );
    } finally {
      value(await face.call('boards.stopVirtual', { board: name }));
    }
    await until('that it is gone', () => (face.board(name) === null ? true : null));
  });
});

async function labelled(label: string): ReturnType<typeof ask> {
  const face = lab.face();
  await face.untilBoard('the board', lab.name, () => true);
  return ask(face, label);
}
const ask = (face: ReturnType<DeskLab['face']>, label: string) =>
  face.call('boards.label', { board: lab.name, label });

describe('a watch of memory managers', () => {
  it('gives a reset and then steps, which come to the picture', async () => {
    value(await lab.board.control.startWorkload({ kind: 'share', size: 65536, count: 3 }));
    value(await lab.board.control.startWorkload({ kind: 'churn', size: 16384, count: 4 }));
    const face = lab.face();
    value(await face.call('memory.watch', { board: lab.name }));
    await face.untilWatch('watching');
    await until('steps', () => (face.all('memory').length > 15 ? true : null));
    const deltas = face.all('memory').map(({ delta }) => delta);
    expect(deltas.map(({ reset }) => reset)).toEqual(deltas.map((_, at) => at === 0));
    expect(deltas.map(({ seq }) => seq)).toEqual(deltas.map((_, at) => at + 1));
    expect(face.live.buffers.size).toBeGreaterThan(0);
    expect(face.live.mappings.size).toBeGreaterThan(0);
    const before = face.pushes.length;
    const stepped = sorted(face.live.toPicture());
    value(await face.call('memory.resync', { board: lab.name }));
    const reset = face.pushes[before];
    if (reset?.push !== 'memory' || !reset.value.delta.reset) throw new Error('no reset came at once');
    expect(sorted(face.live.toPicture())).toEqual({ ...stepped, takenNs: expect.any(Number) as number });
  });

  it('is one for all faces, and each gets its own reset', async () => {
    value(await lab.board.control.startWorkload({ kind: 'churn', size: 4096, count: 2 }));
    const [first, second] = [lab.face(), lab.face()];
    value(await first.call('memory.watch', { board: lab.name }));
    await until('steps', () => (first.all('memory').length > 3 ? true : null));
    value(await second.call('memory.watch', { board: lab.name }));
    await until('steps of both', () => (second.all('memory').length > 3 ? true : null));
    expect(second.all('memory')[0]?.delta).toMatchObject({ reset: true });
    expect(second.live.seq).toBe(first.live.seq);
    expect(sorted(second.live.toPicture())).toEqual(sorted(first.live.toPicture()));
    expect(processesOf('qda-agent', lab.name).length).toBe(1);
    value(await first.call('memory.unwatch', { board: lab.name }));
    const told = first.all('memory').length;
    const seq = second.live.seq;
    await until('more steps', () => (second.live.seq > seq + 2 ? true : null));
    expect(first.all('memory').length).toBe(told);
  });

  it('holds back what a congested face does not take, and makes up for it with one reset', async () => {
    value(await lab.board.control.startWorkload({ kind: 'churn', size: 4096, count: 2 }));
    const [quick, slow] = [lab.face(), lab.face()];
    for (const face of [quick, slow]) value(await face.call('memory.watch', { board: lab.name }));
    await until('steps', () => (slow.all('memory').length > 2 ? true : null));
    slow.congested = true;
    const before = slow.pushes.length;
    const seq = quick.live.seq;
    await until('steps of the other', () => (quick.live.seq > seq + 6 ? true : null));
    expect(slow.pushes.length).toBe(before);
    slow.drained();
    const made = slow.pushes
      .slice(before)
      .flatMap((push) => (push.push === 'memory' ? [push.value.delta] : []));
    expect(made).toMatchObject([{ reset: true, seq: quick.live.seq }]);
    await until('steps again', () => (slow.live.seq > (made[0]?.seq ?? 0) + 2 ? true : null));
    expect(slow.all('memory').filter(({ delta }) => delta.reset).length).toBe(2);
  });

  it('waits for a board that was killed, and goes on when it is back', async () => {
    const face = lab.face();
    value(await face.call('memory.watch', { board: lab.name }));
    await face.untilWatch('watching');
    await lab.board.board.stop();
    const lost = await face.untilWatch('lost');
    expect(lost.state.kind === 'lost' && lost.state.reason).not.toBe('');
    await face.untilBoard(
      'an absent board',
      lab.name,
      (board) => board.state.kind === 'absent' && !board.open,
    );
    const seq = face.live.seq;
    const back = value(await startBoard({ name: lab.name }));
    try {
      value(await back.control.startWorkload({ kind: 'producer', size: 4096, count: 2 }));
      await face.untilWatch('watching');
      await until('the picture of the new board', () =>
        face.live.seq > seq && face.live.buffers.size > 0 ? true : null,
      );
      await face.untilBoard('an open board', lab.name, (board) => board.open);
    } finally {
      await lab.closeDesk();
      await back.stop();
    }
  });

  it('keeps the picture while the stream is away, and traces again when it is back', async () => {
    value(await lab.board.control.startWorkload({ kind: 'churn', size: 4096, count: 2 }));
    const link = await lab.spoil();
    const face = lab.face();
    value(await face.call('memory.watch', { board: lab.name }));
    await until('mappings', () => (face.live.mappings.size > 0 ? true : null));
    const buffers = face.live.buffers.size;
    link.reachable = false;
    link.cut();
    await face.untilWatch('lost');
    await face.untilBoard('a lost board', lab.name, ({ state, open }) => state.kind === 'lost' && open);
    expect(face.live.buffers.size).toBe(buffers);
    const seq = face.live.seq;
    link.reachable = true;
    await face.untilWatch('watching');
    await until('mappings of the new trace', () =>
      face.live.seq > seq + 3 && face.live.mappings.size > 0 ? true : null,
    );
    expect(processesOf('qda-agent', lab.name).length).toBe(1);
  });

  it('begins anew where another board took the place of the one that it knew', async () => {
    const face = lab.face();
    value(await face.call('memory.watch', { board: lab.name }));
    await face.untilWatch('watching');
    await lab.board.board.stop();
    const other = value(await startBoard({ name: lab.name, generation: 'rfc' }));
    try {
      await face.untilBoard('the other', lab.name, (board) => board.open && board.driver === 'QDA rfc');
      await face.untilWatch('watching');
    } finally {
      await lab.closeDesk();
      await other.stop();
    }
  });

  it('goes on with a board that was stopped and started again from the app', async () => {
    const face = lab.face();
    const board = `${lab.name}y`;
    const request = {
      name: board,
      generation: 'v1',
      iommu: 'translated',
      dsp: 'none',
      workloads: [],
    } as const;
    const startIt = () => face.call('boards.startVirtual', { ...request, workloads: [] });
    value(await startIt());
    try {
      value(await face.call('boards.label', { board, label: 'mine' }));
      value(await face.call('memory.watch', { board }));
      await face.untilWatch('watching');
      value(await face.call('boards.stopVirtual', { board }));
      await face.untilWatch('lost');
      value(await startIt());
      await face.untilWatch('watching');
    } finally {
      value(await face.call('boards.stopVirtual', { board }));
    }
  });

  it('stops where the user closes the board, until it is opened again', async () => {
    const face = lab.face();
    value(await face.call('memory.watch', { board: lab.name }));
    await face.untilWatch('watching');
    value(await face.call('boards.close', { board: lab.name }));
    await face.untilWatch('stopped');
    expect(processesOf('qda-agent', lab.name)).toEqual([]);
    value(await face.call('boards.open', { board: lab.name }));
    await face.untilWatch('watching');
  });
});

describe('a face', () => {
  it('is refused what does not fit, in words, and the desk lives on', async () => {
    const face = lab.face();
    expect(problemOf(await face.raw('boards.open', { board: 3 }))).toMatchObject({ code: 'bad-arguments' });
    expect(problemOf(await face.raw('boards.open', { board: 'x', more: 1 })).code).toBe('bad-arguments');
    expect(problemOf(await face.raw('constructor', {})).code).toBe('unknown-call');
    expect(problemOf(await face.raw('memory.watch', { board: `${lab.name}-none` })).code).toBe(
      'unknown-board',
    );
    expect(problemOf(await face.raw('memory.resync', { board: lab.name })).code).toBe('not-watched');
    expect(problemOf(await face.raw('boards.unplug', { board: 'nobody', dsp: 'cdsp' })).code).toBe(
      'unknown-board',
    );
    expect(value(await face.call('app.info', {})).storePath).toBe(lab.lab.storePath);
  });

  it('hears nothing any more when it is gone, and its watch ends', async () => {
    const face = lab.face();
    value(await face.call('memory.watch', { board: lab.name }));
    await face.untilWatch('watching');
    face.close();
    const told = face.pushes.length;
    const other = lab.face();
    await other.untilBoard('the board', lab.name, (board) => board.open);
    value(await other.call('boards.look', {}));
    expect(face.pushes.length).toBe(told);
  });
});

// The list of boards over ways of the test's own: what they say, what stays of what they said, and the labels.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Lab } from '../../../electron/host/compose.ts';
import { BoardsFeed } from '../../../electron/host/desk/boards-feed.ts';
import { Boards } from '../../../electron/host/desk/boards.ts';
import { Face, Faces } from '../../../electron/host/desk/face.ts';
import { Labels } from '../../../electron/host/desk/labels.ts';
import { Log } from '../../../electron/host/desk/log.ts';
import { endedBy } from '../../../electron/host/desk/seen-boards.ts';
import type { Provider, Target } from '../../../electron/link/interfaces/link.ts';
import type { BoardSummary } from '../../../electron/model/board.ts';
import { fail, ok, type Outcome } from '../../../electron/model/outcome.ts';
import { FakeClock, settle } from '../session/fake-clock.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'qda-lab-boards-'));
});
afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

const target = (id: string, changes: Partial<BoardSummary> = {}): Target => ({
  summary: {
    id,
    transport: 'usb',
    label: `board ${id}`,
    simulated: false,
    state: 'ready',
    detail: 'd',
    ...changes,
  },
  deploy: async () => fail('unauthorized', 'The board does not let us in.', 'Say yes on its screen.'),
});

/** Ways whose lists the test gives. */
class Ways {
  seen: Outcome<readonly Target[]> = ok([]);
  looks = 0;
  readonly boards: Boards;
  readonly log: Log;
  changes = 0;

  constructor() {
    const clock = new FakeClock();
    this.log = new Log(clock);
    const provider = {
      transport: 'usb' as const,
      list: async () => {
        this.looks += 1;
        return this.seen;
      },
    };
    const lab: Lab = { providers: [provider], storePath: '', home, version: '0', buildId: '0' };
    this.boards = new Boards({ lab, log: this.log, labels: new Labels(home), clock });
    this.boards.events.on('changed', () => (this.changes += 1));
  }

  async see(...targets: readonly Target[]): Promise<void> {
    this.seen = ok(targets);
    await this.boards.look();
  }

  get states(): unknown {
    return this.boards.view().boards.map(({ id, state }) => [id, state]);
  }
}

describe('the list of boards', () => {
  it('says what each way says of a board, in the order of their names', async () => {
    const ways = new Ways();
    expect(ways.boards.view().looked).toBe(false);
    await ways.see(
      target('b', { state: 'offline', detail: 'asleep' }),
      target('a'),
      target('c', { state: 'unauthorized', detail: 'say yes' }),
      target('d', { state: 'busy', detail: 'a lab' }),
    );
    expect(ways.boards.view().looked).toBe(true);
    expect(ways.states).toEqual([
      ['a', { kind: 'ready' }],
      ['b', { kind: 'offline', reason: 'asleep' }],
      ['c', { kind: 'unauthorized', remedy: 'say yes' }],
      ['d', { kind: 'busy', holder: 'a lab' }],
    ]);
  });

  it('is told anew only where something changed', async () => {
    const ways = new Ways();
    await ways.see(target('a'));
    const { changes } = ways;
    await ways.see(target('a'));
    expect(ways.changes).toBe(changes);
    await ways.see(target('a', { detail: 'other' }));
    expect(ways.changes).toBe(changes + 1);
  });

  it('joins the ways to one board', async () => {
    const ways = new Ways();
    await ways.see(target('a'), target('a', { transport: 'adb' }));
    expect(ways.boards.view().boards).toMatchObject([{ id: 'a', transports: ['adb', 'usb'] }]);
    await ways.see(
      target('a', { state: 'busy', detail: 'held by adb' }),
      target('a', { transport: 'adb', detail: 'through the adb server 127.0.0.1:5037' }),
      target('a', { transport: 'adb', state: 'offline', detail: 'another server' }),
    );
    expect(ways.boards.view().boards).toMatchObject([
      {
        id: 'a',
        transports: ['adb', 'usb'],
        state: { kind: 'ready' },
        detail: 'through the adb server 127.0.0.1:5037',
      },
    ]);
  });

  it('is looked at when a way tells that its boards are others', async () => {
    const clock = new FakeClock();
    let told = (): void => undefined;
    let off = 0;
    let seen: readonly Target[] = [];
    const provider: Provider = {
      transport: 'usb',
      list: async () => ok(seen),
      onChange: (listener) => {
        told = listener;
        return () => (off += 1);
      },
    };
    const lab: Lab = { providers: [provider], storePath: '', home, version: '0', buildId: '0' };
    const boards = new Boards({ lab, log: new Log(clock), labels: new Labels(home), clock });
    const faces = new Faces();
    const feed = new BoardsFeed(boards, faces, clock);
    seen = [target('a')];
    told();
    await clock.advance(100);
    expect(boards.view().looked).toBe(false); // nobody is there to see it
    const face = new Face({ congested: false, push: () => undefined });
    faces.add(face);
    feed.greet(face);
    await settle();
    expect(boards.view().boards).toHaveLength(1);
    seen = [];
    told();
    told();
    await clock.advance(100);
    expect(boards.view().boards).toHaveLength(0);
    feed.close();
    expect([off, clock.waiting]).toEqual([1, 0]);
  });

  it('names the ways that cannot be looked at', async () => {
    const ways = new Ways();
    ways.seen = fail('no-usb', 'USB cannot be looked at.', 'Say why.');
    await ways.boards.look();
    expect(ways.boards.view()).toMatchObject({ boards: [], problems: [{ code: 'no-usb' }], looked: true });
    const { changes } = ways;
    await ways.see();
    expect([ways.boards.view().problems, ways.changes]).toEqual([[], changes + 1]);
  });

  it('forgets a board that goes, unless the user named it', async () => {
    const ways = new Ways();
    await ways.see(target('a'), target('b'));
    expect(ways.boards.label('b', 'bench two')).toMatchObject({ ok: true });
    await ways.see();
    expect(ways.boards.view().boards).toMatchObject([
      { id: 'b', label: 'bench two', state: { kind: 'absent' } },
    ]);
    await ways.see(target('b'));
    expect(ways.boards.view().boards).toMatchObject([
      { id: 'b', label: 'bench two', state: { kind: 'ready' } },
    ]);
    await ways.see();
    ways.boards.label('b', '');
    expect(ways.boards.view().boards).toEqual([]);
    expect(ways.boards.label('b', 'x')).toMatchObject({ problem: { code: 'unknown-board' } });
  });

  it('says what opening came to, and tries again when asked', async () => {
    const ways = new Ways();
    await ways.see(target('a'));
    expect(await ways.boards.open('a', true)).toMatchObject({ problem: { code: 'unauthorized' } });
    expect(ways.states).toEqual([['a', { kind: 'unauthorized', remedy: 'Say yes on its screen.' }]]);
    expect(ways.log.after(0, 99).entries.at(-1)).toMatchObject({ level: 'error', board: 'a' });
    await ways.see();
    await ways.see(target('a'));
    expect(ways.states).toEqual([['a', { kind: 'ready' }]]);
    expect(await ways.boards.open('b', true)).toMatchObject({ problem: { code: 'unknown-board' } });
  });

  it('is looked at once for two that ask at once, but never by a look that began before', async () => {
    const ways = new Ways();
    await Promise.all([ways.boards.look(), ways.boards.look(), ways.boards.look()]);
    expect(ways.looks).toBe(2);
  });
});

describe('opening a board', () => {
  /** A board whose first deployments last until they are called off. */
  const slow = async (most = 1) => {
    const ways = new Ways();
    let deploys = 0;
    const deploy: Target['deploy'] = async ({ signal } = {}) => {
      deploys += 1;
      if (deploys > most) return fail('unauthorized', 'The board does not let us in.');
      await new Promise((resolve) => signal?.addEventListener('abort', resolve));
      return fail('cancelled', 'Called off.');
    };
    await ways.see({ ...target('a'), deploy });
    return { boards: ways.boards, deploys: () => deploys };
  };

  it('again right after it was closed is an attempt of its own', async () => {
    const { boards, deploys } = await slow();
    const first = boards.open('a', true);
    await expect.poll(deploys).toBe(1);
    const closing = boards.close('a');
    const second = boards.open('a', true);
    expect(await first).toMatchObject({ problem: { code: 'cancelled' } });
    expect(await second).toMatchObject({ problem: { code: 'unauthorized' } });
    await closing;
    expect(deploys()).toBe(2);
  });

  it('that is asked for when all are being closed does not begin', async () => {
    const { boards, deploys } = await slow(0);
    const asked = boards.open('not seen yet', true);
    const closing = boards.closeAll();
    expect(await boards.open('a', true)).toMatchObject({ problem: { code: 'closed' } });
    expect(await asked).toMatchObject({ ok: false });
    await closing;
    expect(deploys()).toBe(0);
  });

  it('does not begin where it is closed while the session before still ends', async () => {
    const { boards, deploys } = await slow(0);
    const entry = boards.entry('a');
    if (!entry) throw new Error('the board is seen');
    const ending = Promise.withResolvers<undefined>();
    entry.ending = ending.promise;
    const opening = boards.open('a', true);
    const closing = boards.close('a');
    ending.resolve(undefined);
    await closing;
    expect(await opening).toMatchObject({ problem: { code: 'cancelled' } });
    expect(deploys()).toBe(0);
  });
});

describe('a session', () => {
  const virtual = target('v', { transport: 'virtual', boot: '7' });

  it('is over where a virtual board is gone, or another one in its place', () => {
    expect(endedBy(virtual, [])?.code).toBe('board-lost');
    expect(endedBy(virtual, [target('v', { transport: 'virtual', boot: '8' })])?.code).toBe('rebooted');
  });

  it('is not over where a board only does not say', () => {
    expect(endedBy(virtual, [virtual])).toBeNull();
    expect(endedBy(virtual, [target('v', { transport: 'virtual', state: 'offline' })])).toBeNull();
    expect(endedBy(target('u'), [])).toBeNull();
  });
});

describe('labels', () => {
  it('are kept in a file that is whole at every moment', () => {
    const labels = new Labels(join(home, 'deep', 'er'));
    expect(labels.put('a', 'one')).toMatchObject({ ok: true });
    expect(labels.put('constructor', 'two')).toMatchObject({ ok: true });
    const again = new Labels(join(home, 'deep', 'er'));
    expect([again.of('a'), again.of('constructor'), again.of('toString')]).toEqual(['one', 'two', '']);
    expect(readdirSync(join(home, 'deep', 'er'))).toEqual(['boards.json']);
  });

  it('of another program, given meanwhile, stay', () => {
    const [ours, theirs] = [new Labels(home), new Labels(home)];
    theirs.put('a', 'theirs');
    ours.put('b', 'ours');
    expect(new Labels(home).of('a')).toBe('theirs');
  });

  it.each([
    '',
    '[]',
    'null',
    '{"schema":"qda-lab/boards/2","labels":{}}',
    '{"schema":"qda-lab/boards/1","labels":{"a":1}}',
  ])('in a file of %s are not written over', (text) => {
    writeFileSync(join(home, 'boards.json'), text);
    const labels = new Labels(home);
    expect(labels.problem?.code).toBe('labels-damaged');
    expect(labels.put('a', 'x')).toMatchObject({ problem: { code: 'labels-damaged' } });
    expect(readFileSync(join(home, 'boards.json'), 'utf8')).toBe(text);
  });

  it('that cannot be written are no crash', () => {
    mkdirSync(join(home, 'boards.json'));
    expect(new Labels(home).put('a', 'x')).toMatchObject({ ok: false });
  });
});

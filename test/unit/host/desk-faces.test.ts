// Faces and the log: what is held back of a slow face, and that a flood costs nothing.
import { describe, expect, it } from 'vitest';
import type { FaceSink } from '../../../electron/contract/face.ts';
import type { Push } from '../../../electron/contract/pushes.ts';
import { Cadence, Ticker } from '../../../electron/host/desk/cadence.ts';
import type { DeskContext } from '../../../electron/host/desk/context.ts';
import { Face, Faces } from '../../../electron/host/desk/face.ts';
import { LogFeed } from '../../../electron/host/desk/log-feed.ts';
import { Log } from '../../../electron/host/desk/log.ts';
import { memoryCalls } from '../../../electron/host/desk/memory-calls.ts';
import type { LogLine } from '../../../electron/model/stream.ts';
import { FakeClock } from '../session/fake-clock.ts';

class Sink implements FaceSink {
  readonly pushes: Push[] = [];
  congested = false;
  push(message: Push): void {
    this.pushes.push(message);
  }
  get revisions(): number[] {
    return this.pushes.flatMap((push) => (push.push === 'runs' ? [push.value.revision] : []));
  }
  get lines(): string[] {
    return this.pushes.flatMap((push) =>
      push.push === 'log' ? push.value.entries.map(({ text }) => text) : [],
    );
  }
}

const revision = (value: number) => (): Push => ({ push: 'runs', value: { revision: value } });
const line = (text: string): LogLine => ({ level: 'info', utcNs: 5_000_000n, source: 'agent', text });

describe('a face', () => {
  it('is told at once while it takes it', () => {
    const sink = new Sink();
    const face = new Face(sink);
    face.offer('a', revision(1));
    face.offer('a', revision(2), revision(99));
    expect(sink.revisions).toEqual([1, 2]);
  });

  it('gets one making up a key, with how things are then, in the order of the debts', () => {
    const sink = new Sink();
    const face = new Face(sink);
    sink.congested = true;
    let now = 10;
    for (const value of [1, 2, 3]) face.offer('a', revision(value), () => revision(now)());
    face.offer('b', revision(4), () => null);
    face.offer('c', revision(5));
    now = 11;
    face.drained();
    expect(sink.revisions).toEqual([]);
    sink.congested = false;
    face.drained();
    expect(sink.revisions).toEqual([11, 5]);
    face.offer('a', revision(12));
    expect(sink.revisions).toEqual([11, 5, 12]);
  });

  it('makes up for it with the next offer, where its door did not say that it drained', () => {
    const sink = new Sink();
    const face = new Face(sink);
    sink.congested = true;
    face.offer('a', revision(1), revision(20));
    sink.congested = false;
    face.offer('a', revision(2), revision(21));
    face.offer('a', revision(3), revision(22));
    expect(sink.revisions).toEqual([21, 3]);
  });

  it('hears nothing any more when it is closed, and what it watched ends', () => {
    const sink = new Sink();
    const face = new Face(sink);
    const faces = new Faces();
    faces.add(face);
    let ended = 0;
    face.watching.set('b', () => (ended += 1));
    sink.congested = true;
    face.offer('a', revision(1));
    faces.remove(face);
    sink.congested = false;
    face.drained();
    face.offer('a', revision(2));
    expect([sink.pushes.length, ended, faces.count]).toEqual([0, 1, 0]);
  });
});

describe('a watch that a face asks for while its board is looked for', () => {
  const asking = () => {
    const looked = Promise.withResolvers<undefined>();
    let seen = false;
    let viewers = 0;
    const boards = { entry: () => (seen ? {} : undefined), look: () => looked.promise };
    const attach = (): (() => void) => {
      viewers += 1;
      return () => (viewers -= 1);
    };
    const parts = { boards, memory: { attach, reset: () => null } } as unknown as DeskContext;
    const { calls } = memoryCalls(parts);
    const face = new Face(new Sink());
    const asked = calls['memory.watch']({ board: 'b' }, face);
    const found = async (): Promise<number> => {
      seen = true;
      looked.resolve(undefined);
      expect(await asked).toMatchObject({ ok: true });
      return viewers;
    };
    return { calls, face, found };
  };

  it('begins when it is found', async () => {
    const { calls, face, found } = asking();
    expect(await found()).toBe(1);
    await calls['memory.unwatch']({ board: 'b' }, face);
    expect(face.watching.size).toBe(0);
  });

  it('does not begin where the face has ended it, or is gone', async () => {
    const ended = asking();
    await ended.calls['memory.unwatch']({ board: 'b' }, ended.face);
    expect(await ended.found()).toBe(0);
    const gone = asking();
    gone.face.close();
    expect(await gone.found()).toBe(0);
    await gone.calls['memory.watch']({ board: 'b' }, gone.face);
    expect(gone.face.watching.size).toBe(0);
  });

  it('begins where it was ended and asked for again', async () => {
    const { calls, face, found } = asking();
    await calls['memory.unwatch']({ board: 'b' }, face);
    const again = calls['memory.watch']({ board: 'b' }, face);
    await found();
    await again;
    expect(face.watching.size).toBe(1);
  });
});

describe('the log', () => {
  const feedOf = () => {
    const clock = new FakeClock();
    const log = new Log(clock);
    const faces = new Faces();
    const feed = new LogFeed(log, faces, clock);
    const join = (): readonly [Sink, Face] => {
      const sink = new Sink();
      const face = new Face(sink);
      faces.add(face);
      feed.greet(face);
      return [sink, face];
    };
    return { clock, log, join };
  };

  it('is given to a new face as it is, then in batches', async () => {
    const { clock, log, join } = feedOf();
    log.say('info', 'one');
    const [sink] = join();
    expect(sink.lines).toEqual(['one']);
    log.say('info', 'two');
    log.heard('b', line('three'));
    expect(sink.lines).toEqual(['one']);
    await clock.advance(100);
    expect(sink.pushes.length).toBe(2);
    expect(sink.lines).toEqual(['one', 'two', 'three']);
    expect(sink.pushes.at(-1)?.value).toMatchObject({
      entries: [{ seq: 2 }, { seq: 3, board: 'b', atMs: 5 }],
    });
    await clock.advance(10_000);
    expect(sink.pushes.length).toBe(2);
  });

  it('goes on where a slow face left off', async () => {
    const { clock, log, join } = feedOf();
    const [sink, face] = join();
    sink.congested = true;
    for (let at = 0; at < 30; at += 1) {
      log.say('info', `line ${at}`);
      await clock.advance(100);
    }
    expect(sink.lines).toEqual([]);
    sink.congested = false;
    face.drained();
    expect(sink.lines).toEqual(Array.from({ length: 30 }, (_, at) => `line ${at}`));
  });

  it('keeps the newest lines, and counts the others', () => {
    const { log } = feedOf();
    for (let at = 1; at <= 45_000; at += 1) log.say('info', `line ${at}`);
    const { entries, lost } = log.after(0, 1e9);
    expect(entries.length).toBeGreaterThanOrEqual(20_000);
    expect(entries.length).toBeLessThanOrEqual(21_000);
    expect(entries.at(-1)).toMatchObject({ seq: 45_000, text: 'line 45000' });
    expect(lost).toBe(45_000 - entries.length);
    expect(log.after(44_990, 5).entries.map(({ seq }) => seq)).toEqual([
      44_991, 44_992, 44_993, 44_994, 44_995,
    ]);
  });

  it('bounds the characters it keeps, a line and in all', () => {
    const { log } = feedOf();
    for (let at = 0; at < 5_000; at += 1) log.say('info', 'x'.repeat(100_000));
    const { entries } = log.after(0, 1e9);
    expect(entries[0]?.text.length).toBeLessThan(5_000);
    expect(entries[0]?.text).toContain('96000 characters more');
    expect(entries.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThanOrEqual(8_000_000);
    expect(entries.length).toBeGreaterThan(500);
  });

  it('bounds what an agent calls itself, and what it says there is to do', () => {
    const { log } = feedOf();
    log.heard('b', { ...line('x'), source: 'y'.repeat(1_000_000) });
    log.noticed('b', { code: 'c', message: 'm', remedy: 'z'.repeat(1_000_000) });
    const [heard, noticed] = log.after(0, 9).entries;
    expect([heard?.source.length, noticed?.text]).toEqual([100, 'm']);
    expect(noticed?.remedy.length).toBeLessThan(5_000);
  });

  it('cuts a source off that floods, says so, and lets it in again; others are heard meanwhile', async () => {
    const { clock, log } = feedOf();
    for (let at = 0; at < 100_000; at += 1) log.heard('loud', line(`line ${at}`));
    log.heard('quiet', line('a word'));
    const { entries, lost } = log.after(0, 1e9);
    expect(entries.length).toBeLessThan(2_100);
    expect(lost).toBe(
      100_000 - entries.filter(({ board, source }) => board === 'loud' && source === 'agent').length,
    );
    expect(entries.at(-2)).toMatchObject({ level: 'warn', source: 'app', board: 'loud' });
    expect(entries.at(-1)).toMatchObject({ board: 'quiet', text: 'a word' });
    await clock.advance(5_000);
    log.heard('loud', line('calm again'));
    expect(log.after(0, 1e9).entries.slice(-2)).toMatchObject([
      { source: 'app', text: `${lost} lines were left out of the log.` },
      { source: 'agent', text: 'calm again' },
    ]);
  });
});

describe('the cadence of a watch', () => {
  it('follows what snapshots take, within its bounds', () => {
    const every = (ms: number): number => {
      const cadence = new Cadence();
      cadence.took(ms);
      return cadence.everyMs;
    };
    expect([1, 15, 150, 300, 5000].map((ms) => Math.round(every(ms)))).toEqual([100, 100, 1000, 2000, 2000]);
  });

  it('ticks ten times a second at most, and never for more than a fifth of the time', async () => {
    const clock = new FakeClock();
    const at: number[] = [];
    const gaps = (): number[] => at.slice(1).map((one, place) => one - (at[place] ?? 0));
    let costMs = 0;
    const ticker = new Ticker(clock, () => {
      at.push(clock.steadyMs());
      clock.pass(costMs);
    });
    for (let ms = 0; ms < 1000; ms += 10) {
      ticker.ask();
      await clock.advance(10);
    }
    expect(at.length).toBeGreaterThan(8);
    expect(gaps().every((gap) => gap >= 100)).toBe(true);
    costMs = 100;
    at.length = 0;
    for (let ms = 0; ms < 3000; ms += 10) {
      ticker.ask();
      await clock.advance(10);
    }
    expect(at.length).toBeGreaterThan(3);
    expect(gaps().every((gap) => gap >= 500)).toBe(true);
  });
});

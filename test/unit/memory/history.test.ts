// The past of a live picture: every moment that is kept can be shown again, and what is kept is bounded.
import { describe, expect, it } from 'vitest';
import { deltaOf, resetOf } from '../../../electron/memory/delta.ts';
import { History, type HistoryLimits } from '../../../electron/memory/history.ts';
import type { MemoryPicture } from '../../../electron/model/memory.ts';
import { bufferRow, pictureOf, sorted } from './pictures.ts';

const LIMITS: HistoryLimits = { ageMs: 1e9, steps: 1e9, rows: 1e9 };

/** A picture that is another one at each moment. */
const pictureAt = (moment: number, buffers = 5): MemoryPicture =>
  pictureOf({
    takenNs: moment,
    buffers: Array.from({ length: buffers }, (_, ino) =>
      bufferRow(ino, { name: `at ${moment - (moment % (ino + 1))}` }),
    ),
  });

/** Pushes the pictures of so many moments, one a second; the first as a reset. */
function filled(moments: number, limits: Partial<HistoryLimits> = {}, buffers = 5): History {
  const history = new History({ ...LIMITS, ...limits });
  history.push(resetOf(pictureAt(0, buffers), { seq: 1, hostMs: 0 }));
  for (let moment = 1; moment < moments; moment += 1) {
    const stamp = { seq: moment + 1, hostMs: moment * 1000 };
    const delta = deltaOf(pictureAt(moment - 1, buffers), pictureAt(moment, buffers), stamp);
    if (delta) history.push(delta);
  }
  return history;
}

describe('a history', () => {
  it('shows every moment again, through whole pictures and steps', () => {
    const history = filled(2000);
    expect([history.fromMs, history.toMs]).toEqual([0, 1_999_000]);
    for (let moment = 0; moment < 2000; moment += 37) {
      const seen = history.at(moment * 1000 + 999).toPicture();
      expect(sorted(seen)).toEqual(sorted(pictureAt(moment)));
    }
    expect(history.at(-5).takenNs).toBe(0);
    expect(history.at(1e12).takenNs).toBe(1999);
  });

  it('gives a copy: what is shown stays as it is', () => {
    const history = filled(10);
    const seen = history.at(3000);
    history.push({ ...resetOf(pictureOf(), { seq: 50, hostMs: 20_000 }) });
    expect(seen.takenNs).toBe(3);
    expect(history.at(3000).takenNs).toBe(3);
    expect(history.at(20_000).size).toBe(0);
  });

  it.each([
    ['age', { ageMs: 300_000 }],
    ['steps', { steps: 1500 }],
    ['rows', { rows: 4000 }],
  ] as const)('forgets the oldest by %s, and says from when it knows', (_, limits) => {
    const history = filled(5000, limits);
    expect(history.fromMs).toBeGreaterThan(0);
    expect(history.dropped).toBeGreaterThan(0);
    expect(history.toMs).toBe(4_999_000);
    for (const ms of [history.fromMs, history.fromMs + 50_000, history.toMs])
      expect(sorted(history.at(ms).toPicture())).toEqual(sorted(pictureAt(Math.floor(ms / 1000))));
    expect(history.at(0).takenNs).toBe(history.fromMs / 1000);
  });

  it('keeps its order where the clock is set back', () => {
    const history = filled(10);
    history.push({ ...resetOf(pictureAt(10), { seq: 11, hostMs: 2_000 }) });
    expect(history.toMs).toBe(9000);
    expect(history.at(9000).takenNs).toBe(10);
    expect(history.at(8000).takenNs).toBe(8);
  });

  it('leaves out what follows a gap, until a reset', () => {
    const history = filled(5);
    const late = deltaOf(pictureAt(6), pictureAt(7), { seq: 8, hostMs: 7000 });
    if (late === null) throw new Error('no step');
    history.push(late);
    expect(history.toMs).toBe(4000);
    history.push(resetOf(pictureAt(8), { seq: 9, hostMs: 8000 }));
    expect(history.at(7000).takenNs).toBe(4);
    expect(history.at(8000).takenNs).toBe(8);
  });

  it('is empty before the first step, and after it was cleared', () => {
    const history = filled(5);
    history.clear();
    expect([history.fromMs, history.toMs, history.at(3000).size]).toEqual([0, 0, 0]);
    history.push(resetOf(pictureAt(1), { seq: 1, hostMs: 1000 }));
    expect(history.at(1000).takenNs).toBe(1);
  });
});

import { expect, it } from 'vitest';
import { Sequence } from '../../../electron/wire/sequence.ts';

const after = (...seqs: number[]): Sequence => {
  const sequence = new Sequence();
  for (const seq of seqs) expect(sequence.check(seq)).toBeNull();
  return sequence;
};

it('takes 1, 2, 3', () => {
  after(1, 2, 3);
});

it.each([
  ['a stream that does not begin at 1', [], 2],
  ['a gap', [1, 2], 4],
  ['a step back', [1, 2, 3], 2],
  ['the same once more', [1, 2], 2],
  ['zero', [], 0],
])('refuses %s', (_what, before, next) => {
  const problem = after(...before).check(next);
  expect(problem?.code).toBe('stream-out-of-order');
  expect(problem?.message).toContain(`message ${next} came where ${before.length + 1} was due`);
});

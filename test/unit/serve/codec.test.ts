import { expect, test } from 'vitest';
import { decode, encodeReply } from '../../../electron/contract/codec.ts';
import { ok } from '../../../electron/model/outcome.ts';

test('a reply that is longer than a text can be becomes a failure of the same number', () => {
  const long = {
    toJSON: () => {
      throw new RangeError('Invalid string length'); // what the engine throws then
    },
  };
  expect(decode(encodeReply({ id: 7, outcome: ok(long) }))).toMatchObject({
    id: 7,
    outcome: { ok: false, problem: { code: 'too-large' } },
  });
  expect(decode(encodeReply({ id: 8, outcome: ok(5n) }))).toEqual({ id: 8, outcome: ok(5n) });
});

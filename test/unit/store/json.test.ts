import { expect, test } from 'vitest';
import { fromText, toText } from '../../../electron/store/json.ts';

test('addresses and texts come back as they were, also a text that looks like an address', () => {
  const value = {
    address: 0xffff_ffff_ffff_ffffn,
    none: 0n,
    label: '0x1f n',
    twice: '¬0x1f n',
    plain: ['0x1f', ' n', '¬', 'on', 1, null, true],
  };
  expect(fromText(toText(value))).toEqual(value);
});

test('what stores hold from before is read as it was meant', () => {
  expect(fromText('{"a":"0xff n"}')).toEqual({ a: 255n });
});

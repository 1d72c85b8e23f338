import { expect, test } from 'vitest';
import { tapTally } from '../../../build/usb-machine/suite.ts';

test('the points of a whole test are counted, with what was said of those that failed', () => {
  expect(tapTally('ok 1 - a\nok 2 - b # SKIP none\n1..2\n', 0)).toEqual({
    passed: 1,
    failed: 0,
    skipped: 1,
    failures: [],
  });
  const failed = tapTally('ok 1 - a\nnot ok 2 - b\n# because\n# of that\nok 3 - c\n1..3\n', 1);
  expect(failed).toMatchObject({ passed: 2, failed: 1, failures: ['not ok 2 - b\n# because\n# of that'] });
});

test('a test that was cut off, or ended otherwise than its points say, has failed', () => {
  expect(tapTally('ok 1 - a\n', 0).failed).toBe(1);
  expect(tapTally('', 0).failed).toBe(1);
  expect(tapTally('ok 1 - a\n1..2\n', 0).failed).toBe(1);
  expect(tapTally('ok 1 - a\n1..1\n', 1).failed).toBe(1);
  expect(tapTally('not ok 1 - a\n1..1\n', 0).failed).toBe(2);
});

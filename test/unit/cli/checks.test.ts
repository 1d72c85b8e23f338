import { expect, test } from 'vitest';
import { checkNotices } from '../../../electron/cli/print-check.ts';
import type { Check, CheckState } from '../../../electron/model/board.ts';

const check = (name: string, state: CheckState, remedy = ''): Check => ({
  name,
  state,
  read: `${name} was read`,
  why: 'why',
  remedy,
});

test('what fails has a line each, what warns one together, and what is well or unknown none', () => {
  expect(checkNotices([check('a', 'ok'), check('b', 'unknown', 'mend')])).toEqual([]);
  const lines = checkNotices([
    check('thermal', 'fail', 'cool it'),
    check('root', 'warn', 'be root'),
    check('place', 'fail'),
    check('governor', 'warn'),
  ]);
  expect(lines).toEqual([
    'The check thermal fails, and the plan is run anyway: thermal was read | to mend it: cool it',
    'The check place fails, and the plan is run anyway: place was read',
    '2 checks warn: root, governor; qda-lab check tells why',
  ]);
});

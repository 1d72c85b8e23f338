import { expect, it } from 'vitest';
import { safeText } from '../../../electron/cli/safe.ts';

it('lets nothing through that a terminal obeys, and every letter', () => {
  expect(safeText('a\u001b[2Jb\u009b1mc\u202ed\r\u0007')).toBe('a\ufffd[2Jb\ufffd1mc\ufffdd\ufffd\ufffd');
  expect(safeText('line one\n\tm°C … ü 漢字 💥')).toBe('line one\n\tm°C … ü 漢字 💥');
});

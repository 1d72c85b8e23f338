import type { Check } from '../model/board.ts';
import { wrap } from './wrap.ts';

const MARK = { ok: 'ok   ', warn: 'warn ', fail: 'FAIL ', unknown: '?    ' } as const;

/** A check: what was read, and where it is not well, why that matters and what would mend it. */
export function checkText(row: Check, columns: number): string {
  const head = `${row.fatal === true ? 'FAIL!' : MARK[row.state]} ${row.name}: ${row.read}`;
  const more = row.state === 'ok' ? [] : [row.why, row.remedy];
  return [head, ...more.filter((text) => text !== '').map((text) => `      ${text}`)]
    .map((text) => wrap(text, columns, 6))
    .join('\n');
}

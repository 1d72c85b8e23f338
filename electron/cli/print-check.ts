import type { Check } from '../model/board.ts';
import { wrap } from './wrap.ts';

const MARK = { ok: 'ok   ', warn: 'warn ', fail: 'FAIL ', unknown: '?    ' } as const;

/** What is not well of a board that is measured all the same: a line for each that fails, one for those that warn. */
export function checkNotices(checks: readonly Check[]): readonly string[] {
  const failing = checks.filter(({ state }) => state === 'fail').map(failLine);
  const warning = checks.filter(({ state }) => state === 'warn').map(({ name }) => name);
  if (warning.length === 0) return failing;
  const who = warning.length === 1 ? '1 check warns' : `${warning.length} checks warn`;
  return [...failing, `${who}: ${warning.join(', ')}; qda-lab check tells why`];
}

const failLine = ({ name, read, remedy }: Check): string =>
  `The check ${name} fails, and the plan is run anyway: ${read}${remedy === '' ? '' : ` | to mend it: ${remedy}`}`;

/** A check: what was read, and where it is not well, why that matters and what would mend it. */
export function checkText(row: Check, columns: number): string {
  const head = `${row.fatal === true ? 'FAIL!' : MARK[row.state]} ${row.name}: ${row.read}`;
  const more = row.state === 'ok' ? [] : [row.why, row.remedy];
  return [head, ...more.filter((text) => text !== '').map((text) => `      ${text}`)]
    .map((text) => wrap(text, columns, 6))
    .join('\n');
}

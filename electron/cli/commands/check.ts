import { withBoard } from '../../host/open-board.ts';
import type { Check } from '../../model/board.ts';
import { BOARD_OPTIONS, deployOptions } from '../board-option.ts';
import type { Command } from '../command.ts';
import { EXIT } from '../exit.ts';
import { wrap } from '../wrap.ts';

const MARK = { ok: 'ok  ', warn: 'warn', fail: 'FAIL', unknown: '?   ' } as const;

export const check: Command = {
  name: 'check',
  summary: 'Look whether a board is ready to be measured, and what would mend it',
  usage: '[--board ID] [--json]',
  words: [0, 0],
  options: [...BOARD_OPTIONS, { name: 'json', help: 'As JSON' }],
  notes: ['Exit code 1 where a check failed; warnings and what cannot be known do not fail.'],
  async run(args, { lab, screen, signal }) {
    const checks = await withBoard(lab, args.value('board'), deployOptions(args, signal), (board) =>
      board.session.checks(),
    );
    if (!checks.ok) {
      screen.problem(checks.problem);
      return EXIT.couldNotRun;
    }
    screen.out(
      args.has('json')
        ? JSON.stringify(checks.value, null, 2)
        : wrap(checks.value.map(checkText).join('\n'), screen.columns, 6),
    );
    return checks.value.some((row) => row.state === 'fail') ? EXIT.failed : EXIT.pass;
  },
};

function checkText(row: Check): string {
  const head = `${MARK[row.state]}  ${row.name}: ${row.read}`;
  if (row.state === 'ok') return head;
  return [head, ...[row.why, row.remedy].filter((text) => text !== '').map((text) => `      ${text}`)].join(
    '\n',
  );
}

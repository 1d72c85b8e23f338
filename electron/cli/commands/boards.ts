import { boardsSeen, findBoards, type SeenBoard } from '../../host/boards.ts';
import { readLabelsOf } from '../../host/desk/labels.ts';
import type { Command } from '../command.ts';
import { EXIT } from '../exit.ts';
import { textTable } from '../table.ts';
import { wrap } from '../wrap.ts';

export const boards: Command = {
  name: 'boards',
  summary: 'List the boards that can be reached, how, and what is in the way of the others',
  usage: '[--json]',
  words: [0, 0],
  boards: true,
  options: [{ name: 'json', help: 'As JSON' }],
  notes: [
    'A board is listed once, however many ways there are to it; the first of its transports is the one that is taken.',
    'What is in the way of a board in full: qda-lab check --board ID',
  ],
  async run(args, { lab, screen }) {
    const seen = await findBoards(lab);
    for (const problem of seen.problems) screen.problem(problem);
    const rows = boardsSeen(seen);
    const labels = readLabelsOf(lab.home);
    const label = ({ target: { summary } }: SeenBoard): string => labels.get(summary.id) ?? summary.label;
    if (args.has('json'))
      screen.out(
        JSON.stringify(
          rows.map((row) => ({ ...row.target.summary, label: label(row), transports: row.transports })),
          null,
          2,
        ),
      );
    else if (rows.length === 0)
      screen.note(
        'No board is seen. qda-lab check says what is in the way; a virtual board starts with: qda-lab board start',
      );
    else screen.out(boardsText(rows, label, screen.columns));
    return seen.problems.length > 0 && rows.length === 0 ? EXIT.couldNotRun : EXIT.pass;
  },
};

function boardsText(rows: readonly SeenBoard[], label: (row: SeenBoard) => string, columns: number): string {
  const heads = ['board', 'label', 'transport', 'state'].map((head) => ({ head }));
  const table = textTable(
    heads,
    rows.map((row) => {
      const { id, state } = row.target.summary;
      return [id, label(row), row.transports.join(', '), STATE_WORDS[state] ?? state];
    }),
  );
  const lines = rows.map(({ target: { summary } }) => {
    const { id, simulated, detail, state, remedy = '' } = summary;
    const words = [simulated ? 'simulated' : '', detail].filter((word) => word !== '').join(', ');
    const more = state === 'ready' || remedy === '' ? [] : [wrap(`  ${remedy}`, columns, 2)];
    return [wrap(`${id}: ${words}`, columns, 2), ...more].join('\n');
  });
  return [table, '', ...lines].join('\n');
}

const STATE_WORDS: Readonly<Record<string, string>> = { unauthorized: 'not authorised' };

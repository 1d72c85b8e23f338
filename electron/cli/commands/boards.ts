import { findBoards } from '../../host/boards.ts';
import type { Command } from '../command.ts';
import { EXIT } from '../exit.ts';
import { textTable } from '../table.ts';

export const boards: Command = {
  name: 'boards',
  summary: 'List the boards that can be reached',
  usage: '[--json]',
  words: [0, 0],
  boards: true,
  options: [{ name: 'json', help: 'As JSON' }],
  notes: [],
  async run(args, { lab, screen }) {
    const { targets, problems } = await findBoards(lab);
    for (const problem of problems) screen.problem(problem);
    const rows = targets.map((target) => target.summary);
    if (args.has('json')) screen.out(JSON.stringify(rows, null, 2));
    else if (rows.length === 0)
      screen.note('No board is seen. A virtual board starts with: qda-lab board start');
    else {
      const columns = ['board', 'transport', 'state', 'what'].map((head) => ({ head }));
      screen.out(
        textTable(
          columns,
          rows.map((row) => [
            row.id,
            row.transport,
            row.state,
            [row.simulated ? 'simulated' : '', row.detail].filter((word) => word !== '').join(', '),
          ]),
        ),
      );
    }
    return problems.length > 0 && rows.length === 0 ? EXIT.couldNotRun : EXIT.pass;
  },
};

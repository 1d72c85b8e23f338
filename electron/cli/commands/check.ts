import { checkBoard, checkWays, waysToBoard } from '../../host/check-board.ts';
import type { Check } from '../../model/board.ts';
import type { Problem } from '../../model/outcome.ts';
import { BOARD_OPTIONS, deployOptions } from '../board-option.ts';
import type { Command } from '../command.ts';
import { EXIT } from '../exit.ts';
import { checkText } from '../print-check.ts';
import type { Screen } from '../screen.ts';

export const check: Command = {
  name: 'check',
  summary: 'Look whether a board is ready to be measured, and what would mend it',
  usage: '[--board ID] [--json]',
  words: [0, 0],
  boards: true,
  options: [...BOARD_OPTIONS, { name: 'json', help: 'As JSON: a list, a line a check' }],
  notes: [
    'Each check is told as soon as it is known: how the board is reached, what its shell tells, then what the agent reads. Where no agent can be put there, what is in the way is the last one.',
    'Exit code 1 where a check failed; warnings and what cannot be known do not fail. FAIL! marks what nothing can be measured with; the rest can be run anyway.',
  ],
  async run(args, { lab, screen, signal }) {
    const options = deployOptions(args, signal);
    const shown = args.has('json') ? jsonShow(screen) : textShow(screen);
    const ways = await waysToBoard(lab, args.value('board'));
    if (!ways.ok) {
      const choice = ways.problem.code === 'several-boards';
      if (!choice) await show(checkWays(lab, options), shown);
      screen.problem(choice ? ways.problem : notSeen(args.value('board')));
      return EXIT.couldNotRun;
    }
    const failed = await show(checkBoard(lab, ways.value, options), shown);
    if (signal.aborted) return EXIT.interrupted;
    return failed ? EXIT.failed : EXIT.pass;
  },
};

/** Said below what the ways say of themselves. */
const notSeen = (id: string | undefined): Problem => ({
  code: 'no-board',
  message: id === undefined ? 'No board is seen.' : `No board "${id}" is seen.`,
  remedy: `The lines above tell what was looked at, and what to do. ${id === undefined ? 'A virtual board starts with: qda-lab board start' : 'Boards that are seen: qda-lab boards'}`,
});

interface Show {
  readonly one: (check: Check) => void;
  readonly end: () => void;
}

/** True: one of them failed. */
async function show(checks: AsyncIterable<Check>, { one, end }: Show): Promise<boolean> {
  let failed = false;
  for await (const row of checks) {
    one(row);
    failed ||= row.state === 'fail';
  }
  end();
  return failed;
}

function textShow(screen: Screen): Show {
  return {
    one: (row) => {
      screen.out(checkText(row, screen.columns));
      screen.live('checking ...');
    },
    end: () => {
      screen.live('');
    },
  };
}

function jsonShow(screen: Screen): Show {
  let first = true;
  return {
    one: (row) => {
      screen.out(`${first ? '[' : ','} ${JSON.stringify(row)}`);
      first = false;
    },
    end: () => {
      screen.out(first ? '[]' : ']');
    },
  };
}

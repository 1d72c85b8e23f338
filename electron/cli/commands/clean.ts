import { cleanBoard, cleanedText } from '../../host/clean-board.ts';
import type { Command } from '../command.ts';
import { EXIT } from '../exit.ts';

export const clean: Command = {
  name: 'clean',
  summary: 'Take everything of this tool off a board: end its agents, remove its files',
  usage: '[--board ID] [--json]',
  words: [0, 0],
  boards: true,
  options: [
    { name: 'board', value: 'ID', help: 'Which board, as `qda-lab boards` names it (default: the only one)' },
    { name: 'json', help: 'As JSON' },
  ],
  notes: [
    'An agent ends with its session, and by itself 10 minutes after it lost its host; its file stays, so that the next connection is quicker. This removes it too.',
    'A run of another window or computer that goes on on the board ends with it.',
  ],
  async run(args, { lab, screen, signal }) {
    const cleaned = await cleanBoard(lab, args.value('board'), signal);
    if (!cleaned.ok) {
      screen.problem(cleaned.problem);
      return signal.aborted ? EXIT.interrupted : EXIT.couldNotRun;
    }
    screen.out(args.has('json') ? JSON.stringify(cleaned.value, null, 2) : cleanedText(cleaned.value));
    return EXIT.pass;
  },
};

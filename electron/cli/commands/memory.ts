import { withBoard } from '../../host/open-board.ts';
import { LOOK_MS, takePicture, watchMemory } from '../../host/watch-memory.ts';
import type { MemoryPicture } from '../../model/memory.ts';
import { ok, type Outcome } from '../../model/outcome.ts';
import { seconds } from '../arguments.ts';
import { BOARD_OPTIONS, deployOptions } from '../board-option.ts';
import type { Arguments, Command, Context } from '../command.ts';
import { EXIT } from '../exit.ts';
import { jsonOf } from '../json.ts';
import { memoryText } from '../print-memory.ts';
import type { Screen } from '../screen.ts';
import { wrap } from '../wrap.ts';
import type { OpenBoard } from '../../host/open-board.ts';

export const memory: Command = {
  name: 'memory',
  summary:
    'Show the memory managers: which process holds which buffer, in which context bank, at which DMA address',
  usage: '[--watch] [--seconds S] [--json]',
  words: [0, 0],
  boards: true,
  options: [
    ...BOARD_OPTIONS,
    { name: 'watch', help: 'Show it again and again, until Ctrl-C (which then ends with 0)' },
    {
      name: 'seconds',
      value: 'S',
      help: 'How long one picture listens to trace events (default 1)',
    },
    { name: 'json', help: 'As JSON; with --watch one line a picture' },
  ],
  notes: [
    'DMA addresses come from the trace events of the kernel: what was mapped before the command began is unknown to it.',
    'Every value names the tier that it came from; a tier that the board does not offer says why.',
  ],
  async run(args, context) {
    const { lab, screen, signal } = context;
    const lookMs = (seconds(args, 'seconds', [0, 3600]) ?? LOOK_MS / 1000) * 1000;
    const done = await withBoard(lab, args.value('board'), deployOptions(args, signal), (board) =>
      args.has('watch')
        ? watchMemory(board.session, lookMs, shower(args, screen, board), signal)
        : lookOnce(args, context, board, lookMs),
    );
    if (!done.ok) screen.problem(done.problem);
    return done.ok ? EXIT.pass : signal.aborted ? EXIT.interrupted : EXIT.couldNotRun;
  },
};

async function lookOnce(
  args: Arguments,
  { screen, signal }: Context,
  board: OpenBoard,
  lookMs: number,
): Promise<Outcome<void>> {
  const picture = await takePicture(board.session, lookMs, signal);
  if (!picture.ok) return picture;
  screen.out(args.has('json') ? jsonOf(picture.value, 2) : pictureText(picture.value, screen, board));
  return ok(undefined);
}

/** Shows one picture after the other: on a terminal in place of the one before. */
function shower(args: Arguments, screen: Screen, board: OpenBoard): (picture: MemoryPicture) => void {
  if (args.has('json'))
    return (picture) => {
      screen.out(jsonOf(picture, 0));
    };
  return (picture) => {
    screen.out(`${pictureText(picture, screen, board)}\n`, true);
  };
}

const pictureText = (picture: MemoryPicture, { columns }: Screen, board: OpenBoard): string =>
  `${wrap(heading(board), columns)}\n\n${memoryText(picture, columns)}`;

function heading({ target, identity }: OpenBoard): string {
  const dsps = [...new Set(identity.nodes.map((node) => node.dsp))].filter((dsp) => dsp !== '');
  const words = [
    target.summary.label,
    dsps.join(', '),
    `kernel ${identity.kernel}`,
    identity.simulated ? 'simulated' : '',
  ];
  return words.filter((word) => word !== '').join(' · ');
}

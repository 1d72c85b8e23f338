import { withBoard } from '../../host/open-board.ts';
import { LOOK_MS, takePicture, watchMemory } from '../../host/watch-memory.ts';
import type { MemoryPicture } from '../../model/memory.ts';
import { ok, type Outcome } from '../../model/outcome.ts';
import { seconds } from '../arguments.ts';
import { BOARD_OPTIONS, deployOptions } from '../board-option.ts';
import type { Arguments, Command, Context } from '../command.ts';
import { EXIT } from '../exit.ts';
import { memoryText } from '../print-memory.ts';
import type { OpenBoard } from '../../host/open-board.ts';

export const memory: Command = {
  name: 'memory',
  summary:
    'Show the memory managers: which process holds which buffer, in which context bank, at which DMA address',
  usage: '[--watch] [--seconds S] [--json]',
  words: [0, 0],
  options: [
    ...BOARD_OPTIONS,
    { name: 'watch', help: 'Show it again and again, until Ctrl-C' },
    {
      name: 'seconds',
      value: 'S',
      help: 'How long trace events are listened to for one picture (default 1)',
    },
    { name: 'json', help: 'As JSON; with --watch one line a picture' },
  ],
  notes: [
    'DMA addresses come from the trace events of the kernel: what was mapped before the command began is unknown to it.',
    'Every value names the tier that it came from; a tier that the board does not offer says why.',
  ],
  async run(args, context) {
    const { lab, screen, signal } = context;
    const done = await withBoard(lab, args.value('board'), deployOptions(args, signal), (board) =>
      look(args, context, board),
    );
    if (done.ok) return EXIT.pass;
    screen.problem(done.problem);
    return EXIT.couldNotRun;
  },
};

async function look(args: Arguments, { screen, signal }: Context, board: OpenBoard): Promise<Outcome<void>> {
  const lookMs = (seconds(args, 'seconds', [0, 3600]) ?? LOOK_MS / 1000) * 1000;
  const json = args.has('json');
  if (args.has('watch')) {
    const show = (picture: MemoryPicture): void => {
      if (json) screen.out(pictureJson(picture, 0));
      else
        screen.out(
          `${screen.interactive ? '\x1b[2J\x1b[H' : ''}${heading(board)}\n\n${memoryText(picture)}\n`,
        );
    };
    return await watchMemory(board.session, lookMs, show, signal);
  }
  const picture = await takePicture(board.session, lookMs, signal);
  if (!picture.ok) return picture;
  screen.out(json ? pictureJson(picture.value, 2) : `${heading(board)}\n\n${memoryText(picture.value)}`);
  return ok(undefined);
}

function heading({ target, identity }: OpenBoard): string {
  const dsps = identity.nodes.map((node) => node.dsp).filter((dsp) => dsp !== '');
  const words = [
    target.summary.label,
    dsps.join(', '),
    `kernel ${identity.kernel}`,
    identity.simulated ? 'simulated' : '',
  ];
  return words.filter((word) => word !== '').join(' · ');
}

/** Addresses are 64 bits: they stand as hexadecimal strings. */
const pictureJson = (picture: MemoryPicture, indent: number): string =>
  JSON.stringify(
    picture,
    (_, value: unknown) => (typeof value === 'bigint' ? `0x${value.toString(16)}` : value),
    indent,
  );

import { writeFile } from 'node:fs/promises';
import { checkBoard } from '../../host/check-board.ts';
import { makeDoctor } from '../../host/doctor.ts';
import { appLogTail } from '../../host/app-log.ts';
import { formatBytes } from '../../model/format.ts';
import type { Command } from '../command.ts';
import { EXIT } from '../exit.ts';

export const doctor: Command = {
  name: 'doctor',
  summary: 'Write one file to send along with a bug report: versions, ways to boards, checks, logs',
  usage: '[--out FILE]',
  words: [0, 0],
  boards: true,
  options: [
    {
      name: 'out',
      value: 'FILE',
      help: 'Where to write it (default: qda-lab-doctor-DATE.txt in this folder)',
    },
  ],
  notes: [
    'It holds no key and no token; names of the user and of this machine, and home folders, are shortened. Serial numbers of boards stay in. It is plain text: look through it before you send it.',
    'Every board that is seen is checked, so an agent is put on it for a moment.',
  ],
  async run(args, { lab, screen, signal }) {
    const { file, holds } = await makeDoctor({
      lab,
      electron: null,
      checksOf: (targets) => checkBoard(lab, targets, { signal }),
      log: appLogTail(lab.home),
      nowMs: Date.now(),
      onStep: (step) => {
        screen.live(`${step} ...`);
      },
      signal,
    });
    if (signal.aborted) return EXIT.interrupted;
    const path = args.value('out') ?? file.name;
    try {
      await writeFile(path, file.text);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      screen.problem({
        code: 'write-failed',
        message: `The file could not be written: ${why}.`,
        remedy: 'Name another place: qda-lab doctor --out FILE',
      });
      return EXIT.couldNotRun;
    }
    screen.note(`Wrote ${path} (${formatBytes(Buffer.byteLength(file.text))}): ${holds}.`);
    screen.note('No keys and no tokens are in it; look through it before you send it.');
    return EXIT.pass;
  },
};

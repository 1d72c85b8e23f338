import { lstat } from 'node:fs/promises';
import { checkQuietly } from '../../host/check-board.ts';
import { makeDoctor } from '../../host/doctor.ts';
import { saveFresh, saveText } from '../../host/save-text.ts';
import { appLogTail } from '../../host/app-log.ts';
import { formatBytes } from '../../model/format.ts';
import type { Problem } from '../../model/outcome.ts';
import type { Command } from '../command.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import type { Screen } from '../screen.ts';

export const doctor: Command = {
  name: 'doctor',
  summary: 'Write one file to send along with a bug report: versions, ways to boards, checks, logs',
  usage: '[--out FILE [--force]]',
  words: [0, 0],
  boards: true,
  options: [
    {
      name: 'out',
      value: 'FILE',
      help: 'Where to write it (default: a new file qda-lab-doctor-DATE.txt in this folder)',
    },
    { name: 'force', help: 'Replace the file that --out names where it is there already' },
  ],
  notes: [
    'It holds no key and no token; names of the user and of this machine, and home folders, are shortened. Serial numbers of boards stay in. It is plain text: look through it before you send it.',
    'Every board that is seen is checked, so an agent is put on it for a moment. Where an agent runs already, somebody may be measuring: nothing is put there, nothing is ended, and the file says so.',
    'A file that is there already is never replaced without --force.',
  ],
  async run(args, { lab, screen, signal }) {
    const out = args.value('out');
    const replace = args.has('force');
    // Before all the looking, which takes a while.
    if (out !== undefined && !replace && (await isThere(out))) return refuse(screen, there(out));
    const { file, holds } = await makeDoctor({
      lab,
      electron: null,
      checksOf: (targets) => checkQuietly(lab, targets, { signal }),
      log: appLogTail(lab.home),
      nowMs: Date.now(),
      onStep: (step) => {
        screen.live(`${step} ...`);
      },
      signal,
    });
    if (signal.aborted) return EXIT.interrupted;
    const saved = await (out === undefined
      ? saveFresh(file.name, file.text)
      : saveText(out, file.text, { replace }));
    if (!saved.ok)
      return refuse(
        screen,
        saved.problem.code === 'exists' && out !== undefined ? there(out) : saved.problem,
      );
    screen.note(`Wrote ${saved.value} (${formatBytes(Buffer.byteLength(file.text))}): ${holds}.`);
    screen.note('No keys and no tokens are in it; look through it before you send it.');
    return EXIT.pass;
  },
};

const isThere = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );

const there = (path: string): Problem => ({
  code: 'exists',
  message: `${path} is there already and was left as it is.`,
  remedy: 'Name another file, or replace it: qda-lab doctor --out FILE --force',
});

function refuse(screen: Screen, problem: Problem): ExitCode {
  screen.problem(problem);
  return EXIT.couldNotRun;
}

import { exportRun, FORMATS, render } from '../../host/export-run.ts';
import { loadRun } from '../../host/runs.ts';
import { oneOf } from '../arguments.ts';
import type { Command } from '../command.ts';
import { EXIT } from '../exit.ts';

export const report: Command = {
  name: 'report',
  summary: 'Make a report of a stored run or of a run file',
  usage: 'RUN [--format html|json|csv|samples-csv] [--out FILE]',
  words: [1, 1],
  options: [
    { name: 'format', value: 'FORMAT', help: `One of ${FORMATS.join(', ')} (default html)` },
    { name: 'out', value: 'FILE', help: 'Where to write it (default: standard output)' },
  ],
  notes: [
    'RUN is the id of a stored run, the begin of one, "latest", or the path of a run file (a JSON export).',
    'csv has one row a series; samples-csv one row a sample.',
    'Samples that do not fit their SHA-256 are refused: a report is made of what was measured or not at all.',
  ],
  async run(args, { lab, screen }) {
    const format = oneOf(args, 'format', FORMATS);
    const run = loadRun(lab, args.words[0] ?? '');
    if (!run.ok) {
      screen.problem(run.problem);
      return EXIT.couldNotRun;
    }
    const out = args.value('out');
    if (out === undefined) {
      screen.out(render(run.value, format));
      return EXIT.pass;
    }
    const written = await exportRun(run.value, format, out);
    if (written.ok) screen.note(`Wrote ${written.value}`);
    else screen.problem(written.problem);
    return written.ok ? EXIT.pass : EXIT.couldNotRun;
  },
};

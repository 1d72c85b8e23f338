import { listRuns, type RunLine } from '../../host/runs.ts';
import type { Command } from '../command.ts';
import { EXIT } from '../exit.ts';
import { jsonOf } from '../json.ts';
import { textTable } from '../table.ts';

export const runs: Command = {
  name: 'runs',
  summary: 'List the stored runs, newest first',
  usage: '[--json]',
  words: [0, 0],
  options: [{ name: 'json', help: 'As JSON' }],
  notes: [
    'A run is named by its id or the begin of it, or by the word "latest". An id begins with the time of its start, in UTC.',
    'The number beside the plan is that of its points: the repeats of a point count.',
  ],
  run(args, { lab, screen }) {
    const lines = listRuns(lab);
    if (!lines.ok) {
      screen.problem(lines.problem);
      return Promise.resolve(EXIT.couldNotRun);
    }
    if (args.has('json'))
      screen.out(
        jsonOf(
          lines.value.map((line) => line.header),
          2,
        ),
      );
    else if (lines.value.length === 0)
      screen.note(`No run is stored in ${lab.storePath}. Make one with: qda-lab bench`);
    else screen.out(textTable(COLUMNS, lines.value.map(cells)));
    return Promise.resolve(EXIT.pass);
  },
};

const COLUMNS = ['run', 'board', 'DSP', 'plan', ''].map((head) => ({ head }));

function cells({ header }: RunLine): string[] {
  return [
    header.id,
    header.board.id,
    `${header.node.dsp} ${(header.node.generation ?? '').replace('qda-', '')}`,
    `${header.plan.name} ${header.plan.points.length}`,
    [header.status === 'complete' ? '' : header.status, header.simulated ? 'simulated' : '', header.label]
      .filter((word) => word !== '')
      .join(', '),
  ];
}

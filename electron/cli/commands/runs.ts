import type { Lab } from '../../host/compose.ts';
import { listRows, listRuns } from '../../host/runs.ts';
import { ok, type Outcome } from '../../model/outcome.ts';
import type { RunRow } from '../../model/run-row.ts';
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
    const said = args.has('json') ? jsonText(lab) : tableText(lab);
    if (!said.ok) screen.problem(said.problem);
    else if (said.value === '')
      screen.note(`No run is stored in ${lab.storePath}. Make one with: qda-lab bench`);
    else screen.out(said.value);
    return Promise.resolve(said.ok ? EXIT.pass : EXIT.couldNotRun);
  },
};

function jsonText(lab: Lab): Outcome<string> {
  const lines = listRuns(lab);
  return lines.ok
    ? ok(
        jsonOf(
          lines.value.map((line) => line.header),
          2,
        ),
      )
    : lines;
}

/** Empty where there is no run. */
function tableText(lab: Lab): Outcome<string> {
  const rows = listRows(lab);
  if (!rows.ok) return rows;
  return ok(rows.value.length === 0 ? '' : textTable(COLUMNS, rows.value.map(cells)));
}

const COLUMNS = ['run', 'board', 'DSP', 'plan', ''].map((head) => ({ head }));

function cells(row: RunRow): string[] {
  return [
    row.id,
    row.board.id,
    `${row.dsp} ${row.driver.replace('QDA ', '')}`,
    `${row.plan} ${row.points}`,
    [row.status === 'complete' ? '' : row.status, row.simulated ? 'simulated' : '', row.label]
      .filter((word) => word !== '')
      .join(', '),
  ];
}

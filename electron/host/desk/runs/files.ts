import type { MadeFile, ExportFormat } from '../../../contract/calls.ts';
import { fail, ok, type Outcome } from '../../../model/outcome.ts';
import type { Run } from '../../../model/run.ts';
import { MAX_RUN_FILE, sizeOfFile } from '../../../store/run-file.ts';
import { render } from '../../export-run.ts';
import { loadRunFile } from '../../runs.ts';

/** Longest of what an import may hold besides its samples: what a face could not have written itself is no run of ours. */
const LONGEST = { label: 500, notes: 100_000 } as const;
const ID = /^[\w.-]{1,100}$/;

/** The run in a file, where the store could hold it. */
export function runToImport(path: string): Outcome<Run> {
  const size = sizeOfFile(path);
  if (!size.ok) return size;
  if (size.value > MAX_RUN_FILE) return tooLarge(path, size.value);
  const run = loadRunFile(path);
  if (!run.ok) return run;
  const wrong = misfit(run.value);
  return wrong === '' ? run : fail('not-a-run', `${path}: ${wrong}`, 'Use the file as the tool wrote it.');
}

/** What the store could not hold; empty: nothing. */
function misfit({ id, label, notes, plan, points }: Run): string {
  if (!ID.test(id)) return 'its id is no id of a run.';
  if (label.length > LONGEST.label) return `its label is longer than ${LONGEST.label} characters.`;
  if (notes.length > LONGEST.notes) return `its notes are longer than ${LONGEST.notes} characters.`;
  const same = points.every(({ point }, at) => point.index === at && plan.points[at]?.index === at);
  if (!same || points.length !== plan.points.length) return 'its results are not those of its plan.';
  return '';
}

const tooLarge = (path: string, bytes: number): Outcome<never> =>
  fail(
    'too-large',
    `${path} has ${Math.ceil(bytes / 2 ** 20)} MiB; a run file is read up to ${MAX_RUN_FILE / 2 ** 20} MiB.`,
    'Run fewer samples a series, or look at it on the machine that holds it in its store.',
  );

const MADE: Readonly<Record<ExportFormat, { readonly ends: string; readonly mime: string }>> = {
  html: { ends: '.html', mime: 'text/html' },
  json: { ends: '.json', mime: 'application/json' },
  csv: { ends: '.csv', mime: 'text/csv' },
  'samples-csv': { ends: '-samples.csv', mime: 'text/csv' },
};

/** The run as a file of that format. */
export function fileOf(run: Run, format: ExportFormat): Outcome<MadeFile> {
  const { ends, mime } = MADE[format];
  try {
    return ok({ name: `qda-lab-${run.id}${ends}`, mime, text: render(run, format) });
  } catch (error) {
    if (!(error instanceof RangeError && error.message === 'Invalid string length')) throw error;
    return fail(
      'too-large',
      `The run has so many samples that its ${format} is longer than a file made here can be.`,
      'Export another format: json holds every sample in a fraction of the space.',
    );
  }
}

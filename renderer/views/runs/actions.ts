import { EXPORT_FORMATS, type ExportFormat } from '../../../electron/contract/calls.ts';
import type { Problem } from '../../../electron/model/outcome.ts';
import type { AppState } from '../../state/app.svelte.ts';
import {
  choose,
  dropped,
  hasPdf,
  kindOf,
  save,
  savePdf,
  type FileKind,
  type Incoming,
} from '../../state/files.ts';
import type { MenuEntry } from '../../widgets/menu.ts';

/** What the user can do with stored runs, with what is said of it at the lower edge. */

const say = (app: AppState, problem: Problem): void => {
  app.ui.toast('error', problem.message, { remedy: problem.remedy });
};

const WORDS: Readonly<Record<ExportFormat, string>> = {
  html: 'Report (HTML)',
  json: 'Run file (JSON)',
  csv: 'Results (CSV)',
  'samples-csv': 'Samples (CSV)',
};

export async function exportRun(app: AppState, run: string, format: ExportFormat): Promise<void> {
  const made = await app.runs.exported(run, format);
  const saved = made.ok ? await save(made.value) : made;
  if (!saved.ok) say(app, saved.problem);
  else if (saved.value !== null && made.ok)
    app.ui.toast('ok', `Saved ${saved.value.path ?? `${made.value.name} among the downloads`}.`);
}

export async function exportPdf(app: AppState, run: string): Promise<void> {
  const saved = await savePdf(run);
  if (!saved.ok) say(app, saved.problem);
  else if (saved.value !== null) app.ui.toast('ok', `Saved ${saved.value.path ?? 'the PDF'}.`);
}

export const exportMenu = (app: AppState, run: string): MenuEntry[] => [
  ...EXPORT_FORMATS.map((format) => ({
    label: WORDS[format],
    run: () => void exportRun(app, run, format),
  })),
  'line',
  hasPdf()
    ? { label: 'Report (PDF)', run: () => void exportPdf(app, run) }
    : {
        label: 'Report (PDF): print it',
        run: () => {
          showReport(app, run);
        },
      },
];

export function showReport(app: AppState, run: string): void {
  app.ui.show('report');
  void app.runs.showReport(run);
}

export async function removeRuns(app: AppState, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const problem = await app.runs.remove(ids);
  if (problem !== null) {
    say(app, problem);
    return;
  }
  const what = ids.length === 1 ? 'The run is deleted.' : `${ids.length} runs are deleted.`;
  const undo = async (): Promise<void> => {
    const back = await app.runs.restore(ids);
    if (back !== null) say(app, back);
  };
  app.ui.toast('notice', what, { action: { label: 'Undo', run: () => void undo() } });
}

/** An upload has a name of its own on the host, which says nothing to the user. */
const named = (problem: Problem, name: string): Problem => ({
  ...problem,
  message: problem.message.replace(/\S*qda-lab-upload-[^\s/\\]*[\\/]\S*/, name),
});

async function importFile(app: AppState, { path, name }: Incoming, kind: FileKind): Promise<void> {
  if (kind === 'recording') {
    const outcome = await app.recordings.import(path);
    if (!outcome.ok) say(app, named(outcome.problem, name));
    else {
      const { name: taken } = outcome.value;
      app.ui.toast('ok', `The recording ${taken} is imported.`, {
        action: { label: 'Open', run: () => void app.recordings.open(taken) },
      });
      app.ui.show('recordings');
    }
    return;
  }
  const outcome = await app.runs.import(path);
  if (!outcome.ok) {
    say(app, named(outcome.problem, name));
    return;
  }
  app.ui.show('runs');
  void app.runs.open(outcome.value.run);
}

/** Opened from the menu of the app, or dropped on its icon. */
export const openPath = (app: AppState, path: string): Promise<void> =>
  importFile(app, { path, name: path }, kindOf(path));

export async function importChosen(app: AppState, what: FileKind): Promise<void> {
  const chosen = await choose(what);
  if (!chosen.ok) say(app, chosen.problem);
  else if (chosen.value !== null) await importFile(app, chosen.value, what);
}

/** Files that were dropped on the window, one after the other. */
export async function importDropped(app: AppState, files: readonly File[]): Promise<void> {
  for (const file of files) {
    const arrived = await dropped(file);
    if (arrived.ok) await importFile(app, arrived.value, kindOf(file.name));
    else say(app, arrived.problem);
  }
}

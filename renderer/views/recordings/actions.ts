import type { AppState } from '../../state/app.svelte.ts';
import { save } from '../../state/files.ts';

/** Opens a recording and shows what it is mostly of. */
export async function openRecording(app: AppState, name: string): Promise<void> {
  await app.recordings.open(name);
  if (app.recordings.playedName === name) app.ui.show('memory');
}

export async function exportRecording(app: AppState, name: string): Promise<void> {
  const made = await app.recordings.exported(name);
  const saved = made.ok ? await save(made.value) : made;
  if (!saved.ok) app.ui.toast('error', saved.problem.message, { remedy: saved.problem.remedy });
  else if (saved.value !== null && made.ok)
    app.ui.toast('ok', `Saved ${saved.value.path ?? `${made.value.name} among the downloads`}.`);
}

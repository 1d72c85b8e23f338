import type { MadeFile } from '../../electron/contract/calls.ts';
import type { Bridge, Chosen } from '../../electron/contract/shell.ts';
import { fail, ok, type Outcome } from '../../electron/model/outcome.ts';
import { tokenOf } from './doors/socket.ts';

/** Files of the user's, in and out: by the app's dialogs where it is the app, by up- and downloads in a browser. */

/** In a browser nobody says where the download went. */
export type Saved = { readonly path: string | null } | null;

const MOST_BYTES = 512 * 2 ** 20;

const bridge = (): Bridge | undefined => window.qdaLab;

/** Saves a made file. null: the user changed their mind. */
export async function save(file: MadeFile): Promise<Outcome<Saved>> {
  const app = bridge();
  if (app !== undefined) return (await app.shell('shell.save', file)) as Outcome<Chosen>;
  const url = URL.createObjectURL(new Blob([file.text], { type: file.mime }));
  const link = document.createElement('a');
  link.href = url;
  link.download = file.name;
  link.click();
  setTimeout(() => {
    URL.revokeObjectURL(url);
  }, 60_000);
  return ok({ path: null });
}

/** Whether reports can be written as PDF; in a browser its own print does that. */
export const hasPdf = (): boolean => bridge() !== undefined;

export async function savePdf(run: string): Promise<Outcome<Saved>> {
  const app = bridge();
  if (app === undefined) return fail('no-pdf', 'A browser writes PDF by its own print.', 'Print the report.');
  return (await app.shell('shell.pdf', { run })) as Outcome<Chosen>;
}

export type FileKind = 'run' | 'recording';

export const kindOf = (name: string): FileKind =>
  name.toLowerCase().endsWith('.qdarec') ? 'recording' : 'run';

const ENDINGS: Readonly<Record<FileKind, string>> = { run: '.json,application/json', recording: '.qdarec' };

/** A file on its way in: the path is for `runs.import` and `recordings.import`, the name is what the user knows it by. */
export interface Incoming {
  readonly path: string;
  readonly name: string;
}

/** Lets the user choose a file; null: none was chosen. */
export async function choose(what: FileKind): Promise<Outcome<Incoming | null>> {
  const app = bridge();
  if (app !== undefined) {
    const outcome = (await app.shell('shell.open', { what })) as Outcome<Chosen>;
    if (!outcome.ok || outcome.value === null) return outcome.ok ? ok(null) : outcome;
    return ok({ path: outcome.value.path, name: outcome.value.path });
  }
  const file = await chosenFile(ENDINGS[what]);
  return file === null ? ok(null) : dropped(file);
}

function chosenFile(endings: string): Promise<File | null> {
  const input = document.createElement('input');
  input.type = 'file';
  input.accept = endings;
  return new Promise((resolve) => {
    input.onchange = () => {
      resolve(input.files?.[0] ?? null);
    };
    input.oncancel = () => {
      resolve(null);
    };
    input.click();
  });
}

/** A file that was dropped on the window: itself in the app, its upload in a browser. */
export async function dropped(file: File): Promise<Outcome<Incoming>> {
  const app = bridge();
  if (app !== undefined) return ok({ path: app.pathOf(file), name: file.name });
  const path = await upload(file);
  return path.ok ? ok({ path: path.value, name: file.name }) : path;
}

async function upload(file: File): Promise<Outcome<string>> {
  if (file.size > MOST_BYTES)
    return fail(
      'too-large',
      `"${file.name}" is larger than ${MOST_BYTES / 2 ** 20} MiB, the most that is read.`,
    );
  try {
    const answer = await fetch('/upload', {
      method: 'POST',
      headers: { authorization: `Bearer ${tokenOf(window.location.hash)}` },
      body: file,
    });
    const said = (await answer.json()) as { readonly path?: string; readonly problem?: unknown };
    if (answer.ok && said.path !== undefined) return ok(said.path);
    return refused(file.name, said);
  } catch {
    return fail(
      'upload-broken',
      `"${file.name}" did not reach the host.`,
      'Look whether the host still runs, then send it again.',
    );
  }
}

/** What the host says of an upload that it does not take. */
function refused(name: string, said: unknown): Outcome<never> {
  const { problem } = said as { readonly problem?: { code: string; message: string; remedy: string } };
  if (problem !== undefined) return { ok: false, problem };
  return fail('upload-refused', `The host did not take "${name}".`, 'Load the page again.');
}

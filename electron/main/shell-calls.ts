import { dialog, shell, type BrowserWindow, type FileFilter } from 'electron';
import { writeFile } from 'node:fs/promises';
import { basename, isAbsolute } from 'node:path';
import * as v from 'valibot';
import { SHELL_CALLS, type Chosen, type ShellCallName, type ShellHandlers } from '../contract/shell.ts';
import { fail, ok, type Outcome } from '../model/outcome.ts';
import type { HostLink } from './host-link.ts';
import { pdfOf } from './pdf.ts';

const KINDS: Readonly<Record<'run' | 'recording', FileFilter>> = {
  run: { name: 'Run files', extensions: ['json'] },
  recording: { name: 'Recordings', extensions: ['qdarec'] },
};

/** What the shell does for a page. `window` is the one that asked. */
export function shellHandlers(host: Pick<HostLink, 'call'>, window: BrowserWindow): ShellHandlers {
  const save = async (name: string, bytes: string | Uint8Array): Promise<Outcome<Chosen>> => {
    const asked = await dialog.showSaveDialog(window, { defaultPath: basename(name) });
    return asked.canceled || !asked.filePath ? ok(null) : await written(asked.filePath, bytes);
  };
  return {
    'shell.save': ({ name, text }) => save(name, text),
    'shell.open': async ({ what }) => {
      const asked = await dialog.showOpenDialog(window, { properties: ['openFile'], filters: [KINDS[what]] });
      const path = asked.filePaths[0];
      return ok(asked.canceled || path === undefined ? null : { path });
    },
    'shell.pdf': async ({ run }) => {
      const report = await host.call('runs.export', { run, format: 'html' });
      if (!report.ok) return report;
      return await save(report.value.name.replace(/\.html$/, '.pdf'), await pdfOf(report.value.text));
    },
    'shell.show': ({ path }) => {
      if (!isLocal(path)) return fail('not-shown', 'Only a full path of this machine is shown.');
      shell.showItemInFolder(path);
      return ok(undefined);
    },
  };
}

async function written(path: string, bytes: string | Uint8Array): Promise<Outcome<Chosen>> {
  try {
    await writeFile(path, bytes);
    return ok({ path });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return fail('not-written', `${path} could not be written: ${why}`, 'Choose another folder.');
  }
}

/** A path of another machine would have the system log in there. */
const isLocal = (path: string): boolean => isAbsolute(path) && !/^[\\/]{2}/.test(path);

/** Parses and calls. Fails with 'unknown-call', 'bad-arguments' or 'bug'. */
export async function callShell(
  handlers: ShellHandlers,
  call: unknown,
  args: unknown,
): Promise<Outcome<unknown>> {
  if (typeof call !== 'string' || !Object.hasOwn(SHELL_CALLS, call))
    return fail('unknown-call', 'The shell of the app does not know this call.');
  const name = call as ShellCallName;
  const parsed = v.safeParse(SHELL_CALLS[name].args, args);
  if (!parsed.success) return fail('bad-arguments', `The argument of "${name}" does not fit.`);
  try {
    return await (handlers[name] as (args: unknown) => Promise<Outcome<unknown>>)(parsed.output);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return fail('bug', `"${name}" failed inside the app: ${text}`, 'Copy the log into a report of it.');
  }
}

import { join } from 'node:path';
import { ok, type Outcome } from '../model/outcome.ts';
import type { Run } from '../model/run.ts';
import { pointsCsv, samplesCsv } from '../report/csv.ts';
import { runToHtml } from '../report/html.ts';
import { runToJson } from '../report/json.ts';
import { makeFolder, writeText } from '../report/write.ts';

export const FORMATS = ['html', 'json', 'csv', 'samples-csv'] as const;
export type Format = (typeof FORMATS)[number];

const RENDER: Record<Format, (run: Run) => string> = {
  html: runToHtml,
  json: runToJson,
  csv: pointsCsv,
  'samples-csv': samplesCsv,
};

/** The run in that format, as text. */
export const render = (run: Run, format: Format): string => RENDER[format](run);

/** Writes the run to a file; its path. */
export async function exportRun(run: Run, format: Format, path: string): Promise<Outcome<string>> {
  const written = await writeText(path, render(run, format));
  return written.ok ? ok(path) : written;
}

/** Writes report.html and run.json into a folder, which is made where it is missing; their paths. */
export async function exportBoth(run: Run, folder: string): Promise<Outcome<readonly string[]>> {
  const made = await makeFolder(folder);
  if (!made.ok) return made;
  const html = await exportRun(run, 'html', join(folder, 'report.html'));
  if (!html.ok) return html;
  const json = await exportRun(run, 'json', join(folder, 'run.json'));
  return json.ok ? ok([html.value, json.value]) : json;
}

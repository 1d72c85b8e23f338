import { ok, type Outcome } from '../model/outcome.ts';
import type { Run } from '../model/run.ts';
import { pointsCsv, samplesCsv } from '../report/csv.ts';
import { runToHtml } from '../report/html.ts';
import { runToJson } from '../report/json.ts';
import { writeText } from '../report/write.ts';

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

import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { runToJson } from '../../electron/report/json.ts';
import { sampleDigest } from '../../electron/store/digest.ts';
import { fixtureRun } from '../unit/report/fixture.ts';

/** Sets window.__pwned wherever it is taken for anything but text. */
export const HOSTILE = `"><img src=x onerror="top.__pwned=1"><script>top.__pwned=1</script><svg onload="__pwned=1">`;

/** What texts of a run file come from outside, by their key. */
const OUTSIDE = new Set([
  ...['label', 'notes', 'reason', 'model', 'kernel', 'serial', 'comm', 'text', 'proof', 'command', 'call'],
  ...['path', 'value', 'exporter', 'remedy', 'version', 'shell'],
]);

/** A run file that fits the schema and whose every text from outside is HTML and script. */
export function hostileRunFile(): string {
  const text = runToJson(fixtureRun({ samples: 8 }));
  const poisoned: unknown = JSON.parse(text, (key, value: unknown) =>
    typeof value === 'string' && OUTSIDE.has(key) ? HOSTILE : value,
  );
  return JSON.stringify({ ...(poisoned as object), id: 'hostile-run' });
}

/** Writes a true run file of at least so many bytes: one of its series has millions of samples. */
export async function writeLargeRunFile(path: string, bytes: number): Promise<void> {
  const sample = '1234567';
  const count = Math.ceil(bytes / (sample.length + 1));
  const run = JSON.parse(runToJson(fixtureRun({ samples: 8 }))) as {
    points: { series: { ns: unknown; sha256: string }[] }[];
  };
  const series = run.points.find((point) => point.series.length > 0)?.series[0];
  if (!series) throw new Error('the run has no series');
  series.ns = ['@'];
  series.sha256 = sampleDigest(new Float64Array(count).fill(Number(sample)));
  const [before = '', after = ''] = JSON.stringify({ ...run, id: 'large-run', label: 'a large one' }).split(
    '["@"]',
  );
  const file = createWriteStream(path);
  file.write(`${before}[`);
  const chunk = `${sample},`.repeat(100_000);
  for (let left = count - 1; left > 0; left -= 100_000)
    if (!file.write(left >= 100_000 ? chunk : `${sample},`.repeat(left))) await once(file, 'drain');
  file.end(`${sample}]${after}`);
  await once(file, 'finish');
}

// Counting tests: what each tool wrote, as numbers. Pure, so that the counting is itself tested.

export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** What to show of each failure: its name, and what it printed. */
  readonly failures: readonly string[];
}

export const nothing: Tally = { passed: 0, failed: 0, skipped: 0, failures: [] };
export const onePassed: Tally = { ...nothing, passed: 1 };
export const oneFailed = (why: string): Tally => ({ ...nothing, failed: 1, failures: [why] });

export const add = (a: Tally, b: Tally): Tally => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  skipped: a.skipped + b.skipped,
  failures: [...a.failures, ...b.failures],
});

export const sum = (tallies: readonly Tally[]): Tally => tallies.reduce(add, nothing);

/** The last line of `npm test`. */
export const lastLine = ({ passed, failed, skipped }: Tally): string =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;

/** A suite in which nothing failed and nothing ran did not do its work. */
export const mustRun = (name: string, tally: Tally): Tally =>
  tally.passed + tally.failed + tally.skipped > 0 ? tally : oneFailed(`${name}: no test ran`);

interface MesonTest {
  readonly name: string;
  readonly result: string;
  readonly stdout?: string;
  readonly stderr?: string;
}

/** The points of a TAP stream. */
export function tapPoints(text: string): Omit<Tally, 'failures'> {
  const points = text.match(/^(?:not )?ok\b.*$/gm) ?? [];
  const skipped = points.filter((line) => /#\s*skip/i.test(line)).length;
  const failed = points.filter(
    (line) => line.startsWith('not ok') && !/#\s*(?:skip|todo)/i.test(line),
  ).length;
  return { passed: points.length - skipped - failed, failed, skipped };
}

/** One program of meson's: each of its TAP points, or the program itself if it wrote none or ended badly. */
export function mesonProgram(test: MesonTest): Tally {
  const points = tapPoints(test.stdout ?? '');
  const failures = [`${test.name}: ${test.result}\n${test.stdout ?? ''}${test.stderr ?? ''}`];
  if (test.result === 'SKIP') return { ...points, skipped: Math.max(points.skipped, 1), failures: [] };
  if (test.result !== 'OK') return { ...points, failed: Math.max(points.failed, 1), failures };
  if (points.failed > 0) return { ...points, failures };
  return points.passed + points.skipped === 0 ? onePassed : { ...points, failures: [] };
}

/** The whole of meson's testlog.json: one JSON object a line. */
export const mesonLog = (text: string): Tally =>
  sum(
    text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => mesonProgram(JSON.parse(line) as MesonTest)),
  );

interface VitestReport {
  readonly success: boolean;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages?: readonly string[] | null;
    }[];
  }[];
}

function vitestFile(file: VitestReport['testResults'][number]): Tally {
  const tests = file.assertionResults.map(({ status, fullName, failureMessages }): Tally => {
    if (status === 'passed') return onePassed;
    if (status === 'failed')
      return oneFailed(`${file.name}: ${fullName}\n${(failureMessages ?? []).join('\n')}`);
    return { ...nothing, skipped: 1 };
  });
  const tally = sum(tests);
  // A file that cannot be loaded, or whose hooks fail, has no failed test to show for it.
  return file.status === 'failed' && tally.failed === 0
    ? add(tally, oneFailed(`${file.name}\n${file.message ?? ''}`))
    : tally;
}

/** vitest's JSON report. */
export function vitestReport(text: string): Tally {
  const report = JSON.parse(text) as VitestReport;
  const tally = sum(report.testResults.map(vitestFile));
  return report.success || tally.failed > 0
    ? tally
    : add(tally, oneFailed('vitest: an error outside of any test'));
}

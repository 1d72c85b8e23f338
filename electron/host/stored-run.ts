import { Collector } from '../bench/collect.ts';
import { fail, ok, type Outcome } from '../model/outcome.ts';
import type { PointResult, Run, Series } from '../model/run.ts';
import type { StoredRun } from '../store/read.ts';
import type { Store } from '../store/store.ts';

/** The run of exactly that id, its samples checked. */
export function loadStoredRun(store: Store, id: string): Outcome<Run> {
  const stored = store.load(id);
  return stored.ok ? verifiedStored(stored.value) : stored;
}

/** A stored run as the model knows it: its events folded into results. */
export function assemble(stored: StoredRun): Run {
  const collector = new Collector();
  for (const event of stored.events) collector.add(event);
  return {
    ...stored.header,
    points: collector.results(stored.header.plan, stored.header.simulated, stored.digest),
  };
}

/** The run, where its samples fit the digests that were taken when it ended. One that is missing (the run goes on) is no contradiction. */
function verifiedStored(stored: StoredRun): Outcome<Run> {
  const run = assemble(stored);
  const wrong = misfit(
    run,
    ({ point }, which) => stored.digests.get(point.index)?.[which],
    (row) => row.sha256,
  );
  return wrong === null ? ok(run) : changed(`run ${run.id}`, wrong);
}

/** The first series whose digest is not the one that was said; null: all fit. */
export function misfit(
  run: Run,
  said: (point: PointResult, which: number) => string | undefined,
  digestOf: (series: Series) => string,
): string | null {
  for (const result of run.points) {
    for (const [which, row] of result.series.entries()) {
      const digest = said(result, which);
      if (digest !== undefined && digest !== digestOf(row))
        return `${result.point.benchmark} (point ${result.point.index}), series "${row.name}"`;
    }
  }
  return null;
}

export const changed = (where: string, what: string): Outcome<Run> =>
  fail(
    'samples-changed',
    `${where}: the samples of ${what} do not fit their SHA-256. They were changed after the run, so nothing is reported from them.`,
    'Use the file as the tool wrote it, or export the run again from the store that holds it.',
  );

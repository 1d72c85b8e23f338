import { Collector } from '../bench/collect.ts';
import { fail, ok, type Outcome } from '../model/outcome.ts';
import type { PointResult, Run, Series } from '../model/run.ts';
import type { RunRow } from '../model/run-row.ts';
import { sampleDigest } from '../store/digest.ts';
import type { StoredRun } from '../store/read.ts';
import { readRunFile } from '../store/run-file.ts';
import { Store, type RunLine } from '../store/store.ts';
import { parseRun } from '../report/parse.ts';
import type { Lab } from './compose.ts';

export type { RunLine } from '../store/store.ts';

/** Stored runs, newest first. */
export function listRuns(lab: Lab): Outcome<readonly RunLine[]> {
  return withStore(lab, (store) => store.list());
}

/** The same as the lines that faces show: quick, however many and large the runs are. */
export function listRows(lab: Lab): Outcome<readonly RunRow[]> {
  return withStore(lab, (store) => store.rows());
}

/**
 * The run of that id (or the begin of one, or 'latest'), or in a run file where `what` names a file. Its samples are checked
 * against their digests: fails with 'samples-changed', 'unknown-run', 'ambiguous-run' or what the file or the store says.
 */
export function loadRun(lab: Lab, what: string): Outcome<Run> {
  if (/[/.]/.test(what)) return loadRunFile(what);
  return withStore(lab, (store) => {
    const line = store.find(what);
    if (line.ok) return loadStoredRun(store, line.value.id);
    const all = store.rows();
    return all.ok && all.value.length === 0 ? noRuns(lab) : line;
  });
}

/** The run of exactly that id, its samples checked. */
export function loadStoredRun(store: Store, id: string): Outcome<Run> {
  const stored = store.load(id);
  return stored.ok ? verifiedStored(stored.value) : stored;
}

const noRuns = (lab: Lab): Outcome<never> =>
  fail('unknown-run', `No run is stored in ${lab.storePath}.`, 'Make one with: qda-lab bench');

function withStore<T>(lab: Lab, work: (store: Store) => Outcome<T>): Outcome<T> {
  const store = Store.openToRead(lab.storePath);
  if (!store.ok) return store;
  try {
    return work(store.value);
  } finally {
    store.value.close();
  }
}

/** The run in a run file, its samples checked. */
export function loadRunFile(path: string): Outcome<Run> {
  const text = readRunFile(path);
  if (!text.ok) return text;
  const run = parseRun(text.value, path);
  if (!run.ok) return run;
  return verifiedFile(run.value, path);
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

/** The run of a file, where its samples fit the digests beside them. */
function verifiedFile(run: Run, path: string): Outcome<Run> {
  const wrong = misfit(
    run,
    ({ series }, which) => series[which]?.sha256,
    (row) => sampleDigest(row.ns),
  );
  return wrong === null ? ok(run) : changed(path, wrong);
}

/** The first series whose digest is not the one that was said; null: all fit. */
function misfit(
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

const changed = (where: string, what: string): Outcome<Run> =>
  fail(
    'samples-changed',
    `${where}: the samples of ${what} do not fit their SHA-256. They were changed after the run, so nothing is reported from them.`,
    'Use the file as the tool wrote it, or export the run again from the store that holds it.',
  );

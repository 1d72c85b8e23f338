import { Collector } from '../bench/collect.ts';
import { fail, ok, type Outcome } from '../model/outcome.ts';
import type { Run } from '../model/run.ts';
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

/**
 * The run of that id (or the begin of one, or 'latest'), or in a run file where `what` names a file. Its samples are checked
 * against their digests: fails with 'samples-changed', 'unknown-run', 'ambiguous-run' or what the file or the store says.
 */
export function loadRun(lab: Lab, what: string): Outcome<Run> {
  if (/[/.]/.test(what)) return loadRunFile(what);
  const stored = withStore(lab, (store) => {
    const line = store.find(what);
    if (line.ok) return store.load(line.value.id);
    const all = store.list();
    return all.ok && all.value.length === 0 ? noRuns(lab) : line;
  });
  if (!stored.ok) return stored;
  return verified(assemble(stored.value), `run ${stored.value.header.id}`, storedDigest(stored.value));
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

function loadRunFile(path: string): Outcome<Run> {
  const text = readRunFile(path);
  if (!text.ok) return text;
  const run = parseRun(text.value, path);
  if (!run.ok) return run;
  return verified(run.value, path, (index, series) => run.value.points[index]?.series[series]?.sha256);
}

/** A stored run as the model knows it: its events folded into results. */
export function assemble(stored: StoredRun): Run {
  const collector = new Collector();
  for (const event of stored.events) collector.add(event);
  return {
    ...stored.header,
    points: collector.results(stored.header.plan, stored.header.simulated, sampleDigest),
  };
}

type DigestOf = (index: number, series: number) => string | undefined;

const storedDigest =
  (stored: StoredRun): DigestOf =>
  (index, series) =>
    stored.digests.get(stored.header.plan.points[index]?.index ?? -1)?.[series];

/** A digest that is missing (the run still goes on) is no contradiction; one that differs is. */
function verified(run: Run, where: string, digestOf: DigestOf): Outcome<Run> {
  for (const [at, { point, series }] of run.points.entries()) {
    for (const [which, row] of series.entries()) {
      const said = digestOf(at, which);
      if (said !== undefined && said !== sampleDigest(row.ns))
        return changed(where, `${point.benchmark} (point ${point.index}), series "${row.name}"`);
    }
  }
  return ok(run);
}

const changed = (where: string, what: string): Outcome<Run> =>
  fail(
    'samples-changed',
    `${where}: the samples of ${what} do not fit their SHA-256. They were changed after the run, so nothing is reported from them.`,
    'Use the file as the tool wrote it, or export the run again from the store that holds it.',
  );

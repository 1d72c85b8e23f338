import { fail, ok, type Outcome } from '../model/outcome.ts';
import type { Run } from '../model/run.ts';
import type { RunRow } from '../model/run-row.ts';
import { sampleDigest } from '../store/digest.ts';
import { readRunFile } from '../store/run-file.ts';
import { Store, type RunLine } from '../store/store.ts';
import { parseRun } from '../report/parse.ts';
import type { Lab } from './compose.ts';
import { changed, loadStoredRun, misfit } from './stored-run.ts';

export type { RunLine } from '../store/store.ts';
export { assemble, loadStoredRun } from './stored-run.ts';

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

/** The run of a file, where its samples fit the digests beside them. */
function verifiedFile(run: Run, path: string): Outcome<Run> {
  const wrong = misfit(
    run,
    ({ series }, which) => series[which]?.sha256,
    (row) => sampleDigest(row.ns),
  );
  return wrong === null ? ok(run) : changed(path, wrong);
}

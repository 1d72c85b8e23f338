import type { PlanEvent } from '../model/plan-events.ts';
import type { Problem } from '../model/outcome.ts';
import type { Run } from '../model/run.ts';
import type { RunHeader } from '../store/read.ts';
import { Store } from '../store/store.ts';
import { runToJson } from '../report/json.ts';
import { writeText } from '../report/write.ts';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fail, ok, type Outcome } from '../model/outcome.ts';

/** Where a run was kept. A spill file is a run file like any export: `qda-lab report FILE` opens it. */
export type Kept =
  | { readonly kind: 'store'; readonly path: string }
  | { readonly kind: 'spill'; readonly path: string; readonly why: Problem };

/**
 * Writes a run into the store while it runs. Where the store fails (disk full, read-only, newer), the run goes on in memory
 * and is written to a spill file at its end: nothing that was measured is lost with the store.
 */
export class Recorder {
  private readonly store: Store | null;
  private broken: Problem | null;

  private constructor(store: Store | null, broken: Problem | null) {
    this.store = store;
    this.broken = broken;
  }

  static begin(path: string, header: RunHeader): Recorder {
    const store = Store.open(path);
    if (!store.ok) return new Recorder(null, store.problem);
    const recorder = new Recorder(store.value, null);
    recorder.attempt((open) => open.putHeader(header));
    return recorder;
  }

  /** Why the store could not be used, once it could not. */
  get problem(): Problem | null {
    return this.broken;
  }

  add(runId: string, events: readonly PlanEvent[]): void {
    this.attempt((store) => store.putEvents(runId, events));
  }

  /** Ends the run. Fails with 'run-lost' only where neither the store nor any folder could take it. */
  async finish(run: Run, spillFolders: readonly string[]): Promise<Outcome<Kept>> {
    const { points, ...header } = run;
    this.attempt((store) => store.finish(header, points));
    const path = this.store?.path ?? '';
    this.store?.close();
    return this.broken ? await spill(run, this.broken, spillFolders) : ok({ kind: 'store', path });
  }

  private attempt(work: (store: Store) => Outcome<void>): void {
    if (!this.store || this.broken) return;
    const outcome = work(this.store);
    if (!outcome.ok) this.broken = outcome.problem;
  }
}

async function spill(run: Run, why: Problem, folders: readonly string[]): Promise<Outcome<Kept>> {
  const text = runToJson(run);
  const refused: string[] = [];
  for (const folder of [...folders, process.cwd(), tmpdir(), '/dev/shm']) {
    const written = await writeText(join(folder, `qda-lab-run-${run.id}.json`), text);
    if (written.ok) return ok({ kind: 'spill', path: written.value, why });
    refused.push(written.problem.message);
  }
  return fail(
    'run-lost',
    `The run ${run.id} could not be written anywhere: ${why.message} ${refused.join(' ')}`,
    why.remedy,
  );
}

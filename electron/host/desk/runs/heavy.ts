import type { MadeFile, ExportFormat } from '../../../contract/calls.ts';
import { compareRuns, type Comparison } from '../../../bench/comparison.ts';
import { crossoverGroups } from '../../../bench/crossover.ts';
import { groupsOf, type PointGroup } from '../../../bench/results.ts';
import { crossoverViews, runView, type CrossoverView, type RunView } from '../../../bench/run-view.ts';
import { ok, type Outcome } from '../../../model/outcome.ts';
import type { Run } from '../../../model/run.ts';
import { Store } from '../../../store/store.ts';
import { loadStoredRun } from '../../stored-run.ts';
import { Recent } from './recent.ts';

/** Work on whole runs, which takes the processor for a while. Its caller is a thread of its own (thread.ts). */
export interface HeavyWork {
  readonly open: { readonly args: { readonly run: string }; readonly result: RunView };
  readonly crossovers: { readonly args: { readonly run: string }; readonly result: readonly CrossoverView[] };
  readonly compare: {
    readonly args: { readonly a: string; readonly b: string };
    readonly result: Comparison;
  };
  readonly export: {
    readonly args: { readonly run: string; readonly format: ExportFormat };
    readonly result: MadeFile;
  };
  readonly import: { readonly args: { readonly path: string }; readonly result: { readonly run: string } };
  readonly purge: { readonly args: { readonly lives: readonly string[] }; readonly result: undefined };
}

export type HeavyName = keyof HeavyWork;

/** At once, or after a part that most runs of the program never need has been loaded. */
type Done<T> = Outcome<T> | Promise<Outcome<T>>;

/** Runs of one store. What was made of a run is kept for as long as the run is the same. */
export class Heavy {
  readonly #path: string;
  readonly #views = new Recent<RunView>(8);
  /** What the crossovers of the runs opened last are made of: whoever opens a run asks for them next. */
  readonly #swept = new Recent<readonly PointGroup[]>(2);
  readonly #crossovers = new Recent<readonly CrossoverView[]>(8);
  readonly #comparisons = new Recent<Comparison>(8);

  constructor(storePath: string) {
    this.#path = storePath;
  }

  async do<N extends HeavyName>(
    name: N,
    args: HeavyWork[N]['args'],
  ): Promise<Outcome<HeavyWork[N]['result']>> {
    const work = this.#work[name] as (args: HeavyWork[N]['args']) => Done<HeavyWork[N]['result']>;
    return await work(args);
  }

  readonly #work: {
    readonly [N in HeavyName]: (args: HeavyWork[N]['args']) => Done<HeavyWork[N]['result']>;
  } = {
    open: ({ run }) =>
      this.#made(this.#views, [run], (stamp) => this.#with(run, (loaded) => ok(this.#view(loaded, stamp)))),
    crossovers: ({ run }) =>
      this.#made(this.#crossovers, [run], (stamp) => {
        const swept = this.#swept.get(run, stamp);
        return swept
          ? ok(crossoverViews(swept))
          : this.#with(run, (loaded) => ok(crossoverViews(groupsOf(loaded))));
      }),
    compare: ({ a, b }) =>
      this.#made(this.#comparisons, [a, b], () =>
        this.#with(a, (left) => this.#with(b, (right) => ok(compareRuns(left, right)))),
      ),
    export: async ({ run, format }) => {
      const { fileOf } = await import('./files.ts');
      return this.#with(run, (loaded) => fileOf(loaded, format));
    },
    import: ({ path }) => this.#import(path),
    purge: ({ lives }) =>
      this.#write((store) => {
        const done = store.purge(lives);
        return done.ok ? ok(undefined) : done;
      }),
  };

  #with<T>(id: string, work: (run: Run) => Outcome<T>): Outcome<T> {
    const run = this.#read((store) => loadStoredRun(store, id));
    return run.ok ? work(run.value) : run;
  }

  #view(run: Run, stamp: string): RunView {
    const groups = groupsOf(run);
    this.#swept.set(run.id, stamp, crossoverGroups(groups));
    return runView(run, groups);
  }

  #made<T>(recent: Recent<T>, runs: readonly string[], make: (stamp: string) => Outcome<T>): Outcome<T> {
    const stamp = this.#read((store) => all(runs.map((run) => store.stamp(run))));
    if (!stamp.ok) return stamp;
    const key = runs.join('\n');
    const known = recent.get(key, stamp.value);
    if (known !== undefined) return ok(known);
    const made = make(stamp.value);
    if (made.ok) recent.set(key, stamp.value, made.value);
    return made;
  }

  #read<T>(work: (store: Store) => Outcome<T>): Outcome<T> {
    const store = Store.openToRead(this.#path);
    if (!store.ok) return store;
    try {
      return work(store.value);
    } finally {
      store.value.close();
    }
  }

  async #import(path: string): Promise<Outcome<{ readonly run: string }>> {
    const { runToImport } = await import('./files.ts');
    const run = runToImport(path);
    if (!run.ok) return run;
    return this.#write((store) => {
      const stored = store.importRun(run.value);
      return stored.ok ? ok({ run: run.value.id }) : stored;
    });
  }

  #write<T>(work: (store: Store) => Outcome<T>): Outcome<T> {
    const store = Store.open(this.#path);
    if (!store.ok) return store;
    try {
      return work(store.value);
    } finally {
      store.value.close();
    }
  }
}

/** All of the texts in one, where each could be had. */
function all(texts: readonly Outcome<string>[]): Outcome<string> {
  const failed = texts.find((one) => !one.ok);
  return failed ?? ok(texts.map((one) => (one.ok ? one.value : '')).join('\n'));
}

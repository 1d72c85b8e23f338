import type { MadeFile, ExportFormat } from '../../../contract/calls.ts';
import { compareRuns, type Comparison } from '../../../bench/comparison.ts';
import { runView, type RunView } from '../../../bench/run-view.ts';
import { fail, ok, type Outcome } from '../../../model/outcome.ts';
import type { Run } from '../../../model/run.ts';
import { MAX_RUN_FILE, sizeOfFile } from '../../../store/run-file.ts';
import { Store } from '../../../store/store.ts';
import { render } from '../../export-run.ts';
import { loadRunFile, loadStoredRun } from '../../runs.ts';
import { Recent } from './recent.ts';

/** Work on whole runs, which takes the processor for a while. Its caller is a thread of its own (thread.ts). */
export interface HeavyWork {
  readonly open: { readonly args: { readonly run: string }; readonly result: RunView };
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

/** Longest of what an import may hold besides its samples: what a face could not have written itself is no run of ours. */
const LONGEST = { label: 500, notes: 100_000 } as const;
const ID = /^[\w.-]{1,100}$/;

/** Runs of one store. What was made of a run is kept for as long as the run is the same. */
export class Heavy {
  readonly #path: string;
  readonly #views = new Recent<RunView>(8);
  readonly #comparisons = new Recent<Comparison>(8);

  constructor(storePath: string) {
    this.#path = storePath;
  }

  do<N extends HeavyName>(name: N, args: HeavyWork[N]['args']): Outcome<HeavyWork[N]['result']> {
    const work = this.#work[name] as (args: HeavyWork[N]['args']) => Outcome<HeavyWork[N]['result']>;
    return work(args);
  }

  readonly #work: {
    readonly [N in HeavyName]: (args: HeavyWork[N]['args']) => Outcome<HeavyWork[N]['result']>;
  } = {
    open: ({ run }) => this.#made(this.#views, [run], () => this.#with(run, (loaded) => ok(runView(loaded)))),
    compare: ({ a, b }) =>
      this.#made(this.#comparisons, [a, b], () =>
        this.#with(a, (left) => this.#with(b, (right) => ok(compareRuns(left, right)))),
      ),
    export: ({ run, format }) => this.#with(run, (loaded) => fileOf(loaded, format)),
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

  #made<T>(recent: Recent<T>, runs: readonly string[], make: () => Outcome<T>): Outcome<T> {
    const stamps = runs.map((run) => this.#read((store) => store.stamp(run)));
    const stamp = stamps.map((one) => (one.ok ? one.value : '')).join('\n');
    const key = runs.join('\n');
    const known = stamps.every((one) => one.ok) ? recent.get(key, stamp) : undefined;
    if (known !== undefined) return ok(known);
    const made = make();
    if (made.ok) recent.set(key, stamp, made.value);
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

  #import(path: string): Outcome<{ readonly run: string }> {
    const size = sizeOfFile(path);
    if (!size.ok) return size;
    if (size.value > MAX_RUN_FILE) return tooLarge(path, size.value);
    const run = loadRunFile(path);
    if (!run.ok) return run;
    const wrong = misfit(run.value);
    if (wrong !== '') return fail('not-a-run', `${path}: ${wrong}`, 'Use the file as the tool wrote it.');
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

/** What the store could not hold; empty: nothing. */
function misfit({ id, label, notes, plan, points }: Run): string {
  if (!ID.test(id)) return 'its id is no id of a run.';
  if (label.length > LONGEST.label) return `its label is longer than ${LONGEST.label} characters.`;
  if (notes.length > LONGEST.notes) return `its notes are longer than ${LONGEST.notes} characters.`;
  const same = points.every(({ point }, at) => point.index === at && plan.points[at]?.index === at);
  if (!same || points.length !== plan.points.length) return 'its results are not those of its plan.';
  return '';
}

const tooLarge = (path: string, bytes: number): Outcome<never> =>
  fail(
    'too-large',
    `${path} has ${Math.ceil(bytes / 2 ** 20)} MiB; a run file is read up to ${MAX_RUN_FILE / 2 ** 20} MiB.`,
    'Run fewer samples a series, or look at it on the machine that holds it in its store.',
  );

const MADE: Readonly<Record<ExportFormat, { readonly ends: string; readonly mime: string }>> = {
  html: { ends: '.html', mime: 'text/html' },
  json: { ends: '.json', mime: 'application/json' },
  csv: { ends: '.csv', mime: 'text/csv' },
  'samples-csv': { ends: '-samples.csv', mime: 'text/csv' },
};

function fileOf(run: Run, format: ExportFormat): Outcome<MadeFile> {
  const { ends, mime } = MADE[format];
  try {
    return ok({ name: `qda-lab-${run.id}${ends}`, mime, text: render(run, format) });
  } catch (error) {
    if (!(error instanceof RangeError && error.message === 'Invalid string length')) throw error;
    return fail(
      'too-large',
      `The run has so many samples that its ${format} is longer than a file made here can be.`,
      'Export another format: json holds every sample in a fraction of the space.',
    );
  }
}

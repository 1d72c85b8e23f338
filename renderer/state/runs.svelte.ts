import type { ExportFormat, MadeFile } from '../../electron/contract/calls.ts';
import type { Comparison } from '../../electron/bench/comparison.ts';
import type { CrossoverView, RunView } from '../../electron/bench/run-view.ts';
import type { Outcome, Problem } from '../../electron/model/outcome.ts';
import type { RunRow } from '../../electron/model/run-row.ts';
import { awaited, fetched, none, type Fetched } from './fetched.ts';
import type { Source } from './source.ts';

/** What of the Runs view is in front. */
export type RunsPage =
  | { readonly kind: 'list' }
  | { readonly kind: 'run'; readonly id: string }
  | { readonly kind: 'compare'; readonly a: string; readonly b: string };

/** The stored runs. */
export class RunsState {
  list = $state.raw<Fetched<readonly RunRow[]>>(none());
  page = $state.raw<RunsPage>({ kind: 'list' });
  /** The run in front. */
  run = $state.raw<Fetched<RunView>>(none());
  /** Those of the run in front, which are asked for once it is there. */
  crossovers = $state.raw<Fetched<readonly CrossoverView[]>>(none());
  comparison = $state.raw<Fetched<Comparison>>(none());
  /** Text of the exported report of `reportOf`. */
  report = $state.raw<Fetched<MadeFile>>(none());
  reportOf = $state<string | null>(null);
  /** Ids that are checked, in the order of checking. */
  checked = $state.raw<readonly string[]>([]);
  search = $state('');

  /** What the user calls a board; null: nothing. Boards are known better now than when the run was stored. */
  nameOf: (board: string) => string | null = () => null;

  rows = $derived((this.list.value ?? []).map((row) => this.#named(row)));
  /** Whose label and notes are being written: it stays in the list, whether it still fits the search or not. */
  writing = $state<string | null>(null);
  found = $derived(this.#found());
  inFront = $derived(this.page.kind === 'run' ? this.row(this.page.id) : undefined);

  readonly #source: Source;
  #revision = 0;

  constructor(source: Source) {
    this.#source = source;
    source.on('runs', () => {
      if (this.list.value !== null || this.list.problem !== null) void this.load();
    });
  }

  #found(): readonly RunRow[] {
    const { rows } = this;
    const fits = new Set(matching(rows, this.search));
    return rows.filter((row) => fits.has(row) || row.id === this.writing);
  }

  #named(row: RunRow): RunRow {
    const label = this.nameOf(row.board.id) ?? row.board.label;
    return label === row.board.label ? row : { ...row, board: { ...row.board, label } };
  }

  row(id: string): RunRow | undefined {
    return this.rows.find((row) => row.id === id);
  }

  /** Lists the runs, again where they were listed before; what is shown stays until then. */
  async load(): Promise<void> {
    const revision = (this.#revision += 1);
    this.list = { ...this.list, asking: true };
    const outcome = await this.#source.call('runs.list', {});
    if (revision !== this.#revision) return;
    this.list = outcome.ok
      ? fetched(outcome)
      : { value: this.list.value, problem: outcome.problem, asking: false };
    this.checked = this.checked.filter((id) => this.row(id) !== undefined);
  }

  /** Lists them where nobody has yet. */
  need(): void {
    if (this.list.value === null && !this.list.asking) void this.load();
  }

  async open(id: string): Promise<void> {
    this.page = { kind: 'run', id };
    this.run = awaited();
    this.crossovers = none();
    const outcome = await this.#source.call('runs.open', { run: id });
    if (!this.#isInFront(id)) return;
    this.run = fetched(outcome);
    if (!outcome.ok) return;
    this.crossovers = awaited();
    const crossovers = await this.#source.call('runs.crossovers', { run: id });
    if (this.#isInFront(id)) this.crossovers = fetched(crossovers);
  }

  #isInFront(id: string): boolean {
    return this.page.kind === 'run' && this.page.id === id;
  }

  /** `a` is what the ratio is taken over. */
  async compare(a: string, b: string): Promise<void> {
    this.page = { kind: 'compare', a, b };
    this.comparison = awaited();
    const outcome = await this.#source.call('runs.compare', { a, b });
    if (this.page.kind === 'compare' && this.page.a === a && this.page.b === b)
      this.comparison = fetched(outcome);
  }

  toList(): void {
    this.page = { kind: 'list' };
  }

  /** The page exactly as it is exported. */
  async showReport(id: string): Promise<void> {
    this.reportOf = id;
    this.report = awaited();
    const outcome = await this.exported(id, 'html');
    if (this.reportOf === id) this.report = fetched(outcome);
  }

  check(id: string, on: boolean): void {
    const others = this.checked.filter((one) => one !== id);
    this.checked = on ? [...others, id] : others;
  }

  async annotate(id: string, label: string, notes: string): Promise<Problem | null> {
    const outcome = await this.#source.call('runs.annotate', { run: id, label, notes });
    if (!outcome.ok) return outcome.problem;
    const value = this.rows.map((row) => (row.id === id ? { ...row, label, notes } : row));
    this.list = { ...this.list, value };
    const shown = this.run.value;
    if (shown?.header.id === id)
      this.run = { ...this.run, value: { ...shown, header: { ...shown.header, label, notes } } };
    return null;
  }

  /** Takes them out of the list; `restore` undoes it. */
  async remove(ids: readonly string[]): Promise<Problem | null> {
    const outcome = await this.#source.call('runs.delete', { runs: [...ids] });
    if (!outcome.ok) return outcome.problem;
    this.list = { ...this.list, value: this.rows.filter((row) => !ids.includes(row.id)) };
    this.checked = this.checked.filter((id) => !ids.includes(id));
    if (this.page.kind === 'run' && ids.includes(this.page.id)) this.toList();
    if (this.reportOf !== null && ids.includes(this.reportOf)) this.reportOf = null;
    return null;
  }

  async restore(ids: readonly string[]): Promise<Problem | null> {
    const outcome = await this.#source.call('runs.restore', { runs: [...ids] });
    if (!outcome.ok) return outcome.problem;
    await this.load();
    return null;
  }

  /** `path` as the door gave it: of a file, or of an upload. */
  async import(path: string): Promise<Outcome<{ readonly run: string }>> {
    const outcome = await this.#source.call('runs.import', { path });
    if (outcome.ok) await this.load();
    return outcome;
  }

  exported(id: string, format: ExportFormat): Promise<Outcome<MadeFile>> {
    return this.#source.call('runs.export', { run: id, format });
  }
}

/** Rows that hold every word of the search somewhere. */
export function matching(rows: readonly RunRow[], search: string): readonly RunRow[] {
  const words = search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) return rows;
  return rows.filter((row) => {
    const text = textOf(row);
    return words.every((word) => text.includes(word));
  });
}

const textOf = (row: RunRow): string =>
  [
    row.id,
    row.label,
    row.notes,
    row.startedAt,
    row.status,
    row.board.id,
    row.board.label,
    row.board.model,
    row.dsp,
    row.driver,
    row.kernel,
    row.plan,
    row.simulated ? 'simulated' : 'hardware',
    row.imported ? 'imported' : '',
    ...row.benchmarks,
  ]
    .join('\n')
    .toLowerCase();

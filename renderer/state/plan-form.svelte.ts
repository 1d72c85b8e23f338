import { CATALOGUE, QUICK_SIZES, SIZES } from '../../electron/bench/catalogue.ts';
import type { PlanRequest } from '../../electron/bench/plan.ts';
import type { Identity } from '../../electron/model/board.ts';
import { parseBytes } from '../../electron/model/format.ts';

const ALL = CATALOGUE.map((row) => row.id);
const EXHAUSTIVE = new Set(CATALOGUE.filter((row) => row.exhaustive).map((row) => row.id));
const MOST_SIZES = 64;

const usual = (ids: readonly string[]): string[] => ids.filter((id) => !EXHAUSTIVE.has(id));

export const randomSeed = (): string => String(crypto.getRandomValues(new Uint32Array(1))[0] ?? 1);

/** What the user wants to be run. */
export class PlanForm {
  name = $state<PlanRequest['name']>('quick');
  /** Benchmarks that the agent of the board in front offers; all of the catalogue before anybody asked. */
  offered = $state.raw<readonly string[]>(ALL);
  picked = $state.raw<ReadonlySet<string>>(new Set(usual(ALL)));
  /** Bytes; null: the plan's own. */
  sizes = $state.raw<readonly number[] | null>(null);
  samples = $state<number | null>(null);
  budgetS = $state<number | null>(null);
  dsp = $state('cdsp');
  dsps = $state.raw<readonly string[]>(['cdsp']);
  verify = $state(true);
  shell = $state('');
  seed = $state('');
  /** False: a fresh seed for each run. */
  seedKept = $state(false);
  label = $state('');
  /** Look at the memory managers before the run. */
  picture = $state(true);

  /** What is checked and offered, in the order of the catalogue. */
  chosen = $derived(this.offered.filter((id) => this.picked.has(id)));
  shownSizes = $derived(this.sizes ?? (this.name === 'quick' ? QUICK_SIZES : SIZES));
  /** Benchmarks are named one by one: in the full plan each of them then runs all of its sweep. */
  named = $derived(this.#only().length > 0);
  request = $derived.by((): PlanRequest => ({
    name: this.name,
    dsp: this.dsp,
    only: this.#only(),
    samples: this.samples,
    budgetS: this.budgetS,
    sizes: this.sizes,
    exhaustive: this.chosen.some((id) => EXHAUSTIVE.has(id)),
    verify: this.verify,
    shell: this.shell.trim(),
    seed: this.seed,
  }));
  /** Why it cannot be run as it stands, a sentence; null: it can. */
  trouble = $derived(this.#trouble());

  readonly #fresh: () => string;

  constructor(fresh: () => string = randomSeed) {
    this.#fresh = fresh;
    this.seed = fresh();
  }

  /** Takes over what the board in front offers; what was picked stays picked. */
  setBoard(identity: Pick<Identity, 'benchmarks' | 'nodes'> | null): void {
    const known = identity?.benchmarks.map((row) => row.id) ?? ALL;
    const offered = ALL.filter((id) => known.includes(id));
    const named = identity?.nodes.filter((node) => node.generation !== null).map((node) => node.dsp) ?? [];
    const dsps = named.length > 0 ? [...new Set(named)] : ['cdsp'];
    // A board tells of itself often: what is the same is no news to what follows the form.
    if (!isSame(offered, this.offered)) this.offered = offered;
    if (!isSame(dsps, this.dsps)) this.dsps = dsps;
    if (!this.dsps.includes(this.dsp)) this.dsp = this.dsps[0] ?? 'cdsp';
  }

  toggle(id: string): void {
    this.setPicked([id], !this.picked.has(id));
  }

  setPicked(ids: readonly string[], on: boolean): void {
    const next = new Set(this.picked);
    for (const id of ids) {
      if (on) next.add(id);
      else next.delete(id);
    }
    this.picked = next;
  }

  /** Everything that the plan runs of itself. */
  pickUsual(): void {
    this.picked = new Set(usual(ALL));
  }

  /** Adds '4K', '1 MiB', ...; false where that is no size, or it stands already. */
  addSize(text: string): boolean {
    const bytes = parseBytes(text);
    if (bytes === null || bytes > 2 ** 32 || this.shownSizes.includes(bytes)) return false;
    if (this.shownSizes.length >= MOST_SIZES) return false;
    this.sizes = [...this.shownSizes, bytes].sort((a, b) => a - b);
    return true;
  }

  removeSize(bytes: number): void {
    this.sizes = this.shownSizes.filter((size) => size !== bytes);
  }

  ownSizes(): void {
    this.sizes = null;
  }

  keepSeed(text: string): void {
    this.seed = text.trim();
    this.seedKept = true;
  }

  newSeed(): void {
    this.seed = this.#fresh();
    this.seedKept = false;
  }

  /** A run began with it: the next one gets a seed of its own. */
  started(): void {
    if (!this.seedKept) this.seed = this.#fresh();
  }

  /** No name where exactly what a plan runs of itself is checked, with or without what exhausts the board. */
  #only(): readonly string[] {
    const { chosen, offered } = this;
    const own = chosen.some((id) => EXHAUSTIVE.has(id)) ? offered : usual(offered);
    return chosen.length === own.length ? [] : chosen;
  }

  #trouble(): string | null {
    if (this.chosen.length === 0) return 'No benchmark is checked.';
    if (this.sizes?.length === 0) return 'There is no size left: add one, or take the sizes of the plan.';
    if (!/^\d{1,19}$/.test(this.seed)) return 'A seed is a whole number of up to 19 digits.';
    if (this.samples !== null && !inRange(this.samples, 1, 1_000_000, true))
      return 'Samples are a whole number from 1 to 1 000 000.';
    if (this.budgetS !== null && !inRange(this.budgetS, 0.001, 3600, false))
      return 'The budget of a point is 0.001 to 3600 seconds.';
    return null;
  }
}

const isSame = (a: readonly string[], b: readonly string[]): boolean => a.join('\n') === b.join('\n');

const inRange = (value: number, low: number, high: number, whole: boolean): boolean =>
  value >= low && value <= high && (!whole || Number.isInteger(value));

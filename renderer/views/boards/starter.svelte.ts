import type { CallArgs } from '../../../electron/contract/calls.ts';
import type { Problem } from '../../../electron/model/outcome.ts';
import { parseBytes } from '../../../electron/model/format.ts';
import type { AppState } from '../../state/app.svelte.ts';

type Request = CallArgs<'boards.startVirtual'>;
type Workload = Request['workloads'][number];

/** What the processes of a virtual board do. */
export const WORKLOADS: readonly { readonly kind: Workload['kind']; readonly what: string }[] = [
  { kind: 'producer', what: 'fills frames and hands them to consumers' },
  { kind: 'consumer', what: 'imports the frames into its own context bank' },
  { kind: 'share', what: 'a producer with a consumer of its own' },
  { kind: 'churn', what: 'makes, exports, imports and frees without end' },
  { kind: 'leaker', what: 'makes buffers and never lets them go' },
  { kind: 'holder', what: 'holds dma-bufs, without a context bank' },
];

/** One workload as the user edits it; empty texts: its own choice. */
export interface WorkloadRow {
  readonly kind: Workload['kind'];
  readonly what: string;
  on: boolean;
  size: string;
  count: string;
}

const USUAL = new Set<string>(['producer', 'consumer']);

/** Starts virtual boards: the form with its options, and the usual one. */
export class Starter {
  name = $state('');
  generation = $state<Request['generation']>('v1');
  iommu = $state<Request['iommu']>('translated');
  dsp = $state<Request['dsp']>('emulated');
  rows = $state<WorkloadRow[]>(
    WORKLOADS.map((row) => ({ ...row, on: USUAL.has(row.kind), size: '', count: '' })),
  );
  starting = $state(false);
  problem = $state.raw<Problem | null>(null);

  readonly #app: AppState;

  constructor(app: AppState) {
    this.#app = app;
  }

  /** Why no virtual board can be started now; empty: one can. */
  get blocked(): string {
    const { info } = this.#app.boards;
    if (info?.virtualBoards.available === false) return info.virtualBoards.reason;
    if (!this.#app.host.open) return 'There is no connection to the host';
    return this.starting ? 'One is being started' : '';
  }

  /** A name that no board has. */
  get freeName(): string {
    for (let at = 1; ; at += 1) {
      const name = at === 1 ? 'virtual' : `virtual-${at}`;
      if (!this.#isThere(name)) return name;
    }
  }

  get nameProblem(): string {
    const name = this.name.trim();
    if (name !== '' && !/^[\w.-]{1,64}$/.test(name)) return 'Letters, digits, - _ and . only';
    return this.#isThere(name) ? 'A board of this name is there' : '';
  }

  /** The first thing that does not fit; empty: all does. */
  get trouble(): string {
    const row = this.rows.find((one) => one.on && (sizeProblem(one) !== '' || countProblem(one) !== ''));
    if (row !== undefined) return `The ${row.kind} has a size or a count that does not fit`;
    return this.nameProblem;
  }

  startUsual(): Promise<boolean> {
    const workloads = [...USUAL].map((kind) => ({ kind: kind as Workload['kind'], size: 0, count: 0 }));
    return this.#start({
      name: this.freeName,
      generation: 'v1',
      iommu: 'translated',
      dsp: 'emulated',
      workloads,
    });
  }

  start(): Promise<boolean> {
    const { generation, iommu, dsp } = this;
    const workloads = this.rows
      .filter((row) => row.on)
      .map(({ kind, size, count }) => ({ kind, size: parseBytes(size) ?? 0, count: Number(count) }));
    return this.#start({ name: this.name.trim() || this.freeName, generation, iommu, dsp, workloads });
  }

  #isThere(id: string): boolean {
    const board = this.#app.boards.byId(id);
    return board !== undefined && board.state.kind !== 'absent';
  }

  async #start(request: Request): Promise<boolean> {
    this.starting = true;
    this.problem = null;
    const outcome = await this.#app.boards.startVirtual(request);
    this.starting = false;
    if (outcome.ok) this.#app.choose(outcome.value.board);
    else {
      this.problem = outcome.problem;
      if (!this.#app.ui.startBoardOpen) this.#app.tell(outcome);
    }
    return outcome.ok;
  }
}

export const sizeProblem = ({ size }: WorkloadRow): string => {
  const bytes = size.trim() === '' ? 1 : parseBytes(size);
  return bytes !== null && bytes <= 2 ** 30 ? '' : 'A size like 64K, 1 GiB at most';
};

export const countProblem = ({ count }: WorkloadRow): string =>
  count.trim() === '' || (/^\d+$/.test(count.trim()) && Number(count) <= 20_000) ? '' : 'Up to 20 000';

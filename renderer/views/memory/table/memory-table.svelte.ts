import { RowIndex, type BufferRow, type Scene } from '../../../../electron/memory/rows.ts';
import type { MemoryState, Selection } from '../../../state/memory.svelte.ts';
import { recall, remember } from '../../../state/remembered.ts';
import { TableModel } from '../../../widgets/DataTable.svelte.ts';
import { columnsOf, countedBytes, GROUPINGS, levelsOf, rowText, type Grouping } from './columns.ts';

const isGrouping = (value: unknown): value is Grouping => typeof value === 'string' && value in GROUPINGS;

/** The memory picture as rows: follows the live picture step by step, and any other moment as a whole. */
export class MemoryTable {
  readonly model: TableModel<BufferRow>;
  readonly index = new RowIndex();
  grouping = $state<Grouping>(recall('memory.grouping', 'process', isGrouping));
  /** The row that was chosen in this table: a buffer can stand in several. */
  chosen = $state.raw<string | null>(null);
  #scene: Scene;
  readonly #memory: MemoryState;

  constructor(memory: MemoryState) {
    this.#memory = memory;
    this.#scene = memory.shown;
    this.model = new TableModel<BufferRow>({
      name: 'memory',
      columns: columnsOf(
        () => this.#scene,
        () => this.grouping,
      ),
      keyOf: (row) => row.key,
      levels: levelsOf(this.grouping),
      sum: countedBytes,
      text: (row) => rowText(row, this.#scene),
    });
    this.#rebuild();
  }

  /** Follows the live picture, which `sync` shows; the result ends it. */
  follow(): () => void {
    return this.#memory.onDelta((delta, live) => {
      if (this.#scene !== live) return;
      const { reset, set, gone } = this.index.apply(delta, live);
      if (reset) this.model.setAll(set);
      else this.model.take(set, gone);
    });
  }

  /** Once a frame, after the shown picture changed or became another. */
  sync(): void {
    if (this.#scene === this.#memory.shown) {
      this.model.refresh();
      return;
    }
    this.#scene = this.#memory.shown;
    this.#rebuild();
  }

  groupBy(grouping: Grouping): void {
    this.grouping = grouping;
    remember('memory.grouping', grouping);
    this.model.setLevels(levelsOf(grouping));
  }

  /** A row was chosen here. */
  choose(row: BufferRow): void {
    this.chosen = row.key;
    this.#memory.select(selectionOf(row));
  }

  /** What is selected was chosen elsewhere: its rows are marked, the first is brought into sight. */
  mark(selection: Selection | null): void {
    const chosen = this.chosen === null ? undefined : this.index.rows.get(this.chosen);
    const own = chosen ? selectionOf(chosen) : null;
    if (selection && own?.kind === selection.kind && own.key === selection.key) return;
    this.chosen = null;
    if (selection?.kind === 'finding') return;
    const rows = selection ? this.index.rowsOf(selection) : [];
    this.model.select(rows.map((row) => row.key));
    const [first] = rows;
    if (first) this.model.reveal(first.key);
  }

  /** Marks the rows that a finding is about: mappings, buffers and banks by their keys. */
  markEvidence(keys: readonly string[]): void {
    this.chosen = null;
    const rows = keys.flatMap((key) => {
      const { mappings, banks } = this.#scene;
      const kind = mappings.has(key) ? 'mapping' : banks.has(key) ? 'bank' : 'buffer';
      return this.index.rowsOf({ kind, key });
    });
    this.model.select(rows.map((row) => row.key));
    const [first] = rows;
    if (first) this.model.reveal(first.key);
  }

  #rebuild(): void {
    this.model.setAll(this.index.rebuild(this.#scene).set);
  }
}

/** What the other views know a row by. */
export const selectionOf = ({ buffer, mapping, pid }: BufferRow): Selection | null => {
  if (buffer) return { kind: 'buffer', key: String(buffer.ino) };
  if (mapping) return { kind: 'mapping', key: mapping.id };
  return pid === null ? null : { kind: 'process', key: String(pid) };
};

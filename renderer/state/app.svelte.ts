import { getContext, setContext } from 'svelte';
import type { BoardView } from '../../electron/model/desk.ts';
import type { Outcome } from '../../electron/model/outcome.ts';
import { Commands } from '../app/commands.svelte.ts';
import { baseCommands } from '../app/window-commands.ts';
import type { BenchState } from './bench.svelte.ts';
import { BoardsState } from './boards.svelte.ts';
import type { Door } from './doors/door.ts';
import { save } from './files.ts';
import { Host } from './host.svelte.ts';
import type { LogState } from './log.svelte.ts';
import type { MemoryState } from './memory.svelte.ts';
import { RecordingsState } from './recordings.svelte.ts';
import { RunsState } from './runs.svelte.ts';
import { RecordedSession, Session } from './session.svelte.ts';
import { UiState } from './ui.svelte.ts';

/** Everything that the window knows, each part in a class of its own. */
export class AppState {
  readonly host: Host;
  readonly ui = new UiState();
  readonly commands = new Commands();
  readonly boards: BoardsState;
  readonly runs: RunsState;
  readonly recordings: RecordingsState;
  readonly live: Session;
  /** The recorded session that is shown in place of the live one; null: live. */
  played = $state.raw<RecordedSession | null>(null);

  /** The board as a recording first tells of it: it may begin with something else. */
  readonly #firstRecorded = $derived.by(() => {
    const moments = this.recordings.playback?.recording.moments ?? [];
    const first = moments.find(({ event }) => event.kind === 'board')?.event;
    return first?.kind === 'board' ? first.board : null;
  });

  constructor(door: Door) {
    this.host = new Host(door);
    this.boards = new BoardsState(this.host);
    this.live = new Session(this.host);
    this.runs = new RunsState(this.host);
    this.runs.nameOf = (id) => {
      const board = this.boards.byId(id);
      return board?.named === true ? board.label : null;
    };
    this.recordings = new RecordingsState(
      this.host,
      () => (this.played = new RecordedSession()).sink(),
      () => (this.played = null),
    );
    this.commands.register(baseCommands(this));
    this.host.onOpen(() => {
      this.live.bench.metHost();
      this.recordings.metHost();
      void this.live.memory.rewatch();
    });
  }

  /** The session that the views show. Reading one of its parts follows a change from live to recorded and back. */
  get session(): Session {
    return this.played ?? this.live;
  }

  get memory(): MemoryState {
    return this.session.memory;
  }

  get bench(): BenchState {
    return this.session.bench;
  }

  get log(): LogState {
    return this.session.log;
  }

  /** Says what went wrong, where something did. */
  tell(outcome: Outcome<unknown>): boolean {
    if (!outcome.ok) this.ui.toast('error', outcome.problem.message, { remedy: outcome.problem.remedy });
    return outcome.ok;
  }

  /** Puts a board in front of the user. */
  choose(id: string): void {
    if (this.played !== null) this.recordings.close();
    this.boards.select(id);
  }

  /** Connects to a board: the one in front, or another. */
  async openBoard(id = this.boards.selectedId): Promise<void> {
    if (id !== null) this.tell(await this.boards.open(id));
  }

  async closeBoard(id = this.boards.selectedId): Promise<void> {
    if (id !== null) this.tell(await this.boards.close(id));
  }

  /** Takes everything of this tool off a board: the one in front, or another. */
  async cleanBoard(id = this.boards.selectedId): Promise<void> {
    if (id === null) return;
    const cleaned = await this.boards.clean(id);
    if (this.tell(cleaned) && cleaned.ok) this.ui.toast('ok', cleaned.value.text);
  }

  /** Makes a file for a report of a defect and saves it. */
  async saveDoctor(): Promise<void> {
    this.ui.toast('notice', 'Looking at everything for the report. That takes some seconds a board.');
    const made = await this.boards.doctor();
    if (!this.tell(made) || !made.ok) return;
    const { file, holds } = made.value;
    const saved = await save(file);
    if (!this.tell(saved) || !saved.ok || saved.value === null) return;
    const where = saved.value.path ?? file.name;
    const remedy = 'No keys and no tokens are in it; look through it before you send it.';
    this.ui.toast('ok', `Saved ${where}: ${holds}.`, { remedy });
  }

  async startRecording(): Promise<void> {
    const { selectedId } = this.boards;
    const problem = selectedId === null ? null : await this.recordings.start(selectedId);
    if (problem !== null) this.ui.toast('error', problem.message, { remedy: problem.remedy });
  }

  async stopRecording(): Promise<void> {
    const { selectedId } = this.boards;
    if (selectedId === null) return;
    const outcome = await this.recordings.stop(selectedId);
    if (!this.tell(outcome) || !outcome.ok) return;
    const run = (): void => {
      this.ui.show('recordings');
    };
    this.ui.toast('ok', `The recording is saved: ${outcome.value.name}`, { action: { label: 'Show', run } });
  }

  /** The board in front of the user: the selected one, or that of the recording. */
  get board(): BoardView | null {
    return this.played === null ? this.boards.selected : (this.played.board ?? this.#firstRecorded);
  }
}

const KEY = Symbol('app');

export const provideApp = (app: AppState): AppState => setContext(KEY, app);

/** The app's state, in any component below App. */
export const useApp = (): AppState => getContext<AppState>(KEY);

import { untrack } from 'svelte';

/** Something that the user can do, found in the palette and by its keys. */
export interface Command {
  /** Stable word: 'view.memory'. */
  readonly id: string;
  readonly title: string;
  /** Where it stands in the palette: 'View', 'Board', 'Memory'. */
  readonly group: string;
  /** 'Mod+K', 'Mod+1', '/', 'Space', '?'. Mod is Cmd on macOS, Ctrl elsewhere. */
  readonly keys?: string;
  /** Left out: always. */
  readonly enabled?: () => boolean;
  run(): void;
}

/** The commands that are there now. A view registers its own while it is shown. */
export class Commands {
  list = $state.raw<readonly Command[]>([]);

  /** Adds commands; the result takes them away again. In a component: `$effect(() => app.commands.register([...]))`. */
  register(commands: readonly Command[]): () => void {
    untrack(() => (this.list = [...this.list, ...commands]));
    return () => {
      this.list = this.list.filter((command) => !commands.includes(command));
    };
  }

  byId(id: string): Command | undefined {
    return this.list.findLast((command) => command.id === id);
  }

  /** The newest command with those keys that may run: a view's own goes before the window's. */
  byKeys(keys: string): Command | undefined {
    return this.list.findLast((command) => command.keys === keys && command.enabled?.() !== false);
  }

  /** Runs a command by its id; false where there is none or it may not run now. */
  run(id: string): boolean {
    const command = this.byId(id);
    if (command === undefined || command.enabled?.() === false) return false;
    command.run();
    return true;
  }
}

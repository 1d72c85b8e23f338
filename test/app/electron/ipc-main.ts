interface Asker {
  readonly sender: unknown;
  readonly senderFrame: unknown;
}

type Listener = (event: Asker, ...args: unknown[]) => unknown;

/** The main process' ear. */
class StandInIpc {
  private listeners = new Map<string, Listener>();
  private handlers = new Map<string, Listener>();

  on(channel: string, listener: Listener): void {
    this.listeners.set(channel, listener);
  }

  handle(channel: string, handler: Listener): void {
    if (this.handlers.has(channel)) throw new Error(`a second handler for '${channel}'`);
    this.handlers.set(channel, handler);
  }

  /** What a page sent. A channel that nobody listens to is an error of the page. */
  took(kind: 'send' | 'invoke', channel: string, args: unknown[], from: Asker): unknown {
    const one = (kind === 'send' ? this.listeners : this.handlers).get(channel);
    if (!one) throw new Error(`nobody listens to '${channel}'`);
    return one(from, ...args);
  }

  reset(): void {
    this.listeners = new Map();
    this.handlers = new Map();
  }
}

export const ipcMain = new StandInIpc();

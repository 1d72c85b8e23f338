/** Time, passed in so that tests own it. */
export interface Clock {
  /** UTC, milliseconds since 1970. */
  nowMs(): number;
  /** Milliseconds that only ever grow, for how long something took. */
  steadyMs(): number;
  /** Runs `then` once after so many milliseconds, unless the returned function is called before. */
  after(ms: number, then: () => void): () => void;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  steadyMs: () => performance.now(),
  after: (ms, then) => {
    const timer = setTimeout(then, ms);
    return () => {
      clearTimeout(timer);
    };
  },
};

export const sleep = (clock: Clock, ms: number): Promise<void> =>
  new Promise((resolve) => {
    clock.after(ms, resolve);
  });

/** How long to wait for what. Reaching one means "hung", never "slow". */
export interface Limits {
  /** A reply, or the next part of one. */
  readonly replyMs: number;
  /** The welcome after a connection. */
  readonly welcomeMs: number;
  /** Silence of the agent after which its stream counts as lost; it sends a heartbeat every few seconds. */
  readonly silenceMs: number;
  /** How long a lost board is waited for. */
  readonly graceMs: number;
  /** Between two tries to reach a lost board. */
  readonly retryMs: number;
  /** The agent's process is gone: how long its last bytes may still take. */
  readonly drainMs: number;
  /** Defects of the stream (garbage, a wrong order) that are mended by a new connection before the session gives up. */
  readonly defects: number;
}

export const defaultLimits: Limits = {
  replyMs: 10_000,
  welcomeMs: 5_000,
  silenceMs: 15_000,
  graceMs: 30_000,
  retryMs: 500,
  drainMs: 1_000,
  defects: 3,
};

/** Milliseconds to wait before try `attempt` (1, 2, 3 ...): half a second, doubled each time, ten seconds at most. */
export const backoffMs = (attempt: number): number => Math.min(10_000, 500 * 2 ** Math.min(attempt - 1, 10));

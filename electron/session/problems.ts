// The sentences of what can go wrong between the host and an agent.
import type { Problem } from '../model/outcome.ts';
import type { Refusal } from '../wire/messages.ts';

const problem = (code: string, message: string, remedy = ''): Problem => ({ code, message, remedy });

export const unanswered = (what: string, ms: number): Problem =>
  problem(
    'request-timeout',
    `The agent has not answered '${what}' for ${ms / 1000} s. It is busy for too long, or hangs in the driver.`,
    'Try again; if it stays so, look at the board (dmesg) and restart the agent by connecting anew.',
  );

export const unexpectedReply = (what: string, kind: string): Problem =>
  problem(
    'unexpected-reply',
    `The agent answered '${what}' with '${kind}', which is no answer to it. Agent and host do not agree on the protocol.`,
    'Run npm run native, so that both come from one version.',
  );

export const unaskedReply = (id: number, kind: string): Problem =>
  problem(
    'unexpected-reply',
    `The agent answered request ${id} with '${kind}', but that was never asked.`,
    'The connection is dropped and made anew.',
  );

export const unasked = (kind: string): Problem =>
  problem(
    'unexpected-reply',
    `The agent sent '${kind}' that nobody asked for. Agent and host do not agree on the protocol.`,
    'The connection is dropped and made anew.',
  );

export const unwelcome = (kind: string): Problem =>
  problem(
    'no-welcome',
    `The agent sent '${kind}' before it said who it is. It is damaged or not ours.`,
    'Connect anew, so that a fresh agent is started.',
  );

export const silent = (ms: number): Problem =>
  problem(
    'silence',
    `Nothing came from the agent for ${ms / 1000} s, not even a heartbeat.`,
    'The connection is made anew. Check the cable, and whether the board hangs.',
  );

export const notConnected = (state: string): Problem =>
  problem(
    'not-connected',
    `The board is not connected now (state: ${state}), so it cannot be asked.`,
    'Wait until it is back, or connect anew.',
  );

export const streamEnded = problem(
  'connection-lost',
  'The agent ended the stream.',
  'The connection is made anew.',
);

export const closedByUs = problem('closed', 'The session was closed.');

export const stillThere = (reason: string, graceMs: number): Problem =>
  problem(
    'board-lost',
    `The board did not come back within ${graceMs / 1000} s. ${reason} What came until then is kept.`,
    'Check cable and power, then connect anew.',
  );

export const buildMismatch = (found: string, wanted: string): Problem =>
  problem(
    'build-mismatch',
    `The agent is of build '${found}', and this host speaks only to build '${wanted}'. Nothing was measured.`,
    'Run npm run native and connect anew, so that the right agent is started.',
  );

export const protocolMismatch = (found: number, wanted: number): Problem =>
  problem(
    'protocol-mismatch',
    `The agent speaks protocol ${found}, this host protocol ${wanted}.`,
    'Run npm run native and connect anew.',
  );

export const rebooted = problem(
  'rebooted',
  'Another start of the agent answers: the board was restarted. What it had measured since the loss is gone.',
  'Connect anew.',
);

export const runForgotten = (runId: string): Problem =>
  problem(
    'run-lost',
    `The agent came back, but knows nothing more of the run ${runId}: the end of it is lost.`,
    'What was received is kept as an incomplete run. Run it again.',
  );

export const tooManyDefects = (last: Problem, count: number): Problem =>
  problem(
    last.code,
    `${last.message} This is defect ${count} of this session's streams, so it is given up.`,
    last.remedy,
  );

/** A refusal in the agent's own words: its message holds the remedy. */
export const ofRefusal = (refusal: Refusal): Problem => problem(refusal.code, refusal.message);

export const foreignRun = (found: string, ours: string): Problem =>
  problem(
    'stream-out-of-order',
    `The agent ended the run '${found}', but the run here is '${ours}'.`,
    'The connection is dropped and resumed at the last block that is safely stored.',
  );

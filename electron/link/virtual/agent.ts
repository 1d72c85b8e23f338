import { randomBytes } from 'node:crypto';
import { fail, ok, type Outcome, type Problem } from '../../model/outcome.ts';
import { Child, endingText, type Ending } from '../deploy/process.ts';
import type { DeployOptions, Deployment } from '../interfaces/link.ts';
import { connectAbstract } from './stream.ts';
import { socketName } from './sockets.ts';

const LISTEN_MS = 30_000;
const CONNECT_MS = 5_000;
/**
 * The agent ends by itself when it was alone for so long: longer than a lost stream is waited for. Results do not keep it
 * any longer: only the host that started it knows the token.
 */
const IDLE_EXIT_S = '60';

/** The build id of an agent program. */
export async function buildIdOf(program: string): Promise<Outcome<string>> {
  const child = new Child(program, ['--build-id']);
  const line = await child.firstLine(LISTEN_MS);
  const ending = await child.stop();
  if (line !== null && /^[0-9a-f]{8,64}$/.test(line)) return ok(line);
  const said = line === null ? ending.stderr : `It said '${line}'.`;
  return fail(
    'bad-agent',
    `${program} does not tell its build id: it ${endingText(ending)}. ${said}`.trim(),
    'Build it anew: npm run native',
  );
}

/** Starts an agent on a virtual board of this user and waits until it listens. */
export async function startAgent(
  program: string,
  board: string,
  options: DeployOptions,
): Promise<Outcome<Deployment>> {
  const buildId = await buildIdOf(program);
  if (!buildId.ok) return buildId;
  const token = randomBytes(32).toString('hex');
  const args = ['--vqda', socketName(board, 'vqda'), '--board', board];
  args.push('--idle-exit', IDLE_EXIT_S, '--keep-results', IDLE_EXIT_S);
  if (options.generation !== undefined) args.push('--generation', options.generation);
  if (options.callGraceS !== undefined) args.push('--call-grace', String(options.callGraceS));
  const child = new Child(program, args, { input: `${token}\n`, session: 'ours' });
  const onAbort = (): void => void child.stop();
  options.signal?.addEventListener('abort', onAbort);
  const line = options.signal?.aborted === true ? null : await child.firstLine(LISTEN_MS);
  options.signal?.removeEventListener('abort', onAbort);
  const address = /^listening (\S+)$/.exec(line ?? '')?.[1];
  if (address !== undefined && options.signal?.aborted !== true) {
    return ok(deploymentOf(child, token, buildId.value, address));
  }
  const ending = await child.stop();
  return options.signal?.aborted === true
    ? fail('cancelled', 'Starting the agent was cancelled.')
    : { ok: false, problem: neverListened(ending, line) };
}

function deploymentOf(child: Child, token: string, buildId: string, address: string): Deployment {
  return {
    token,
    buildId,
    connect: () => connectAbstract(address, 'the agent', CONNECT_MS),
    stop: async () => {
      await child.stop();
    },
    ended: child.ended.then(agentEnded),
  };
}

function neverListened(ending: Ending, line: string | null): Problem {
  const said = line === null ? '' : ` It said '${line}'.`;
  return {
    code: 'agent-start',
    message: `The agent did not start: it ${endingText(ending)}.${said} ${ending.stderr}`.trim(),
    remedy: 'See whether the board still runs: qda-lab boards',
  };
}

function agentEnded(ending: Ending): Problem {
  const words = ending.stderr === '' ? '' : ` Its last words: ${ending.stderr}`;
  return {
    code: 'agent-died',
    message: `The agent ${endingText(ending)}. What it had sent until then is kept; the rest is lost.${words}`,
    remedy: 'Connect anew, and run it again.',
  };
}

import { fail, ok, type Outcome } from '../../model/outcome.ts';
import type { AdbDevice } from '../adb/device.ts';
import type { Installed } from './install.ts';
import type { BoardProbe } from './probe.ts';
import type { Rank } from './root.ts';
import { ask, quote, words } from './shell.ts';
import type { Started } from './start.ts';

/** What is known of an agent that was started. */
export interface DeployedAgent {
  readonly board: string;
  readonly probe: BoardProbe;
  readonly rank: Rank;
  readonly installed: Installed;
  readonly started: Started;
  readonly graceMs: number;
}

type Process = Pick<DeployedAgent, 'started' | 'installed' | 'rank'>;

const ASK_MS = 10_000;
const LAST_LINES = 8;

/** Is the process of that number still our program? */
const livesTest = ({ started, installed }: Process): string =>
  `case "$(ls -l /proc/${started.pid}/exe 2>/dev/null)" in *${quote(installed.path)}*)true;;*)false;;esac`;

const stateScript = (agent: Process): string => `
echo "boot=$(cat /proc/sys/kernel/random/boot_id 2>/dev/null)"
${livesTest(agent)}&&echo lives=yes
tail -n 20 ${quote(agent.started.log)} 2>/dev/null|sed 's/^/log=/'
`;

/** It was told to end over its own stream. Where it does not, it is asked by a signal, and then killed. */
const endScript = (agent: Process): string => `
l(){ ${livesTest(agent)};}
w(){ i=0;while [ $i -lt 20 ]&&l;do i=$((i+1));sleep 0.1 2>/dev/null||{ sleep 1;i=$((i+9));};done;}
w;l&&kill ${agent.started.pid}&&w
l&&kill -9 ${agent.started.pid}&&w
l||rm -f ${quote(agent.started.log)}
`;

/** Makes sure that its process is gone, and removes its log. */
export async function endAgent(device: AdbDevice, agent: Process, signal?: AbortSignal): Promise<void> {
  await ask(device, endScript(agent), { as: agent.rank.as, ...(signal === undefined ? {} : { signal }) });
}

/** Why nobody listens at its socket: what is final. null: the board does not tell. */
export async function whyNobodyListens(
  device: AdbDevice,
  agent: DeployedAgent,
): Promise<Outcome<never> | null> {
  const { probe, rank, started } = agent;
  const answer = await ask(device, stateScript(agent), { as: rank.as, timeoutMs: ASK_MS });
  if (!answer.ok) return null;
  const boot = answer.value.get('boot');
  if (boot !== '' && probe.boot !== '' && boot !== probe.boot) return rebooted(agent.board);
  if (answer.value.get('lives') !== '') return unreachable(agent);
  return died(started.pid, words(answer.value.all('log').slice(-LAST_LINES).join(' / '), 1200));
}

/** Whether the daemon may connect to it: a policy can keep a root agent apart from a daemon that is not root. */
export async function isReachable(device: AdbDevice, { started }: Process): Promise<Outcome<boolean>> {
  const connection = await device.connect(started.socket);
  if (!connection.ok) return connection.problem.code === 'connection-refused' ? ok(false) : connection;
  connection.value.close();
  return ok(true);
}

const rebooted = (board: string): Outcome<never> =>
  fail(
    'rebooted',
    `The board ${board} was started anew since: its agent is gone, and what it had measured since the loss with it.`,
    'Connect anew, and run it again.',
  );

const died = (pid: number, log: string): Outcome<never> =>
  fail(
    'agent-died',
    `The agent (process ${pid} of the board) has ended. What it had sent until then is kept; the rest is lost. ` +
      `${log === '' ? 'It left no log.' : `Its log ends with: ${log}`}`,
    'Connect anew, and run it again.',
  );

const unreachable = ({ started, rank }: Process): Outcome<never> =>
  fail(
    'agent-unreachable',
    `The agent runs on the board (process ${started.pid}, ${rank.root === null ? `user ${rank.uid}` : 'root'}), and the adb daemon does ` +
      'not get to its socket: something on the board, SELinux as a rule, keeps the two apart.',
    "See the board's dmesg for 'avc: denied { connectto }'; setenforce 0 as root lifts it for as long as is measured.",
  );

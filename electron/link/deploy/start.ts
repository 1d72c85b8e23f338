import { randomBytes } from 'node:crypto';
import { fail, ok, type Outcome } from '../../model/outcome.ts';
import type { AdbDevice } from '../adb/device.ts';
import type { DeployOptions } from '../interfaces/link.ts';
import type { Installed } from './install.ts';
import { LIST_AGENTS, parseAgent, type RunningAgent } from './probe.ts';
import type { Rank } from './root.ts';
import { ask, quote, words, type Fields } from './shell.ts';

/**
 * How long an agent stays without its host, and with results that nobody took: a cable pulled, a laptop asleep for a while. The session
 * waits as long.
 */
export const GRACE_S = 600;

const START_MS = 30_000;
/** Of ended agents, newest first: a bug report may want them. */
const KEPT_LOGS = 8;

export interface StartJob {
  readonly installed: Installed;
  readonly rank: Rank;
  /** User of the daemon: where the agent is root through su, connections come from that one. */
  readonly daemonUid: number;
  /** Before our own arguments. */
  readonly args: readonly string[];
  /** Board's id, for the names of sockets. */
  readonly board: string;
  readonly deploy: DeployOptions;
  readonly graceS: number;
}

export interface Started {
  readonly token: string;
  readonly buildId: string;
  /** Abstract name. */
  readonly socket: string;
  readonly pid: number;
  /** Other processes of this tool on the board, as far as our user sees them. */
  readonly others: readonly RunningAgent[];
  /** Full path on the board. */
  readonly log: string;
}

/** Starts the agent, which then lives on by itself, and waits until it listens. */
export async function startAgent(device: AdbDevice, job: StartJob): Promise<Outcome<Started>> {
  const token = randomBytes(32).toString('hex');
  const log = `${job.installed.folder}/agent-${randomBytes(4).toString('hex')}.log`;
  const { signal } = job.deploy;
  const answer = await ask(device, startScript(job, log), {
    as: job.rank.as,
    input: `${token}\n`,
    timeoutMs: START_MS,
    ...(signal === undefined ? {} : { signal }),
  });
  if (!answer.ok) {
    await device.run(job.rank.as(abandonScript(log)), { timeoutMs: START_MS });
    return answer;
  }
  const started = startedOf(answer.value);
  return started === null ? neverListened(answer.value, job) : ok({ ...started, token, log });
}

/** An older agent that nobody runs goes; a newer one may be another computer's that is just being started. */
function startScript({ installed, ...job }: StartJob, log: string): string {
  const command = [installed.path, ...job.args, ...optionsOf(job), '--detach', '--log', log]
    .map(quote)
    .join(' ');
  return `
echo "build=$(${quote(installed.path)} --build-id 2>&1 </dev/null)"
o=$(${command} 2>&1);echo "code=$?"
echo "$o"|sed 's/^/said=/'
r=$(${LIST_AGENTS})
cd ${quote(installed.folder)} 2>/dev/null&&{
for f in agent-*;do case $f in *.*);;*)case $r in *"$PWD/$f"*);;*)[ "$f" -ot ${quote(installed.path)} ]&&rm -f "$f";;esac;;esac;done
ls -t agent-*.log 2>/dev/null|tail -n +${KEPT_LOGS + 1}|while read -r f;do rm -f "$f";done;}
echo "$r"
`;
}

/** Nobody heard whether it started: it is ended if it did, as soon as its log names its process. */
const abandonScript = (log: string): string => `
i=0;p=;while [ $i -lt 20 ];do p=$(sed -n 's/.*, process \\([0-9]*\\), user .*/\\1/p' ${quote(log)} 2>/dev/null|head -n 1)
[ -n "$p" ]&&break;i=$((i+1));sleep 0.1 2>/dev/null||{ sleep 1;i=$((i+9));};done
[ -n "$p" ]&&kill $p
rm -f ${quote(log)}`;

function optionsOf({ rank, daemonUid, board, deploy, graceS }: Omit<StartJob, 'installed'>): string[] {
  const name = board.replaceAll(/[^A-Za-z0-9._-]/g, '-').slice(0, 48) || 'board';
  const options = ['--board', name, '--idle-exit', String(graceS), '--keep-results', String(graceS)];
  if (rank.uid !== daemonUid) options.push('--allow-uid', String(daemonUid));
  if (deploy.generation !== undefined) options.push('--generation', deploy.generation);
  if (deploy.callGraceS !== undefined) options.push('--call-grace', String(deploy.callGraceS));
  return options;
}

function startedOf(fields: Fields): Pick<Started, 'buildId' | 'socket' | 'pid' | 'others'> | null {
  const said = fields.all('said');
  const find = (pattern: RegExp): string | undefined =>
    said.map((line) => pattern.exec(line)?.[1]).find((found) => found !== undefined);
  const buildId = /^[0-9a-f]{8,64}$/.exec(fields.get('build'))?.[0];
  const socket = find(/^listening ([\w./-]{1,107})$/);
  const pid = find(/^process (\d{1,10})$/);
  if (buildId === undefined || socket === undefined || pid === undefined) return null;
  const running = fields.all('agent').flatMap((line) => parseAgent(line) ?? []);
  return { buildId, socket, pid: Number(pid), others: running.filter((one) => one.pid !== Number(pid)) };
}

function neverListened(fields: Fields, { installed, rank }: StartJob): Outcome<never> {
  const said = words(fields.all('said').join(' ') || fields.get('build'));
  const who = rank.root === null ? `user ${rank.uid}` : `root (${rank.root})`;
  return fail(
    'agent-start',
    `The agent ${installed.path} was started as ${who} and does not listen: it ended with exit code ${fields.get('code') || '?'}` +
      `${said === '' ? '' : ` and said '${said}'`}.`,
    startRemedy(said, installed.path),
  );
}

function startRemedy(said: string, path: string): string {
  if (/exec format|cannot execute binary|syntax error|not found|ELF/i.test(said))
    return 'The board cannot run this program: is its kernel a 64-bit one (uname -m says aarch64)?';
  if (/permission denied|not permitted/i.test(said))
    return `Something forbids that program to run (SELinux, noexec): see dmesg, and try ${path} --help in adb shell.`;
  return `Try it in adb shell: ${path} --help`;
}

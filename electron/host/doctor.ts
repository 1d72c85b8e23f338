import { createHash } from 'node:crypto';
import { homedir, hostname, release, userInfo } from 'node:os';
import type { MadeFile } from '../contract/calls.ts';
import { builtAgents } from '../link/deploy/agents.ts';
import { fingerprints } from '../link/keys/fingerprint.ts';
import { userKeys } from '../link/keys/store.ts';
import type { Target } from '../link/interfaces/link.ts';
import type { Check } from '../model/board.ts';
import type { Problem } from '../model/outcome.ts';
import { findBoards } from './boards.ts';
import { checkWays } from './check-board.ts';
import type { Lab } from './compose.ts';
import { scrub, type Private } from './scrub.ts';
import { plural } from '../report/html/words.ts';

export interface DoctorParts {
  readonly lab: Lab;
  /** Version of Electron; null: none. */
  readonly electron: string | null;
  /** The checks of one board, by its ways. */
  readonly checksOf: (targets: readonly Target[]) => AsyncIterable<Check>;
  /** The newest lines of the app's log. */
  readonly log: readonly string[];
  readonly nowMs: number;
  /** What it is at. */
  readonly onStep?: (step: string) => void;
  readonly signal?: AbortSignal;
}

/** A file to send along with a report of a defect, and what is in it. */
export interface Doctor {
  readonly file: MadeFile;
  /** "2 boards with 41 checks, ..." */
  readonly holds: string;
}

/** Looks at everything there is. Holds no key and no token; user names and home folders are shortened. */
export async function makeDoctor(parts: DoctorParts): Promise<Doctor> {
  const { lab, onStep, nowMs } = parts;
  const options = parts.signal === undefined ? {} : { signal: parts.signal };
  onStep?.('looking at the ways to boards');
  const { targets, problems } = await findBoards(lab);
  const ways = await lines(checkWays(lab, options));
  const boards: string[] = [];
  const byId = Map.groupBy(targets, ({ summary }) => summary.id);
  let checks = 0;
  for (const [id, of] of byId) {
    onStep?.(`looking at ${id}`);
    const told = await boardSection(id, of, parts);
    checks += told.checks;
    boards.push(told.text);
  }
  const text = [
    section('QDA Lab doctor', toolLines(parts)),
    section('Environment', environmentLines(process.env)),
    section('Ways to boards', [...problems.map(problemLine), ...ways]),
    section('Keys (as the screen of a board shows them; the keys themselves are not here)', keyLines()),
    ...boards,
    section('Log of the app, the newest last', parts.log.length > 0 ? parts.log : ['(none)']),
  ].join('\n');
  const day = new Date(nowMs).toISOString().slice(0, 16).replace(/[-:]/g, '').replace('T', '-');
  return {
    file: { name: `qda-lab-doctor-${day}.txt`, mime: 'text/plain', text: `${scrub(text, here())}\n` },
    holds: `versions, ${plural(ways.length, 'check')} of ways to boards, ${plural(byId.size, 'board')} with ${plural(checks, 'check')}, ${plural(parts.log.length, 'line')} of the log`,
  };
}

const section = (title: string, rows: readonly string[]): string =>
  `== ${title} ==\n${rows.length > 0 ? rows.join('\n') : '(nothing)'}\n`;

const toolLines = ({ lab, electron, nowMs }: DoctorParts): readonly string[] => [
  `made: ${new Date(nowMs).toISOString()}`,
  `version: ${lab.version}, build ${lab.buildId}`,
  `node: ${process.version}${electron === null ? '' : `, electron ${electron}`}`,
  `system: ${process.platform} ${release()} ${process.arch}`,
  `data: ${lab.home}`,
  `agent for boards: ${agentText()}`,
];

/** What would be put on a board. */
function agentText(): string {
  const agent = builtAgents()('aarch64');
  if (!agent.ok) return agent.problem.message;
  const digest = createHash('sha256').update(agent.value.bytes).digest('hex');
  return `aarch64, ${agent.value.bytes.length} bytes, sha256 begins with ${digest.slice(0, 12)}`;
}

/** Variables that change what this tool or an adb server does. Of others nothing is told: ANDROID_KEYSTORE_PASSWORD and its like are set where apps are built. */
const TOLD =
  /^(QDA_LAB_[A-Z_]+|ADB_SERVER_SOCKET|ADB_VENDOR_KEYS|ANDROID_ADB_SERVER_(ADDRESS|PORT)|XDG_(CONFIG|DATA)_HOME)$/;

export const environmentLines = (env: NodeJS.ProcessEnv): readonly string[] =>
  Object.keys(env)
    .filter((name) => TOLD.test(name))
    .sort()
    .map((name) => `${name}=${env[name] ?? ''}`);

function keyLines(): readonly string[] {
  const found = fingerprints(userKeys());
  return found.length > 0 ? found : ['none yet: one is made when a board asks'];
}

async function boardSection(
  id: string,
  targets: readonly Target[],
  { checksOf, signal }: DoctorParts,
): Promise<{ readonly text: string; readonly checks: number }> {
  const rows = await lines(checksOf(targets));
  const [target] = targets;
  const log = await target?.logs?.(signal === undefined ? {} : { signal });
  const said = log === undefined ? '' : log.ok ? log.value : problemLine(log.problem);
  const summaries = targets.map(({ summary }) => JSON.stringify(summary));
  const text = [
    section(`Board ${id}`, [...summaries, ...rows]),
    section(`Log of the agent on ${id}`, [said === '' ? '(none is kept there)' : said]),
  ].join('\n');
  return { text, checks: rows.length };
}

async function lines(checks: AsyncIterable<Check>): Promise<readonly string[]> {
  const rows: string[] = [];
  for await (const { name, state, fatal, read, remedy } of checks) {
    const mend = state === 'ok' || remedy === '' ? '' : ` | ${remedy}`;
    rows.push(`${state}${fatal === true ? '!' : ''} ${name}: ${read}${mend}`);
  }
  return rows;
}

const problemLine = ({ code, message, remedy }: Problem): string =>
  `problem ${code}: ${message} ${remedy}`.trim();

const here = (): Private => ({ home: homedir(), user: userInfo().username, host: hostname() });

import type { Tier } from '../../model/memory.ts';
import type { Problem } from '../../model/outcome.ts';
import type { AdbDevice } from '../adb/device.ts';
import type { BoardProbe } from './probe.ts';
import { quote, words } from './shell.ts';

/** As whom the agent runs, and how. */
export interface Rank {
  /** "adbd is root", "su", "sudo -n"; null: not root. */
  readonly root: string | null;
  readonly uid: number;
  /** Makes the command line that runs a script as that user. */
  readonly as: (script: string) => string;
  /** Why it is not root: what each way said. Empty for root. */
  readonly tried: readonly string[];
}

interface Dialect {
  readonly name: 'su' | 'sudo -n';
  readonly as: (script: string) => string;
}

/**
 * AOSP's su takes a user and then a program; Magisk's, KernelSU's and the ones of Linux take -c; SuperSU's takes it without a user. One
 * that does not know the form fails, or runs something that is not `id`.
 */
const DIALECTS: readonly Dialect[] = [
  { name: 'su', as: (script) => `su 0 sh -c ${quote(script)}` },
  { name: 'su', as: (script) => `su 0 -c ${quote(script)}` },
  { name: 'su', as: (script) => `su -c ${quote(script)}` },
  { name: 'sudo -n', as: (script) => `sudo -n sh -c ${quote(script)}` },
];

/** Long enough for a su that asks a daemon of its own, too short to stand for a user who was asked on the board's screen. */
const ROOT_MS = 8_000;

const plainly = (script: string): string => script;

/** Finds out how root is had on this board, if at all. Each way is given a limited time; one that hangs is not asked again. */
export async function findRank(
  device: AdbDevice,
  { uid, has }: BoardProbe,
  options: { readonly signal?: AbortSignal; readonly timeoutMs?: number } = {},
): Promise<Rank> {
  if (uid === 0) return { root: 'adbd is root', uid: 0, as: plainly, tried: [] };
  const tried: string[] = [];
  if (!has.su) tried.push('there is no su');
  if (!has.sudo) tried.push('there is no sudo');
  let hung: string | null = null;
  for (const { name, as } of DIALECTS) {
    if (!has[name === 'su' ? 'su' : 'sudo'] || hung === name || options.signal?.aborted === true) continue;
    const answer = await device.run(`${as('id -u')} </dev/null`, { timeoutMs: ROOT_MS, ...options });
    if (answer.ok && /(^|\n)0\r?\n?$/.test(answer.value.out)) return { root: name, uid: 0, as, tried: [] };
    if (!answer.ok) hung = name;
    tried.push(answer.ok ? saidNo(name, `${answer.value.err} ${answer.value.out}`) : asksBack(name));
  }
  return { root: null, uid: uid ?? -1, as: plainly, tried: [...new Set(tried)] };
}

function saidNo(name: string, said: string): string {
  const word = words(said, 100);
  return word === '' ? `${name} said nothing` : `${name} said '${word}'`;
}

const asksBack = (name: string): string =>
  `${name} does not come back: it waits for an answer, perhaps on the board's screen`;

/** The daemon's own user, where root is to be had and does not serve. */
export const notAsRoot = ({
  rank,
  daemonUid,
}: {
  readonly rank: Rank;
  readonly daemonUid: number;
}): Rank => ({
  root: null,
  uid: daemonUid,
  as: plainly,
  tried: [
    `adbd does not get to an agent that is root by ${rank.root ?? 'su'}, which SELinux forbids as a rule`,
  ],
});

/** Tiers of the memory picture that the kernel shows to root only (native/probe); 'proc' shows our own processes without it. */
export const ROOT_TIERS: readonly Tier[] = ['proc', 'bufinfo', 'dma'];

/** What is missing for want of root; null: nothing. */
export function missingForWantOfRoot({ root, uid, tried }: Rank, user: string): Problem | null {
  if (root !== null) return null;
  const who = user === '' ? `user ${uid}` : `user ${uid} (${user})`;
  return {
    code: 'not-root',
    message:
      `The agent runs as ${who}, for there is no way to root: ${tried.join('; ')}. Missing are buffers of other processes (tier proc), ` +
      'attachments (bufinfo), context banks and sg entries (dma) and DMA events by kprobe, and every node that this user may not open.',
    remedy: tried.some((word) => word.includes('screen'))
      ? "Allow root for 'shell' on the board's screen, then connect anew; or use a build with adb root."
      : 'adb root on a build that allows it, su without a question, or sudo without a password for that user; then connect anew.',
  };
}

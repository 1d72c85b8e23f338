import type { Check } from '../../model/board.ts';
import type { Problem } from '../../model/outcome.ts';
import { noPlace, type PlaceReport } from '../deploy/places.ts';
import type { BoardProbe } from '../deploy/probe.ts';
import { missingForWantOfRoot, type Rank } from '../deploy/root.ts';
import { checkOf, fatal, good, warn, type Verdict } from './verdict.ts';

/** First release with the trace events dma:* (Linux 6.12). */
const TRACE_EVENTS = [6, 12] as const;

/** `noAgent`: why there is no agent for such a machine; null: there is one. */
export const machineCheck = ({ machine }: BoardProbe, noAgent: Problem | null): Check =>
  checkOf(
    'machine',
    'the agent is a program for one kind of machine',
    noAgent === null ? good(machine) : fatal(noAgent.message, noAgent.remedy),
  );

export const kernelCheck = ({ kernel }: BoardProbe): Check =>
  checkOf('kernel', 'drivers and trace events differ from release to release', kernelVerdict(kernel));

function kernelVerdict(release: string): Verdict {
  const [, major = '', minor = ''] = /^(\d+)\.(\d+)/.exec(release) ?? [];
  if (major === '') return good(release === '' ? 'uname -r says nothing' : release);
  const [since, after] = TRACE_EVENTS;
  if (Number(major) > since || (Number(major) === since && Number(minor) >= after)) return good(release);
  return warn(
    `${release}, older than ${since}.${after}`,
    'it has no dma trace events, so DMA addresses are not seen live; everything else works. Use a newer kernel for them',
  );
}

/** Where the agent would be put. */
export const placeCheck = (reports: readonly PlaceReport[], { user }: BoardProbe): Check =>
  checkOf(
    'place',
    'the agent needs a folder that can be written to and that programs run from',
    placeVerdict(reports, user),
  );

function placeVerdict(reports: readonly PlaceReport[], user: string): Verdict {
  const found = reports.find(({ state }) => state === 'ok');
  if (found === undefined) {
    const none = noPlace(reports, user);
    return none.ok ? good('') : fatal(none.problem.message, none.problem.remedy);
  }
  const before = reports
    .filter(({ state }) => state !== 'ok')
    .map(({ place, state }) => `${place}: ${state}`);
  return good([found.place, ...before].join('; '));
}

/** Whether the agent would run as root. */
export function rootCheck(rank: Rank, { user }: BoardProbe): Check {
  const missing = missingForWantOfRoot(rank, user);
  const verdict = missing === null ? good(rank.root ?? 'root') : warn(missing.message, missing.remedy);
  return checkOf(
    'root',
    "nodes, debugfs, tracefs and other users' processes are mostly for root alone",
    verdict,
  );
}

import type { Check } from '../../model/board.ts';
import type { Outcome, Problem } from '../../model/outcome.ts';
import type { AdbDevice } from '../adb/device.ts';
import type { Ways } from '../adb/ways.ts';
import type { Agents } from '../deploy/agents.ts';
import { leasesOf, type Lease } from '../deploy/leases.ts';
import { folderIn, placesFor, tryPlaces } from '../deploy/places.ts';
import { probeBoard, type BoardProbe } from '../deploy/probe.ts';
import { findRank, type Rank } from '../deploy/root.ts';
import { ask, quote } from '../deploy/shell.ts';
import type { Target } from '../interfaces/link.ts';
import { agentLikeChecks } from './agent-checks.ts';
import { driverChecks } from './board-checks.ts';
import { factsOf } from './board-facts.ts';
import { BOARD_SCRIPT } from './board-script.ts';
import { kernelCheck, machineCheck, placeCheck, rootCheck } from './ground.ts';
import { checkOf, fatal, good, unknown } from './verdict.ts';

interface Asking {
  readonly device: AdbDevice;
  readonly agents: Agents;
  /** `places`: where an agent may be put; left out: placesFor. */
  readonly options: { readonly signal?: AbortSignal; readonly places?: readonly string[] };
}

/** The preflight of a board, over the best way to it; shares the connection with whoever has it open. */
export const preflightOf =
  (
    board: string,
    ways: Ways,
    agents: Agents,
    parts: Pick<Asking['options'], 'places'> = {},
  ): NonNullable<Target['preflight']> =>
  (options) =>
    boardPreflight(() => leasesOf(ways).takeBest(ways, board, options.signal), agents, {
      ...options,
      ...parts,
    });

/** What can be seen of a board before an agent is there: each check as soon as it is known. Never throws. */
export async function* boardPreflight(
  take: () => Promise<Outcome<Pick<Lease, 'device' | 'release'>>>,
  agents: Agents,
  options: Asking['options'],
): AsyncGenerator<Check> {
  const lease = await take();
  if (!lease.ok) {
    yield shellCheck(lease.problem);
    return;
  }
  try {
    yield* shellChecks({ device: lease.value.device, agents, options });
  } finally {
    lease.value.release();
  }
}

const shellCheck = (what: Problem | string): Check =>
  checkOf(
    'adb',
    "the board's shell is how the agent comes onto the board",
    typeof what === 'string' ? good(what) : fatal(what.message, what.remedy),
  );

async function* shellChecks({ device, agents, options }: Asking): AsyncGenerator<Check> {
  const probed = await probeBoard(device, options);
  if (!probed.ok) {
    yield shellCheck(probed.problem);
    return;
  }
  const probe = probed.value;
  const { product, model } = device.banner;
  yield shellCheck(
    `the shell of ${[model, product].find((word) => word !== '') ?? 'the board'} answers, user ${probe.user || (probe.uid ?? '?')}`,
  );
  const agent = agents(probe.machine);
  yield machineCheck(probe, agent.ok ? null : agent.problem);
  yield kernelCheck(probe);
  yield* placed(device, probe, options);
  const rank = await findRank(device, probe, options);
  yield rootCheck(rank, probe);
  yield* seenAs(rank, device, options);
}

async function* placed(
  device: AdbDevice,
  probe: BoardProbe,
  options: Asking['options'],
): AsyncGenerator<Check> {
  const { places = placesFor(probe), ...during } = options;
  const tried = await tryPlaces(device, { probe, places, name: 'agent', ...during });
  if (!tried.ok) {
    yield checkOf(
      'place',
      'the agent needs a folder of its own',
      unknown(tried.problem.message, tried.problem.remedy),
    );
    return;
  }
  yield placeCheck(tried.value, probe);
  // A check leaves nothing: the folder goes where no agent lies in it.
  const found = tried.value.find(({ state }) => state === 'ok');
  if (found !== undefined)
    await device.run(`rmdir ${quote(folderIn(found.place, probe.uid ?? 0))} 2>/dev/null`, during);
}

/** What the user that the agent would run as can see. */
async function* seenAs(rank: Rank, device: AdbDevice, options: Asking['options']): AsyncGenerator<Check> {
  const fields = await ask(device, BOARD_SCRIPT, { ...options, as: rank.as });
  if (!fields.ok) {
    const { message, remedy } = fields.problem;
    yield checkOf('board', 'what the shell sees of the DSPs and their driver', unknown(message, remedy));
    return;
  }
  const facts = factsOf(fields.value);
  yield* driverChecks(facts, rank);
  yield* agentLikeChecks(facts);
}

import { fail, ok, type Outcome } from '../../model/outcome.ts';
import type { AdbDevice } from '../adb/device.ts';
import type { AgentProgram } from './agents.ts';
import { folderIn, noPlace, placesFor, tryPlaces, type PlaceReport } from './places.ts';
import type { BoardProbe } from './probe.ts';
import { pushProgram, sha256 } from './push.ts';

export interface Installed {
  /** Our folder on the board. */
  readonly folder: string;
  /** Full path of the agent there. */
  readonly path: string;
  /** It was not there before. */
  readonly pushed: boolean;
  readonly places: readonly PlaceReport[];
}

export interface InstallOptions {
  readonly signal?: AbortSignal;
  readonly onStep?: (step: string) => void;
  /** Left out: placesFor. */
  readonly places?: readonly string[];
}

/** The agent's file is called after what it holds: two builds never exchange each other's. */
export const agentName = (digest: string): string => `agent-${digest.slice(0, 16)}`;

/** Puts the agent in the first place that can hold and run it; nothing is sent where it lies there already. */
export async function installAgent(
  device: AdbDevice,
  probe: BoardProbe,
  program: AgentProgram,
  options: InstallOptions = {},
): Promise<Outcome<Installed>> {
  const digest = sha256(program.bytes);
  const name = agentName(digest);
  const seen: PlaceReport[] = [];
  let left = options.places ?? placesFor(probe);
  while (left.length > 0) {
    const tried = await tryPlaces(device, { probe, places: left, name, ...signalOf(options) });
    if (!tried.ok) return tried;
    const last = tried.value.at(-1);
    if (last?.state !== 'ok') return noPlace([...seen, ...tried.value], probe.user);
    const folder = folderIn(last.place, probe.uid ?? 0);
    const path = `${folder}/${name}`;
    if (last.digest === digest) return ok({ folder, path, pushed: false, places: [...seen, ...tried.value] });
    const pushed = await send(device, { probe, path, program, options });
    if (pushed.ok) return ok({ folder, path, pushed: true, places: [...seen, ...tried.value] });
    if (!isFull(pushed.problem.message)) return pushed;
    seen.push(...tried.value.slice(0, -1), { ...last, state: 'full', said: pushed.problem.message });
    left = left.slice(left.indexOf(last.place) + 1);
  }
  return seen.length > 0
    ? noPlace(seen, probe.user)
    : fail('no-place', 'No place on the board was named for the agent.', 'Name a folder.');
}

/** It fitted a few bytes, and not the agent: the next place may be larger. */
const isFull = (message: string): boolean => /no space left|is full|quota exceeded/i.test(message);

const signalOf = ({ signal }: InstallOptions): { readonly signal?: AbortSignal } =>
  signal === undefined ? {} : { signal };

interface Sending {
  readonly probe: BoardProbe;
  readonly path: string;
  readonly program: AgentProgram;
  readonly options: InstallOptions;
}

function send(device: AdbDevice, { probe, path, program, options }: Sending): Promise<Outcome<undefined>> {
  let last = -1;
  options.onStep?.('pushing the agent');
  return pushProgram(device, {
    probe,
    path,
    bytes: program.bytes,
    ...signalOf(options),
    onProgress: (share) => {
      const tenths = Math.min(10, Math.floor(share * 10));
      if (tenths > last) options.onStep?.(`pushing the agent (${tenths * 10} %)`);
      last = Math.max(last, tenths);
    },
  });
}

import type { LivePicture } from '../../../electron/memory/live-picture.ts';

/** Another process that has an accel node open. */
export interface Neighbour {
  readonly pid: number;
  readonly name: string;
  readonly nodes: readonly string[];
  /** Context banks that it was seen to map into. */
  readonly banks: number;
}

export interface Neighbours {
  readonly others: readonly Neighbour[];
  readonly banks: number;
  /** Banks with a user; null where the tier that tells it is not there. */
  readonly banksUsed: number | null;
}

/** Who else uses the DSPs of the board, from the memory picture. `own`: processes of the agent. */
export function neighboursOf(picture: LivePicture, isOwn: (name: string) => boolean): Neighbours {
  const banks = [...picture.banks.values()];
  const users = banks.map(({ users: one }) => one.value);
  const others = [...picture.processes.values()]
    .filter((process) => process.alive && process.nodes.length > 0)
    .map((process) => ({
      pid: process.pid,
      name: process.comm.value ?? `process ${process.pid}`,
      nodes: process.nodes,
      banks: users.filter((one) => one?.includes(process.pid) === true).length,
    }))
    .filter((one) => !isOwn(one.name));
  return {
    others,
    banks: banks.length,
    banksUsed: users.some((one) => one === null)
      ? null
      : users.filter((one) => (one?.length ?? 0) > 0).length,
  };
}

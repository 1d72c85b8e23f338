import type { BoardSummary } from '../../model/board.ts';
import { printable } from '../adb/printable.ts';
import { isNetwork, type ListedDevice } from './devices.ts';
import { labelOf, stateOf, viaOf } from './states.ts';

/** A device in a server's list and the board that it is. */
export interface ListedBoard {
  readonly id: string;
  readonly device: ListedDevice;
  readonly boot: string | null;
}

/** Who the board behind an address is; undefined: that is being found out. */
export type WhoIs = (
  device: ListedDevice,
) => { readonly id: string; readonly boot: string | null } | undefined;

/** What a server calls a device that has none (append_transport in transport.cpp). */
const NO_SERIAL = '(no serial number)';

/** A board without a serial is called by its place, as `boardIds` of link/usb does it. */
const nameOf = ({ serial, path }: ListedDevice): string =>
  serial === NO_SERIAL && path !== '' ? path : printable(serial);

const usable = ({ state }: ListedDevice): boolean => state === 'device';

/**
 * The boards of a list, each once for its cable and once for its network. Two boards with one serial are told apart by where they are
 * plugged in; one that comes back may be in the list twice for a moment, once without life.
 */
export function boardsIn(devices: readonly ListedDevice[], whoIs: WhoIs): readonly ListedBoard[] {
  const cabled = devices.filter((device) => !isNetwork(device));
  const groups = Map.groupBy(cabled, nameOf);
  const byCable = [...groups].flatMap(([id, group]) => {
    const living = group.filter(usable);
    const [only = group[0], other] = living;
    if (only === undefined) return [];
    if (other === undefined) return [{ id, device: only, boot: null }];
    return living.map((device) => ({
      id: `${id}@${device.path || device.transportId}`,
      device,
      boot: null,
    }));
  });
  const byNetwork = devices.filter(isNetwork).flatMap((device) => {
    const who = whoIs(device);
    return who === undefined ? [] : [{ id: printable(who.id), boot: who.boot, device }];
  });
  return [...byCable, ...once(byNetwork)];
}

/** Of several addresses of one board one that can be used. */
function once(boards: readonly ListedBoard[]): readonly ListedBoard[] {
  const groups = Map.groupBy(boards, ({ id }) => id);
  return [...groups.values()].flatMap(
    (group) => group.find(({ device }) => usable(device)) ?? group[0] ?? [],
  );
}

export function summaryOf({ id, device, boot }: ListedBoard, server: string): BoardSummary {
  const via = viaOf(device, server, isNetwork(device));
  const summary = { id, transport: 'adb', label: labelOf(id, device), simulated: false, via } as const;
  return { ...summary, ...stateOf(device, via), ...(boot === null ? {} : { boot }) };
}

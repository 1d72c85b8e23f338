import type { BoardSummary } from '../../model/board.ts';
import type { ListedDevice } from './devices.ts';
import { LOOK_AT_SCREEN, REPLUG, UDEV } from './problems.ts';

type Said = Pick<BoardSummary, 'state' | 'detail'>;

const says = (state: BoardSummary['state'], detail: string): Said => ({ state, detail });

/** What a device's state at an adb server means, with a sentence where it cannot be used. */
export function stateOf(device: ListedDevice, server: string): Said {
  const { state } = device;
  const through = `adb server ${server}`;
  if (state.startsWith('no permissions'))
    return says('failed', `The ${through} may not open the board: ${state}. ${UDEV}`);
  switch (state) {
    case 'device':
      return says('ready', `through the ${through}${placeOf(device)}`);
    case 'unauthorized':
      return says('unauthorized', `${LOOK_AT_SCREEN} It is asked by the ${through}.`);
    case 'authorizing':
      return says('connecting', `the board is asked to allow this computer, by the ${through}`);
    case 'connecting':
      return says('connecting', `the ${through} is connecting to the board`);
    case 'offline':
      return says('offline', `The ${through} sees the board, but the board does not answer it. ${REPLUG}`);
    case 'detached':
      return says('offline', `The ${through} has let go of the board for another program. ${REPLUG}`);
    case 'recovery':
    case 'sideload':
    case 'rescue':
    case 'bootloader':
      return says('failed', `The board is in ${MODES[state]}, where no agent can run. Start it normally.`);
    default:
      return says(
        'failed',
        `The ${through} says that the board is in the state "${state}", which this tool does not know.`,
      );
  }
}

const MODES = {
  recovery: 'its recovery system',
  sideload: 'its recovery system (sideload)',
  rescue: 'rescue mode',
  bootloader: 'its boot loader',
};

/** ", USB 1-2"; empty where the server does not tell. */
const placeOf = ({ path }: ListedDevice): string => (path === '' ? '' : `, ${path.replace(/^usb:/, 'USB ')}`);

/** What people call such a board: the server puts "_" where a model's name has something else than letters and digits. */
export function labelOf({ model, product, device, serial }: ListedDevice): string {
  const name = [model, product, device].find((one) => one !== '');
  return name === undefined ? `board ${printable(serial)}` : printable(name).replaceAll('_', ' ');
}

/** Nothing that a terminal or a page would obey or hide. */
export const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\u{fffd}');

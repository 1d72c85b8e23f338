import type { BoardSummary } from '../../model/board.ts';
import { printable } from '../adb/printable.ts';
import type { ListedDevice } from './devices.ts';
import { LOOK_AT_SCREEN, REPLUG, UDEV } from './problems.ts';

type Said = Pick<BoardSummary, 'state' | 'detail' | 'remedy'>;

const says = (state: BoardSummary['state'], detail: string, remedy?: string): Said => ({
  state,
  detail,
  ...(remedy === undefined ? {} : { remedy }),
});

/** What a device's state at an adb server means, with a sentence where it cannot be used. `via`: where it goes, in words. */
export function stateOf({ state }: ListedDevice, via: string): Said {
  const server = via.replace(/,.*$/, '');
  if (state.startsWith('no permissions'))
    return says('failed', `The ${server} may not open the board: ${printable(state)}.`, UDEV);
  switch (state) {
    case 'device':
      return says('ready', `through the ${via}`);
    case 'unauthorized':
      return says('unauthorized', `The board has not allowed the ${server} yet.`, LOOK_AT_SCREEN);
    case 'authorizing':
      return says('connecting', `the ${server} asks the board to allow it`, LOOK_AT_SCREEN);
    case 'connecting':
      return says('connecting', `the ${server} is connecting to the board`);
    case 'offline':
      return says('offline', `The ${server} sees the board, but the board does not answer it.`, REPLUG);
    case 'detached':
      return says('offline', `The ${server} has let go of the board for another program.`, REPLUG);
    case 'recovery':
    case 'sideload':
    case 'rescue':
    case 'bootloader':
      return says(
        'failed',
        `The board is in ${MODES[state]}, where no agent can run.`,
        'Start it normally: adb reboot, or fastboot reboot where it is in its boot loader.',
      );
    default:
      return says(
        'failed',
        `The ${server} says that the board is in the state "${printable(state)}", which this tool does not know.`,
        'Look at it with adb devices, and start the board anew.',
      );
  }
}

const MODES = {
  recovery: 'its recovery system',
  sideload: 'its recovery system (sideload)',
  rescue: 'rescue mode',
  bootloader: 'its boot loader',
};

/** Where a way goes, in words: "adb server 127.0.0.1:5037, USB 1-2". */
export function viaOf({ path, serial }: ListedDevice, server: string, network: boolean): string {
  const place = network
    ? `, TCP ${printable(serial)}`
    : path === ''
      ? ''
      : `, ${path.replace(/^usb:/, 'USB ')}`;
  return `adb server ${server}${place}`;
}

/** What people call such a board: the server puts "_" where a model's name has something else than letters and digits. */
export function labelOf(id: string, { model, product, device }: ListedDevice): string {
  const name = [model, product, device].find((one) => one !== '');
  return name === undefined ? `board ${id}` : printable(name).replaceAll('_', ' ');
}

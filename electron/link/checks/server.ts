import type { Check } from '../../model/board.ts';
import type { ServerAddress } from '../adb-server/address.ts';
import type { Following } from '../adb-server/follow.ts';
import { bad, checkOf, good, unknown, type Verdict } from './verdict.ts';

const WHY =
  'a running adb server holds the USB interface of its boards, so they are reached through it; it is never started, ended or told anything';

/** An adb server: is it there, of which version, how many boards it lists. */
export const serverCheck = (address: ServerAddress, state: Following): Check =>
  checkOf('adb-server', WHY, verdictOf(address, state));

function verdictOf({ name, named }: ServerAddress, state: Following): Verdict {
  switch (state.kind) {
    case 'starting':
      return unknown(`${name} has not answered yet`, 'look again');
    case 'following': {
      const version = state.version === null ? 'it does not tell its version' : `version ${state.version}`;
      const count = state.devices.length;
      return good(`${name} answers, ${version}; it lists ${count} board${count === 1 ? '' : 's'}`);
    }
    case 'absent':
      if (named) return bad(state.problem.message, state.problem.remedy);
      return good(`nobody listens at ${name}: boards are reached over USB without it`);
    case 'broken':
      return bad(state.problem.message, state.problem.remedy);
  }
}

import type { Check } from '../../model/board.ts';
import type { Problem } from '../../model/outcome.ts';
import { problemOf } from '../adb/packet.ts';
import { fingerprintOf } from '../keys/fingerprint.ts';
import type { KeyStore } from '../keys/store.ts';
import { bad, checkOf, good, warn, type Verdict } from './verdict.ts';

const WHY = 'boards with authentication know this computer by its key';

/** How the keys of this user are. `keysWith`: the store, with somebody who hears its notices. */
export function keyCheck(keysWith: (onNotice: (notice: Problem) => void) => KeyStore): Check {
  const notices: Problem[] = [];
  const store = keysWith((notice) => notices.push(notice));
  return checkOf('key', WHY, verdict(store, notices));
}

function verdict(store: KeyStore, notices: readonly Problem[]): Verdict {
  try {
    const shown = [...store.iterateKeys()].map(({ buffer }) => fingerprintOf(buffer));
    const [notice] = notices;
    if (notice !== undefined) return warn(notices.map(({ message }) => message).join(' '), notice.remedy);
    return good(
      shown.length === 0 ? 'there is none yet: it is made when a board asks for one' : shown.join(', '),
    );
  } catch (error) {
    const { message, remedy } = problemOf(error, 'key');
    return bad(message, remedy);
  }
}

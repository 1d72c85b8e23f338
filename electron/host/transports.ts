import { WAY_ORDER } from '../link/adb/ways.ts';
import type { Provider } from '../link/interfaces/link.ts';
import type { BoardSummary } from '../model/board.ts';
import { fail } from '../model/outcome.ts';

type Transport = BoardSummary['transport'];

export interface WantedTransports {
  has(transport: Transport): boolean;
  /** Stands among the providers and says what was written wrongly. */
  readonly complaint: Provider | null;
}

/**
 * Kinds of ways to boards that this process looks at: all of them, or those that QDA_LAB_TRANSPORTS names ("virtual", "adb,usb"). A job
 * that shall not see the boards of whoever works on the machine says "virtual".
 */
export function wantedTransports(text = process.env['QDA_LAB_TRANSPORTS'] ?? ''): WantedTransports {
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  const wrong = words.filter((word) => !WAY_ORDER.some((known) => known === word));
  const problem = fail(
    'bad-transports',
    `QDA_LAB_TRANSPORTS names no way to boards with ${wrong.map((word) => `"${word}"`).join(', ')}.`,
    `It may name ${WAY_ORDER.join(', ')}, with commas between them; without it all are looked at.`,
  );
  return {
    has: (transport) => words.length === 0 || words.includes(transport),
    complaint: wrong.length === 0 ? null : { transport: 'virtual', list: () => Promise.resolve(problem) },
  };
}

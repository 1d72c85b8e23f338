import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { fail, ok, type Outcome } from '../../model/outcome.ts';

/** What a virtual board may be called: its name is part of the names of its sockets. */
const NAME = /^[A-Za-z0-9._-]{1,32}$/;

/** Set in Flags of a listening socket (__SO_ACCEPTCON); accepted ones carry the same name without it. */
const LISTENING = 0x1_0000;

export function checkBoardName(name: string): Outcome<string> {
  if (NAME.test(name)) return ok(name);
  return fail(
    'bad-board-name',
    `'${name}' is no name for a virtual board.`,
    'Use 1 to 32 letters, digits, dots, dashes and underscores.',
  );
}

/** Abstract name of a door of a board of this user: 'vqda' for clients, 'ctl' for control. */
export const socketName = (board: string, door: 'vqda' | 'ctl'): string =>
  `qda-lab/${userInfo().uid}/${board}/${door}`;

/** Names that somebody listens on; abstract ones begin with '@'. */
const listening = (text: string): readonly string[] =>
  text.split('\n').flatMap((line) => {
    const [, , , flags, , , , path] = line.trim().split(/\s+/);
    return path === undefined || (parseInt(flags ?? '', 16) & LISTENING) === 0 ? [] : [path];
  });

/** Names of the boards of a user in the text of /proc/net/unix. */
export function boardsIn(text: string, uid: number): string[] {
  const found = new Set<string>();
  for (const path of listening(text)) {
    const [root, owner, board, door, more] = path.split('/');
    const ours = root === '@qda-lab' && owner === String(uid) && door === 'ctl' && more === undefined;
    if (ours && board !== undefined && NAME.test(board)) found.add(board);
  }
  return [...found].sort();
}

/** Agents that listen for a host on that virtual board, in the text of /proc/net/unix: the names of their sockets. */
export const agentsIn = (text: string, uid: number, board: string): string[] =>
  listening(text).filter((name) => name.startsWith(`@qda-lab/${uid}/${board}/agent-`));

/** Names of the virtual boards that run for this user. */
export const runningBoards = (): Outcome<string[]> => inSockets(boardsIn);

/** Agents of this user on a virtual board, by the names of their sockets. */
export const runningAgents = (board: string): Outcome<string[]> =>
  inSockets((text, uid) => agentsIn(text, uid, board));

function inSockets(find: (text: string, uid: number) => string[]): Outcome<string[]> {
  try {
    return ok(find(readFileSync('/proc/net/unix', 'utf8'), userInfo().uid));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return fail(
      'virtual-boards-unknown',
      `Virtual boards cannot be looked for: ${why}.`,
      'They need Linux with /proc.',
    );
  }
}

import type { LogEntry } from '../model/desk.ts';
import { appLogPath, readAppLog } from '../store/app-log.ts';

/** Lines that go into a report of a defect. */
const TAIL = 500;

/** The newest lines of the log that windows kept for this user, also of those that ended. */
export const appLogTail = (home: string): readonly string[] => readAppLog(appLogPath(home), TAIL);

/** A line of the log as it stands in a file. */
export const logLine = ({ atMs, level, source, board, text, remedy }: LogEntry): string =>
  [
    new Date(atMs).toISOString(),
    level,
    board === null ? source : `${source} ${board}`,
    `${text}${remedy === '' ? '' : ` | ${remedy}`}`.replaceAll('\n', ' / '),
  ].join(' ');

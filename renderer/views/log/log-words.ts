import type { AppInfo, LogEntry } from '../../../electron/model/desk.ts';
import type { LogLevel } from '../../../electron/model/stream.ts';
import type { Mark } from '../../widgets/marks.ts';

const MARKS: Readonly<Record<LogLevel, Mark>> = {
  debug: 'none',
  info: 'none',
  warn: 'warning',
  error: 'error',
};

export const levelMark = (level: LogLevel): Mark => MARKS[level];

/** A line as text, in UTC: for files and reports. */
export const lineText = ({ atMs, level, source, board, text, remedy }: LogEntry): string =>
  [
    new Date(atMs).toISOString(),
    level.padEnd(5),
    board === null ? source : `${source}@${board}`,
    remedy === '' ? text : `${text} (${remedy})`,
  ].join(' ');

/** The lines with what else a report of a defect needs. */
export function reportText(entries: readonly LogEntry[], lost: number, info: AppInfo | null): string {
  const app =
    info === null
      ? ['QDA Lab, version not known: no connection to the host']
      : [
          `QDA Lab ${info.version}, build ${info.buildId}`,
          `Node ${info.node}, ${info.electron === null ? 'in a browser' : `Electron ${info.electron}`}, ${info.platform}`,
        ];
  const head = [...app, `${entries.length} lines, ${lost} lost, times in UTC`, ''];
  return [...head, ...entries.map(lineText), ''].join('\n');
}

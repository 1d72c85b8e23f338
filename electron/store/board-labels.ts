import { join } from 'node:path';
import { fail, type Outcome } from '../model/outcome.ts';
import { readSmall, writeSmall, type SmallFile } from './small-file.ts';

export type BoardLabels = ReadonlyMap<string, string>;

export const labelsPath = (home: string): string => join(home, 'boards.json');

const FILE: SmallFile<BoardLabels> = {
  schema: 'qda-lab/boards/1',
  none: new Map(),
  take: ({ labels }) => (typeof labels === 'object' && labels !== null ? labelsIn(labels) : null),
  give: (labels) => ({ labels: Object.fromEntries(labels) }),
  damaged: (path) =>
    fail(
      'labels-damaged',
      `${path}: the names of boards cannot be read: the file is damaged or of a newer version. Boards stand without them.`,
      'Mend the file, or move it away; it is not written to before that.',
    ),
};

function labelsIn(labels: object): BoardLabels | null {
  const entries = Object.entries(labels);
  return entries.every((entry): entry is [string, string] => typeof entry[1] === 'string')
    ? new Map(entries)
    : null;
}

/** The names that the user gave to boards, by board id. Fails with 'labels-damaged', or with what the file system says. */
export const readLabels = (path: string): Outcome<BoardLabels> => readSmall(FILE, path);

export const writeLabels = (path: string, labels: BoardLabels): Outcome<undefined> =>
  writeSmall(FILE, path, labels);

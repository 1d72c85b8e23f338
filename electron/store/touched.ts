import { existsSync, statSync } from 'node:fs';

export const isThere = (path: string): boolean => existsSync(path);

/** Another text where the store's file or its log was written to since: a cheap look, before anything is opened. */
export const touchedAt = (path: string): string => [path, `${path}-wal`].map(oneFile).join(' ');

function oneFile(path: string): string {
  const info = statSync(path, { throwIfNoEntry: false });
  return info ? `${info.ino}:${info.size}:${info.mtimeMs}` : '-';
}

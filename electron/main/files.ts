import { resolve } from 'node:path';

/** Run files and recordings named on a command line, by their full paths. */
export const filesIn = (argv: readonly string[]): string[] =>
  argv.filter((word) => /\.(json|qdarec)$/i.test(word) && !word.startsWith('-')).map((word) => resolve(word));

import { resolve } from 'node:path';

/** Run files and recordings named on a command line that was given in that folder, by their full paths. */
export const filesIn = (argv: readonly string[], folder = process.cwd()): string[] =>
  argv
    .filter((word) => /\.(json|qdarec)$/i.test(word) && !word.startsWith('-'))
    .map((word) => resolve(folder, word));

import { extname } from 'node:path';
import type { Outcome } from '../model/outcome.ts';
import { writeNew, writeText } from '../report/write.ts';

/** Writes a text file; its path. Without `replace` it fails with 'exists' where something has that name already. */
export const saveText = (
  path: string,
  text: string,
  { replace }: { readonly replace: boolean },
): Promise<Outcome<string>> => (replace ? writeText(path, text) : writeNew(path, text));

const MOST_TRIES = 100;

/** Writes a new text file: 'name.txt', or 'name-2.txt' where that is there already, and so on; its path. */
export async function saveFresh(name: string, text: string): Promise<Outcome<string>> {
  const end = extname(name);
  const stem = name.slice(0, name.length - end.length);
  let written = await writeNew(name, text);
  for (let at = 2; at <= MOST_TRIES && !written.ok && written.problem.code === 'exists'; at += 1)
    written = await writeNew(`${stem}-${at}${end}`, text);
  return written;
}

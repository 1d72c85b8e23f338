// The board link beside Debian's own adb: files, short messages, streams of samples, how soon a board is there.
import { cannotPlay } from '../../../test/link/link-lab.ts';
import type { BenchLab } from '../bench-lab.ts';
import type { Figure } from '../figure.ts';
import { readiness } from './ready.ts';
import { boardStream } from './stream.ts';
import { transfer } from './transfer.ts';

export async function boardLink(lab: BenchLab, rounds: number): Promise<readonly Figure[]> {
  if (cannotPlay !== null)
    return [
      { what: 'the board link', value: null, unit: '', goal: null, how: `Not measured: ${cannotPlay}` },
    ];
  return [
    ...(await transfer(lab, rounds)),
    ...(await boardStream(lab, rounds)),
    ...(await readiness(lab, rounds)),
  ];
}

// The board link beside Debian's own adb: files, short messages, streams of samples, how soon a board is there.
import { cannotPlay } from '../../../test/link/link-lab.ts';
import { Child, endingText } from '../../../electron/link/deploy/process.ts';
import { at } from '../../run.ts';
import { progress, type BenchLab } from '../bench-lab.ts';
import type { Figure } from '../figure.ts';
import { readiness } from './ready.ts';
import { transfer } from './transfer.ts';

export async function boardLink(lab: BenchLab, rounds: number): Promise<readonly Figure[]> {
  if (cannotPlay !== null)
    return [
      { what: 'the board link', value: null, unit: '', goal: null, how: `Not measured: ${cannotPlay}` },
    ];
  return [
    ...(await transfer(lab, rounds)),
    ...(await streamAlone(lab, rounds)),
    ...(await readiness(lab, rounds)),
  ];
}

const STREAM_MS = 600_000;

/**
 * In a process of its own, as every command line is. Here it would depend on what was measured before: after its first full collection V8
 * begins another every 15 MiB of samples, which halves the rate.
 */
async function streamAlone(lab: BenchLab, rounds: number): Promise<readonly Figure[]> {
  lab.check();
  progress(`samples through adb: ${rounds} rounds in a process of its own`);
  const child = new Child(process.execPath, [at('build/bench/link/stream-alone.ts'), String(rounds)]);
  const abort = (): void => void child.stop();
  lab.signal.addEventListener('abort', abort);
  const line = await child.firstLine(STREAM_MS);
  lab.signal.removeEventListener('abort', abort);
  const ending = await (line === null ? child.stop() : child.ended);
  lab.check();
  if (line === null) throw new Error(`stream-alone ${endingText(ending)} without a result. ${ending.stderr}`);
  return JSON.parse(line) as readonly Figure[];
}

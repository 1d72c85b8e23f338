import type { Reading } from '../model/outcome.ts';
import type { Run } from '../model/run.ts';

/** A clock moved by more than a twentieth, or a temperature by more than 5 degrees. */
const CLOCK_MOVED = 0.05;
const DEGREES_MOVED = 5000;

/** True where a temperature or a clock of the board moved between the readings before and after the run. */
export const drifted = (run: Pick<Run, 'before' | 'after'>): boolean =>
  moved(run.before, run.after).length > 0;

/** Keys of the readings that moved. */
export function moved(before: readonly Reading[], after: readonly Reading[]): string[] {
  return before
    .filter((reading) =>
      hasMoved(
        reading,
        after.find((other) => other.key === reading.key),
      ),
    )
    .map((reading) => reading.key);
}

function hasMoved(before: Reading, after: Reading | undefined): boolean {
  if (before.value === null || after === undefined || after.value === null) return false;
  const [a, b] = [Number(before.value), Number(after.value)];
  if (before.unit === 'kHz') return Math.abs(b - a) > CLOCK_MOVED * a;
  if (before.unit === 'm°C') return Math.abs(b - a) > DEGREES_MOVED;
  return before.key.endsWith('.governor') && before.value !== after.value;
}

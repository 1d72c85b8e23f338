import type { Histogram } from '../../electron/model/live-run.ts';
import { linearScale, logScale, type Scale } from './scale.ts';

/** Time to pixels. Samples that are all alike, or not above zero, stand on a linear axis. */
export function timeScale({ fromNs, toNs }: Histogram, width: number): Scale {
  return fromNs > 0 && toNs > fromNs
    ? logScale([fromNs, toNs], [0, width])
    : linearScale([fromNs, toNs], [0, width]);
}

/** Bars as one path, the highest of the whole height; a bin that holds something is never lower than a pixel. */
export function barsPath({ counts }: Histogram, width: number, height: number): string {
  const most = counts.reduce((a, b) => Math.max(a, b), 0);
  if (most === 0) return '';
  const step = width / counts.length;
  const parts = counts.flatMap((count, at) => {
    if (count === 0) return [];
    const high = Math.max(1, (count / most) * height);
    return [
      `M${place(at * step)},${place(height)}v${place(-high)}h${place(Math.max(step - GAP, 0.5))}V${place(height)}z`,
    ];
  });
  return parts.join('');
}

const GAP = 0.5;
const place = (pixels: number): number => Math.round(pixels * 100) / 100;

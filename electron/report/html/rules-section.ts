import { MIN_RESAMPLES } from '../../bench/statistics/bootstrap.ts';
import { LEVEL } from '../../bench/statistics/figures.ts';
import { UNSTABLE_ABOVE } from '../../bench/statistics/runs.ts';
import { html, type Markup } from './markup.ts';

const level = `${LEVEL * 100} %`;
const unstable = `${UNSTABLE_ABOVE * 100} %`;

const RULES: readonly (readonly [term: string, rule: string])[] = [
  [
    'sample',
    'One timed operation, in whole nanoseconds of CLOCK_MONOTONIC_RAW. The cost of reading the clock is inside it and never subtracted.',
  ],
  [
    'n',
    'Samples of all independent runs of the point together. Every statistic of a row is made of all of them; none is left out.',
  ],
  [
    'p50, p90, p99, p99.9',
    'Percentiles by linear interpolation between order statistics (type 7). p90 needs 10 samples, p99 100, p99.9 1000: with fewer there is no number but "n too small".',
  ],
  [
    `${level} interval`,
    `Of p50: the two order statistics that cover the median with ${level} or more, by the exact binomial distribution; no shape is assumed. Of a bandwidth: the interval of p50 turned over. It speaks of the samples of this run, not of other boards or other days; where a point is unstable its runs lie further apart than the interval.`,
  ],
  ['MAD', 'Median absolute deviation from p50, not scaled.'],
  [
    'outliers',
    'Mild + severe: samples beyond 1.5 and beyond 3 interquartile ranges from the quartiles (Tukey). They are counted and stay in every figure.',
  ],
  [
    'run to run',
    `Coefficient of variation (standard deviation over mean) of the p50 of the independent runs. Above ${unstable} the point is flagged unstable.`,
  ],
  ['bandwidth', 'Bytes of one operation over p50, in GB/s of 1e9 bytes. KiB and MiB are powers of 1024.'],
  [
    'slope',
    `Theil-Sen: the median of the slopes between all pairs of points; its ${level} interval by Sen's ranks needs five points.`,
  ],
  [
    'sum of stages',
    'Sum of medians, not the median of a sum: it need not equal what the same stages take in one go, which is why both are shown.',
  ],
  [
    'call, dsp, rest, overhead',
    "call: by the clock of the CPU, around the ioctl. dsp: by the DSP's own 19.2 MHz timer, in the method. rest and overhead: call minus dsp, sample by sample.",
  ],
  [
    'a second',
    'One over p50. Of several threads: what the agent counted over wall time, the middle one of the independent runs.',
  ],
  [
    'crossing',
    `From which size on sharing stays cheaper than copying, up to the largest size measured: between two sizes on the straight line in logarithms of size and time. Its ${level} interval is a percentile bootstrap of ${MIN_RESAMPLES} resamples with the seed that stands in the JSON; an end may lie outside of the sizes measured.`,
  ],
  [
    'instructions',
    'Retired by the calling thread of the DSP for one sample, where an emulator counts them: they do not depend on how busy the machine is. Hardware gives none.',
  ],
  [
    'zero copy',
    'shown: the dma-buf that the CPU maps and the object that the DSP was given have one inode, and a random word written at one end was read at the other, both ways. in part: one of these could not be looked at. contradicted: one did not hold.',
  ],
  [
    'pass, fail, error, skip',
    'pass: measured, and every check held. fail: a check did not hold. error: a call failed. skip: not possible here. A point is as bad as the worst of its runs.',
  ],
  [
    'simulated',
    'Taken on a virtual board. Such numbers show that the software works, not how fast hardware is.',
  ],
  ['unstable', `The p50 varies by more than ${unstable} between the independent runs.`],
  [
    'drifted',
    'During the run a CPU clock moved by more than 5 %, a temperature by more than 5 °C, or a governor changed.',
  ],
  ['dropped', 'Samples were lost on the way; the counts are without them.'],
  ['absent, unknown', 'A value that could not be read. Its reason stands in its place; it is never a zero.'],
];

/** What the words and numbers of the report mean. */
export const rulesSection = (): Markup =>
  html`<section id="rules">
    <h2>Rules of the numbers</h2>
    <dl>
      ${RULES.map(
        ([term, rule]) =>
          html`<dt>${term}</dt>
            <dd>${rule}</dd>`,
      )}
    </dl>
  </section>`;

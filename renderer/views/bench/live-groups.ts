import { findBenchmark } from '../../../electron/bench/catalogue.ts';
import type { ChartGroup, ChartRow } from '../../../electron/bench/results.ts';
import { LEVEL, tooFew } from '../../../electron/bench/statistics/figures.ts';
import { runVariation } from '../../../electron/bench/statistics/runs.ts';
import type { PointStatus } from '../../../electron/model/run.ts';
import type { LineStatus, PointLine, SeriesLine } from './lines.ts';

/** What charts are made of, from what is known while a run goes on: the figures are those of the newest independent run. */
export const liveGroups = (lines: readonly PointLine[]): ChartGroup[] =>
  lines.map((line) => ({
    key: line.key,
    point: line.point,
    title: line.title,
    status: statusOf(line),
    flags: line.flags,
    reason: line.reason === '' && line.ended === 0 ? 'not measured yet' : line.reason,
    call: '',
    error: 0,
    limit: null,
    verified: 0,
    mismatches: 0,
    leftBehind: 0,
    dropped: 0,
    counters: [],
    proofs: [],
    rows: line.series.filter(({ n }) => n > 0).map((series) => rowOf(line, series)),
  }));

/** A point that runs, or waits for its next run, is as good as what it gave so far. */
function statusOf({ status, series }: PointLine): PointStatus {
  if (!isOpen(status)) return status;
  return series.some(({ n }) => n > 0) ? 'pass' : 'not-run';
}

const isOpen = (status: LineStatus): status is 'waiting' | 'running' =>
  status === 'waiting' || status === 'running';

/** Fewest samples of an interval of the median. */
const NEEDS = 6;

function rowOf({ key, point, variantText, variantShort }: PointLine, series: SeriesLine): ChartRow {
  const { name, n, p50, low, high, p50s } = series;
  return {
    key: `${key}/${name}`,
    benchmark: point.benchmark,
    place: findBenchmark(point.benchmark)?.place ?? '',
    series: name,
    size: point.size,
    source: point.source,
    variant: point.variant,
    count: point.count,
    variantText,
    variantShort,
    summary:
      p50 === null
        ? tooFew('samples', n, 1)
        : {
            kind: 'summary',
            n,
            p50,
            p50Interval:
              low === null || high === null
                ? tooFew('samples', n, NEEDS)
                : { kind: 'interval', n, low, high, level: LEVEL },
          },
    p50s,
    variation: runVariation(p50s),
    bandwidth: null,
    rate: null,
  };
}

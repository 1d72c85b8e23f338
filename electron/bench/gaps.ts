import type { PointGroup, ResultRow } from './results.ts';

/** What an idle gap before a call costs: one benchmark, its gaps ascending. */
export interface GapSweep {
  readonly benchmark: string;
  readonly rows: readonly {
    readonly gapUs: number;
    readonly row: ResultRow;
    /** p50 over that without a gap; null where that was not measured. */
    readonly ratio: number | null;
  }[];
}

const WITH_GAPS = ['rpc.null', 'rpc.ping'];

/** The call as the CPU sees it, over the idle gap before it. A benchmark that was measured at one gap only has no sweep. */
export function gapsOf(groups: readonly PointGroup[]): GapSweep[] {
  return WITH_GAPS.flatMap((benchmark) => {
    const rows = groups
      .filter((group) => group.point.benchmark === benchmark && group.status !== 'fail')
      .flatMap((group) => group.rows.filter((row) => row.series === 'call' && row.samples.length > 0))
      .sort((a, b) => a.count - b.count);
    if (rows.length < 2) return [];
    const base = rows[0]?.count === 0 ? p50Of(rows[0]) : null;
    return [
      {
        benchmark,
        rows: rows.map((row) => ({ gapUs: row.count, row, ratio: ratio(p50Of(row), base) })),
      },
    ];
  });
}

const p50Of = ({ summary }: ResultRow): number | null => (summary.kind === 'summary' ? summary.p50 : null);

const ratio = (value: number | null, base: number | null): number | null =>
  value === null || base === null || base === 0 ? null : value / base;

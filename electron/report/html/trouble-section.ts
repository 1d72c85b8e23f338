import { variantText } from '../../bench/variants.ts';
import { formatBytes, formatTime } from '../../model/format.ts';
import type { Gap, PointResult, Run } from '../../model/run.ts';
import { html, type Markup } from './markup.ts';
import { table, type Column } from './table.ts';
import { plural, statusWord } from './words.ts';

/** What did not come to a number, and why. */
export function troubleSection(run: Run): Markup {
  return html`<section id="failures">
      <h2>Failures and skips</h2>
      ${failures(run.points)}
    </section>
    <section id="gaps">
      <h2>Gaps in the data</h2>
      ${gaps(run.gaps)}
    </section>`;
}

/** Points that came to the same end for the same reason. */
interface Ending {
  readonly first: PointResult;
  readonly points: readonly PointResult[];
}

function failures(points: readonly PointResult[]): Markup {
  const endings = new Map<string, PointResult[]>();
  for (const result of points) {
    if (result.status === 'pass') continue;
    const { benchmark, source } = result.point;
    const key = [benchmark, source, result.status, result.error, result.call, result.reason].join('\0');
    endings.set(key, [...(endings.get(key) ?? []), result]);
  }
  const rows = [...endings.values()].flatMap((list): Ending[] =>
    list[0] ? [{ first: list[0], points: list }] : [],
  );
  return rows.length === 0 ? html`<p>Every point passed.</p>` : table(FAILURES, rows, { wide: true });
}

const FAILURES: readonly Column<Ending>[] = [
  { head: 'benchmark', kind: 'tight', cell: ({ first }) => first.point.benchmark },
  { head: 'source', kind: 'tight', cell: ({ first }) => first.point.source },
  { head: 'sizes', cell: ({ points }) => distinct(points, sizeText).join(', ') },
  { head: 'variants', cell: ({ points }) => distinct(points, variantOf).join('; ') },
  { head: 'status', kind: 'tight', cell: ({ first }) => statusWord(first.status) },
  { head: 'points', kind: 'n', cell: ({ points }) => points.length },
  { head: 'failing call', kind: 'tight', cell: ({ first }) => first.call },
  { head: 'errno', kind: 'n', cell: ({ first }) => (first.error === 0 ? '' : first.error) },
  { head: 'reason', cell: ({ first }) => (first.reason === '' ? 'No reason was given.' : first.reason) },
];

const distinct = (points: readonly PointResult[], of: (one: PointResult) => string): string[] => [
  ...new Set(points.map(of).filter((text) => text !== '')),
];

const sizeText = ({ point }: PointResult): string => (point.size === 0 ? '' : formatBytes(point.size));
const variantOf = ({ point }: PointResult): string => variantText(point);

const GAPS: readonly Column<Gap>[] = [
  { head: 'from', kind: 'n', cell: (gap) => formatTime(gap.fromMs * 1e6) },
  { head: 'to', kind: 'n', cell: (gap) => formatTime(gap.toMs * 1e6) },
  { head: 'blocks lost', kind: 'n', cell: (gap) => gap.droppedBlocks },
  { head: 'reason', cell: (gap) => gap.reason },
];

function gaps(all: readonly Gap[]): Markup {
  if (all.length === 0) return html`<p>The stream of samples was never away.</p>`;
  const lost = all.reduce((sum, gap) => sum + gap.droppedBlocks, 0);
  return html`<p>
      ${lost === 0 ? 'No block of samples was lost.' : `${plural(lost, 'block')} of samples lost: the counts of samples above are without them.`}
    </p>
    ${table(GAPS, all, { caption: 'Times since the run began' })}`;
}

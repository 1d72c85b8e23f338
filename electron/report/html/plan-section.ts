import { findBenchmark } from '../../bench/catalogue.ts';
import { variantText } from '../../bench/variants.ts';
import { formatBytes, formatTime } from '../../model/format.ts';
import type { PlanPoint } from '../../model/plan.ts';
import type { Run } from '../../model/run.ts';
import { html, type Markup } from './markup.ts';
import { table, type Column } from './table.ts';
import { listed } from './words.ts';

interface Row {
  readonly id: string;
  readonly points: readonly PlanPoint[];
}

/** How it was measured, so that somebody else can do the same. */
export function planSection(run: Run): Markup {
  const { plan } = run;
  const ids = [...new Set(plan.points.map((point) => point.benchmark))];
  const rows = ids.map((id): Row => ({ id, points: plan.points.filter((point) => point.benchmark === id) }));
  return html`<section id="plan">
    <h2>Plan</h2>
    <dl>
      <dt>Plan</dt>
      <dd>${plan.name}, on ${plan.dsp}: ${plan.points.length} points</dd>
      <dt>Independent runs</dt>
      <dd>${plan.repeats}, each on a fresh descriptor, interleaved over the whole plan</dd>
      <dt>Budget of a point</dt>
      <dd>${plan.budgetS} s at most, the minimum of samples is taken all the same</dd>
      <dt>Checks</dt>
      <dd>${plan.verify ? 'on, outside of the timed region' : 'off'}</dd>
      <dt>Pattern seed</dt>
      <dd>${plan.seed}</dd>
      <dt>Again</dt>
      <dd><code>${run.command}</code></dd>
    </dl>
    ${table(COLUMNS, rows, { wide: true })}
  </section>`;
}

const distinct = (points: readonly PlanPoint[], of: (point: PlanPoint) => string): string[] => [
  ...new Set(points.map(of)),
];

const COLUMNS: readonly Column<Row>[] = [
  { head: 'benchmark', kind: 'tight', cell: ({ id }) => `${findBenchmark(id)?.place ?? ''} ${id}` },
  {
    head: 'sizes',
    cell: ({ points }) =>
      listed(distinct(points, (point) => (point.size === 0 ? '' : formatBytes(point.size))).filter(Boolean)),
  },
  { head: 'sources', cell: ({ points }) => distinct(points, (point) => point.source).join(', ') },
  {
    head: 'variants',
    cell: ({ points }) =>
      listed(
        distinct(points, (point) => variantText(point))
          .filter(Boolean)
          .map((text) => text.replaceAll(', ', ' ')),
        'one',
      ),
  },
  {
    head: 'samples wanted',
    kind: 'n',
    cell: ({ points }) => distinct(points, (point) => String(point.samples)).join(', '),
  },
  {
    head: 'at least',
    kind: 'n',
    cell: ({ points }) => distinct(points, (point) => String(point.minSamples)).join(', '),
  },
  {
    head: 'warm-ups',
    kind: 'n',
    cell: ({ points }) => distinct(points, (point) => String(point.warmups)).join(', '),
  },
  {
    head: 'budget',
    kind: 'n',
    cell: ({ points }) => distinct(points, (point) => formatTime(point.budgetNs)).join(', '),
  },
];

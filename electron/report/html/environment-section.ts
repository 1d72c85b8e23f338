import { moved } from '../../bench/drift.ts';
import { formatBytes } from '../../model/format.ts';
import type { AccelNode } from '../../model/board.ts';
import type { Reading } from '../../model/outcome.ts';
import type { Run } from '../../model/run.ts';
import { html, NOTHING, type Markup, type Piece } from './markup.ts';
import { table, type Column } from './table.ts';
import { absent, flagWord, listed, three } from './words.ts';

/** What the numbers depend on: the board, and its readings before and after side by side. */
export function environmentSection(run: Run): Markup {
  const { identity } = run.board;
  return html`<section id="environment">
    <h2>Board and environment</h2>
    <dl>
      ${facts(run).map(
        ([term, value]) =>
          html`<dt>${term}</dt>
            <dd>${value}</dd>`,
      )}
    </dl>
    <h3>Accel nodes</h3>
    ${table(NODES, identity.nodes)}
    ${
      identity.readings.length === 0
        ? NOTHING
        : html`<h3>Read once</h3>
            ${table(READINGS, identity.readings, { wide: true })}`
    }
    <h3>Before and after the run</h3>
    ${beforeAfter(run)}
  </section>`;
}

function facts(run: Run): (readonly [string, Piece])[] {
  const { board, clockOffsetNs } = run;
  const { identity } = board;
  return [
    ['Board', `${board.id}, over ${board.transport}`],
    ['Model', identity.model],
    ['Serial', identity.serial ?? absent('the board gives none')],
    ['Kernel', `${identity.kernel} ${identity.machine}`],
    ['Page size', formatBytes(identity.pageSize)],
    ['dma-heaps', listed(identity.heaps)],
    [
      'Board clock minus host clock',
      clockOffsetNs === null ? absent('it was not measured') : `${three(clockOffsetNs / 1e6)} ms`,
    ],
    ['Clock of the samples', `CLOCK_MONOTONIC_RAW; one reading costs ${identity.clockCostNs} ns`],
  ];
}

const NODES: readonly Column<AccelNode>[] = [
  { head: 'node', kind: 'tight', cell: (node) => html`<code>${node.path}</code>` },
  { head: 'DSP', cell: (node) => node.dsp },
  { head: 'driver generation', cell: (node) => node.generation ?? html`<b>refused</b>` },
  { head: 'proof', cell: (node) => node.proof },
  { head: 'errno', kind: 'n', cell: (node) => (node.error === 0 ? '' : node.error) },
];

const READINGS: readonly Column<Reading>[] = [
  { head: 'reading', kind: 'tight', cell: (reading) => reading.key },
  { head: 'value', kind: 'break', cell: (reading) => valueOf(reading) },
  { head: 'source', kind: 'path', cell: (reading) => html`<code>${reading.source}</code>` },
];

interface Pair {
  readonly key: string;
  readonly before: Reading | undefined;
  readonly after: Reading | undefined;
  readonly moved: boolean;
}

const PAIRS: readonly Column<Pair>[] = [
  { head: 'reading', kind: 'tight', cell: (pair) => pair.key },
  { head: 'before', kind: 'break', cell: (pair) => valueOf(pair.before) },
  { head: 'after', kind: 'break', cell: afterCell },
  { head: 'change', kind: 'tight', cell: changeOf },
  {
    head: 'source',
    kind: 'path',
    cell: (pair) => html`<code>${(pair.before ?? pair.after)?.source ?? ''}</code>`,
  },
];

function beforeAfter({ before, after }: Run): Markup {
  const keys = [...new Set([...before, ...after].map((reading) => reading.key))];
  if (keys.length === 0) return html`<p class="muted">Nothing was read of the environment.</p>`;
  const movedKeys = moved(before, after);
  const pairs = keys.map((key): Pair => ({
    key,
    before: before.find((reading) => reading.key === key),
    after: after.find((reading) => reading.key === key),
    moved: movedKeys.includes(key),
  }));
  return table(PAIRS, pairs, { wide: true });
}

const same = ({ before, after }: Pair): boolean =>
  before !== undefined &&
  after !== undefined &&
  before.value === after.value &&
  before.reason === after.reason;

/** What stayed is not said twice. */
function afterCell(pair: Pair): Piece {
  return same(pair) ? html`<span class="muted">the same</span>` : valueOf(pair.after);
}

function changeOf(pair: Pair): Piece {
  const mark = pair.moved ? flagWord('moved') : NOTHING;
  if (same(pair)) return mark;
  const [from, to] = [numberOf(pair.before), numberOf(pair.after)];
  if (from === null || to === null || from === to) return mark;
  return html`${mark}${difference(from, to, pair.before?.unit ?? '')}`;
}

function numberOf(reading: Reading | undefined): number | null {
  const text = reading?.value ?? '';
  const value = text.trim() === '' ? NaN : Number(text);
  return Number.isFinite(value) ? value : null;
}

/** Temperatures in degrees (a ratio of them means nothing), everything else as a part of what it was. */
function difference(from: number, to: number, unit: string): string {
  const sign = to > from ? '+' : '−';
  const by = Math.abs(to - from);
  if (unit === 'm°C') return `${sign}${three(by / 1000)} °C`;
  return from === 0 ? `${sign}${three(by)}` : `${sign}${three((by / Math.abs(from)) * 100)} %`;
}

function valueOf(reading: Reading | undefined): Piece {
  if (reading === undefined) return absent('it was not read');
  if (reading.value === null) return absent(reading.reason);
  const text = inUnit(reading.value, reading.unit);
  return html`<span title="${reading.value} ${reading.unit}">${text}</span>`;
}

function inUnit(text: string, unit: string): string {
  const value = text.trim() === '' ? NaN : Number(text);
  if (!Number.isFinite(value)) return unit === '' ? text : `${text} ${unit}`;
  if (unit === 'kHz')
    return value >= 1e6 ? `${(value / 1e6).toFixed(3)} GHz` : `${(value / 1e3).toFixed(1)} MHz`;
  if (unit === 'm°C') return `${(value / 1000).toFixed(1)} °C`;
  if (unit === 'bytes' && Number.isSafeInteger(value) && value >= 0) return formatBytes(value);
  return unit === '' ? text : `${text} ${unit}`;
}

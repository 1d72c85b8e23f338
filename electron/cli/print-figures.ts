import { crossoversOf, type Crossing, type Crossover } from '../bench/crossover.ts';
import { proofsOf, type ProofLine } from '../bench/proof.ts';
import type { GroupCounter, PointGroup } from '../bench/results.ts';
import { sweepsOf, type Sweep } from '../bench/sweeps.ts';
import { waterfallOf, type EndToEnd, type WaterfallRow, type WaterfallSize } from '../bench/waterfall.ts';
import { directionOf } from '../bench/variants.ts';
import { formatBytes, formatDmaAddress, formatRate, formatTime } from '../model/format.ts';
import { shortSeries, subject } from './print-results.ts';
import { textTable, type Column } from './table.ts';
import { wrap } from './wrap.ts';

/** Rows of one list that are printed; the rest is counted. */
const MOST_ROWS = 32;

const right = (head: string): Column => ({ head, right: true });
const left = (head: string): Column => ({ head });

/** What follows from the times and what was counted beside them: parts for 80 columns, those without content left out. */
export function figuresText(groups: readonly PointGroup[], columns: number): string {
  const parts = [
    waterfallText(groups, columns),
    crossoverText(groups, columns),
    slopesText(groups),
    ratesText(groups),
    countersText(groups),
    proofsText(groups, columns),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function part(title: string, columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const more = rows.length - MOST_ROWS;
  const rest = more > 0 ? `\n  … and ${more} more: qda-lab report latest` : '';
  const shown = rows.slice(0, MOST_ROWS).map(([first = '', ...others]) => [`  ${first}`, ...others]);
  return `${title}\n${textTable(columns, shown)}${rest}`;
}

/** Sum of the stages of a buffer's way, the path that was measured in one go, and the same stages apart. */
function waterfallText(groups: readonly PointGroup[], columns: number): string {
  const sizes = waterfallOf(groups).filter(isShared);
  const heads = [
    left('  a buffer of'),
    left(''),
    right('its stages'),
    right('in one go'),
    right('apart'),
    right('difference'),
  ];
  const rows = sizes.flatMap((size) => [waterfallRow(size, size.cold), waterfallRow(size, size.warm)]);
  const text = part(
    'What sharing costs: its stages together; the path in one go, and the same apart',
    heads,
    rows,
  );
  const ends = sizes.flatMap(({ endToEnd }) => endToEnd);
  const partly = ends.find((end) => end.isPath && isPartly(end));
  return partly ? `${text}\n${wrap(partText(partly, sizes), columns, 4)}` : text;
}

/** A path without stamps between its stages: it holds some of them only. */
const isPartly = ({ split }: EndToEnd): boolean => split.length === 0;

function partText({ covers }: EndToEnd, sizes: readonly WaterfallSize[]): string {
  const stages = sizes[0]?.cold.stages ?? [];
  const titles = stages.filter(({ key }) => covers.includes(key)).map(({ title }) => title);
  return `  * of these stages only: ${titles.join(', ')}`;
}

/** Something that sharing pays was measured, and not only the call: making and freeing a buffer alone says nothing of it. */
function isShared({ cold, warm, endToEnd }: WaterfallSize): boolean {
  const measured = cold.stages.filter(({ time }) => time.kind === 'measured').length;
  return endToEnd.length > 0 || (warm.sumNs > 0 && measured > 1);
}

function waterfallRow({ size, endToEnd }: WaterfallSize, row: WaterfallRow): string[] {
  const { temperature, sumNs, missing } = row;
  const path = endToEnd.find((end) => end.isPath && end.temperature === temperature);
  return [
    temperature === 'cold' ? formatBytes(size) : '',
    temperature,
    sumNs === 0 ? '–' : `${missing.length === 0 ? '' : '≥ '}${formatTime(sumNs)}`,
    path ? `${formatTime(path.whole.ns)}${isPartly(path) ? ' *' : ''}` : '–',
    timeOr(path?.sumNs),
    signed(path?.differenceNs),
  ];
}

const timeOr = (ns: number | null | undefined): string => (typeof ns === 'number' ? formatTime(ns) : '–');

const signed = (ns: number | null | undefined, plus = '+'): string =>
  typeof ns !== 'number' ? '–' : `${ns > 0 ? plus : ns < 0 ? '−' : ''}${formatTime(Math.abs(ns))}`;

const WAY: Readonly<Record<Crossover['way'], string>> = {
  buffer: 'a buffer named in each call',
  mapped: 'a buffer that stands mapped',
  dma: 'a dma handle that the DSP maps',
};

function crossoverText(groups: readonly PointGroup[], columns: number): string {
  const all = crossoversOf(groups);
  if (all.length === 0) return '';
  const lines = all.map(
    (one) => `  ${one.direction}, ${WAY[one.way]}: ${crossingText(one.crossing)}${intervalText(one)}`,
  );
  return `Copy or share: where sharing is cheaper than copying (rpc.argsize)\n${wrap(lines.join('\n'), columns, 4)}`;
}

const sizeText = (bytes: number): string => formatBytes(Math.round(Number(bytes.toPrecision(3))));

function crossingText({ kind, bytes }: Crossing): string {
  if (kind === 'at') return `from ${sizeText(bytes)} on`;
  return kind === 'below'
    ? `at every size measured, from ${formatBytes(bytes)} on`
    : `no crossover within the sizes measured, up to ${formatBytes(bytes)}`;
}

function intervalText({ interval }: Crossover): string {
  if (interval.kind === 'too-few') return ' (too few samples for an interval)';
  const { low, high } = interval;
  if (low.kind === high.kind && low.kind !== 'at') return '';
  return ` (95 %: ${[low, high].map(endText).join(' to ')})`;
}

function endText({ kind, bytes }: Crossing): string {
  if (kind === 'at') return sizeText(bytes);
  return `${kind} ${formatBytes(bytes)}`;
}

/** Of each DSP benchmark the series that its slope is asked for; the report has all. */
const SLOPED: Readonly<Record<string, readonly string[]>> = {
  'dsp.map': ['map', 'unmap'],
  'rpc.argc': ['call'],
  'rpc.argsize': ['call'],
  'dsp.cache': ['dsp'],
};

function slopesText(groups: readonly PointGroup[]): string {
  const sweeps = sweepsOf(groups).filter(
    ({ benchmark, series, rows }) => rows.length > 1 && SLOPED[benchmark]?.includes(series) === true,
  );
  const heads = [
    left('  slope of'),
    left('series'),
    right('µs a'),
    left(''),
    right('95 % CI'),
    right('intercept'),
  ];
  return part('Slopes (Theil-Sen over the p50 of each run)', heads, sweeps.map(slopeRow));
}

function slopeRow({ benchmark, series, rows, line, axis, variantText }: Sweep): string[] {
  const name = `${benchmark} ${slopeName(rows, variantText, axis)}`.trim();
  const unit = axis === 'size' ? 'MiB' : 'buffer';
  if (line.kind === 'too-few') return [name, shortSeries(series), 'too few', unit, '', ''];
  const { slope, slopeInterval: interval, intercept } = line;
  const span = interval.kind === 'interval' ? `${three(interval.low)}…${three(interval.high)}` : 'too few';
  return [name, shortSeries(series), three(slope), unit, span, signed(intercept * 1000, '')];
}

/** Over buffers their size is a part of the name, their number is not. */
function slopeName(rows: Sweep['rows'], long: string, axis: Sweep['axis']): string {
  const [first] = rows;
  if (!first) return '';
  if (axis === 'size') return first.variantShort;
  return `${formatBytes(first.size)} ${directionOf(first.variant)} ${long.endsWith('inline') ? 'copy' : 'buf'}`;
}

function three(value: number): string {
  if (value === 0) return '0';
  const digits = 2 - Math.floor(Math.log10(Math.abs(value)));
  return value.toFixed(Math.min(Math.max(0, digits), 4)).replace('-', '−');
}

function ratesText(groups: readonly PointGroup[]): string {
  const rows = groups.flatMap((group) =>
    group.rows.flatMap(({ rate }) => {
      if (rate === null) return [];
      const { low, high, of, perSecond } = rate;
      const span = low === null || high === null ? 'too few' : `${bare(low)}…${bare(high)}`;
      return [[nameOf(group), formatRate(perSecond, of), span]];
    }),
  );
  return part(
    'How many a second: one over p50; of threads counted, slowest to fastest run',
    [left('  point'), right('a second'), right('range')],
    rows,
  );
}

/** Without what is counted: that stands beside it. */
const bare = (perSecond: number): string => formatRate(perSecond, '').replace('/s', '').trim();

const nameOf = (group: PointGroup): string =>
  `${group.point.benchmark} ${subject(group) === 'all' ? '' : subject(group)}`.trim();

function countersText(groups: readonly PointGroup[]): string {
  const rows = groups.flatMap((group) =>
    group.counters.map((counter) => [nameOf(group), counter.name, valuesText(counter)]),
  );
  const heads = [left('  point'), left('counted'), right('a sample')];
  return part('Counted, not timed: these do not depend on how busy the machine is', heads, rows);
}

function valuesText({ values, unit }: GroupCounter): string {
  const distinct = [...new Set(values)];
  const text =
    distinct.length > 1 ? `${Math.min(...distinct)}…${Math.max(...distinct)}` : String(distinct[0] ?? '');
  return unit === '' ? text : `${text} ${unit}`;
}

/** What speaks for each claim that nothing was copied; why an address is not known stands once below. */
function proofsText(groups: readonly PointGroup[], columns: number): string {
  const lines = proofsOf(groups);
  if (lines.length === 0) return '';
  const heads = [
    left('  zero copy'),
    right('inode'),
    left('same'),
    right('DMA address'),
    right('DSP address'),
    left('words'),
  ];
  const reasons = new Set(lines.flatMap(({ proof }) => (proof.dmaAddress === null ? [proof.dmaReason] : [])));
  const notes = [...reasons].map((reason) =>
    wrap(`  No DMA address: ${reason || 'no reason was given'}`, columns, 4),
  );
  if (lines.some(({ proof }) => proof.importIno === null)) notes.push(unseenInode(columns));
  const shown = lines.filter(({ verdict }) => verdict === 'shown').length;
  const wrong = lines.filter(({ verdict }) => verdict === 'contradicted').length;
  const partly = lines.length - shown - wrong;
  const tally = [
    `${shown} of ${lines.length} claims shown`,
    ...(partly > 0 ? [`${partly} in part`] : []),
    ...(wrong > 0 ? [`${wrong} CONTRADICTED`] : []),
  ].join(', ');
  const title = wrap(`Zero copy, ${tally}: one inode, words read across both ways`, columns, 2);
  return [part(title, heads, lines.map(proofRow)), ...notes].join('\n');
}

const unseenInode = (columns: number): string =>
  wrap(
    '  Same ?: the driver did not export what the DSP was given, so its inode cannot be compared',
    columns,
    4,
  );

function proofRow({ group, proof }: ProofLine): string[] {
  const ways = [proof.nonceToDsp ? '→' : '', proof.nonceFromDsp ? '←' : ''].join('');
  return [
    nameOf(group),
    String(proof.ino),
    proof.importIno === null ? '?' : proof.importIno === proof.ino ? 'yes' : 'NO',
    proof.dmaAddress === null ? '–' : formatDmaAddress(proof.dmaAddress),
    proof.dspAddress === null ? 'each call' : formatDmaAddress(proof.dspAddress),
    ways === '' ? 'none' : ways,
  ];
}

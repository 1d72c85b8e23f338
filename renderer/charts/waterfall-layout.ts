import type { StageKey } from '../../electron/bench/stages.ts';
import type { EndToEnd, Stage, WaterfallRow, WaterfallSize } from '../../electron/bench/waterfall.ts';
import { formatTime } from '../../electron/model/format.ts';
import { linearScale } from './scale.ts';

/** A stage as a length. */
export interface Segment {
  readonly key: StageKey;
  readonly number: number;
  readonly x: number;
  readonly width: number;
  readonly title: string;
  /** Wide enough for its number. */
  readonly wide: boolean;
}

/** Stages that are missing in one place share a mark there. */
export interface Hole {
  readonly x: number;
  readonly text: string;
  readonly title: string;
}

export interface Bar {
  readonly name: string;
  /** The path measured in one go: drawn with an outline; its end that no segment fills is no stage. */
  readonly go: boolean;
  readonly segments: readonly Segment[];
  readonly holes: readonly Hole[];
  /** Pixels from the left to where the text of the total begins. */
  readonly end: number;
  readonly total: string;
}

export interface Layout {
  readonly bars: readonly Bar[];
  readonly longestNs: number;
}

const WIDE = 13;

/** Cold above warm, each followed by the path of its temperature in one go, where there is such a series. null: nothing measured. */
export function layoutOf(size: WaterfallSize, width: number): Layout | null {
  const rows = [size.cold, size.warm].map((row) => ({
    row,
    go: size.endToEnd.find((end) => end.isPath && end.temperature === row.temperature) ?? null,
  }));
  const longestNs = Math.max(...rows.flatMap(({ row, go }) => [row.sumNs, go?.whole.ns ?? 0]));
  if (longestNs === 0) return null;
  const at = linearScale([0, longestNs], [0, width]);
  const bars = rows.flatMap(({ row, go }) => [
    barOf(row, at),
    ...(go === null ? [] : [wholeBar(go, size.cold.stages, at)]),
  ]);
  return { bars, longestNs };
}

/** Its place among the stages of this waterfall, from 1. */
export const stageNumber = (stages: readonly { readonly key: StageKey }[], key: StageKey): number =>
  stages.findIndex((stage) => stage.key === key) + 1;

function barOf(row: WaterfallRow, at: (ns: number) => number): Bar {
  const segments: Segment[] = [];
  const missing = new Map<number, Stage[]>();
  let ns = 0;
  for (const stage of row.stages) {
    const { time } = stage;
    if (time.kind === 'missing') missing.set(ns, [...(missing.get(ns) ?? []), stage]);
    if (time.kind !== 'measured' || !time.inSum) continue;
    segments.push(segment({ ...stage, ns: time.ns }, row.stages, [at(ns), at(ns + time.ns)]));
    ns += time.ns;
  }
  const sum = formatTime(row.sumNs);
  const total = row.missing.length === 0 ? sum : `≥ ${sum}, ${row.missing.length} missing`;
  const holes = [...missing].map(([place, stages]) => holeOf(row, at(place), stages));
  return { name: row.temperature, go: false, segments, holes, end: at(ns), total };
}

/** Its stages where it was measured with stamps between them. */
function wholeBar(end: EndToEnd, stages: readonly Stage[], at: (ns: number) => number): Bar {
  const { whole, sumNs, differenceNs, split, temperature } = end;
  let ns = 0;
  const segments = split.map((one) => {
    const ends = [at(ns), at(ns + one.ns)] as const;
    ns += one.ns;
    return segment(one, stages, ends);
  });
  const apart = sumNs === null || differenceNs === null ? '' : `, ${signedTime(differenceNs)} against apart`;
  return {
    name: `${temperature}, one go`,
    go: true,
    segments,
    holes: [],
    end: at(whole.ns),
    total: `${formatTime(whole.ns)}${apart}`,
  };
}

function segment(
  { key, title, ns }: { readonly key: StageKey; readonly title: string; readonly ns: number },
  stages: readonly Stage[],
  [from, to]: readonly [number, number],
): Segment {
  const number = stageNumber(stages, key);
  const width = to - from;
  return { key, number, x: from, width, title: `${number} ${title}: ${formatTime(ns)}`, wide: width >= WIDE };
}

export const signedTime = (ns: number): string =>
  `${ns > 0 ? '+' : ns < 0 ? '−' : ''}${formatTime(Math.abs(ns))}`;

/** '4?' or '3–7?'. */
function holeOf({ stages: all }: WaterfallRow, x: number, stages: readonly Stage[]): Hole {
  const numbers = stages.map((stage) => stageNumber(all, stage.key));
  const [first, last] = [numbers[0] ?? 0, numbers.at(-1) ?? 0];
  const unbroken = numbers.length > 2 && last - first === numbers.length - 1;
  return {
    x,
    text: `${unbroken ? `${first}–${last}` : numbers.join(' ')}?`,
    title: `missing: ${stages.map((stage) => stage.title).join(', ')}`,
  };
}

/** What belongs together has one colour: what is opened is full, what closes it is hatched. On the DSP grey: crossed, full, hatched. */
export const STAGE_LOOK: Readonly<
  Record<StageKey, { readonly colour: string; readonly look: 'full' | 'hatch' | 'cross' }>
> = {
  allocate: { colour: '--series-1', look: 'full' },
  export: { colour: '--series-2', look: 'full' },
  'hand-over': { colour: '--series-3', look: 'full' },
  import: { colour: '--series-4', look: 'full' },
  'dsp-map': { colour: '--text-faint', look: 'cross' },
  map: { colour: '--series-5', look: 'full' },
  touch: { colour: '--series-6', look: 'full' },
  invoke: { colour: '--text-faint', look: 'full' },
  'dsp-unmap': { colour: '--text-faint', look: 'hatch' },
  unmap: { colour: '--series-5', look: 'hatch' },
  detach: { colour: '--series-4', look: 'hatch' },
  'close-fd': { colour: '--series-2', look: 'hatch' },
  free: { colour: '--series-1', look: 'hatch' },
};

import { groupsOf, type PointGroup, type ResultRow } from '../bench/results.ts';
import { sweepsOf, type Sweep } from '../bench/sweeps.ts';
import type { Bandwidth } from '../bench/statistics/bandwidth.ts';
import type { Figure, Interval, NotDefined, TooFew } from '../bench/statistics/figures.ts';
import type { RunVariation } from '../bench/statistics/runs.ts';
import type { Summary } from '../bench/statistics/summary.ts';
import { nameOf, waterfallOf, type EndToEnd, type Stage, type WaterfallSize } from '../bench/waterfall.ts';
import type { Run } from '../model/run.ts';
import type { Json } from './codec.ts';
import { dspDerived } from './derived-dsp.ts';

/** Everything computed from the raw samples, for readers that do not want to compute it: never read back. */
export function derivedOf(run: Run): Json {
  const groups = groupsOf(run);
  return {
    results: groups.map(groupJson),
    slopes: sweepsOf(groups).map(slopeJson),
    waterfall: waterfallOf(groups).map(sizeJson),
    ...dspDerived(groups),
  };
}

function groupJson(group: PointGroup): Json {
  const { point } = group;
  return {
    key: group.key,
    benchmark: point.benchmark,
    title: group.title,
    size: point.size,
    source: point.source,
    variant: point.variant,
    variantText: group.rows[0]?.variantText ?? '',
    status: group.status,
    flags: group.flags,
    reason: group.reason,
    call: group.call,
    error: group.error,
    limit: group.limit,
    verified: group.verified,
    mismatches: group.mismatches,
    leftBehind: group.leftBehind,
    dropped: group.dropped,
    count: point.count,
    counters: group.counters.map(({ name, unit, values }) => ({ name, unit, values })),
    series: group.rows.map(rowJson),
  };
}

function rowJson(row: ResultRow): Json {
  const head = { series: row.series, unit: 'ns', n: row.samples.length };
  if (row.summary.kind === 'too-few') return { ...head, tooFew: tooFewJson(row.summary) };
  return {
    ...head,
    ...summaryJson(row.summary),
    ...betweenRuns(row),
    bandwidth: bandwidthJson(row.bandwidth),
    ...(row.rate === null ? {} : { rate: { ...row.rate } }),
  };
}

function summaryJson(summary: Summary): { readonly [key: string]: Json } {
  return {
    min: summary.min,
    p50: summary.p50,
    p50Interval: p50Interval(summary.p50Interval),
    mean: summary.mean,
    sd: figureJson(summary.sd),
    mad: figureJson(summary.mad),
    p90: figureJson(summary.p90),
    p99: figureJson(summary.p99),
    p999: figureJson(summary.p999),
    max: summary.max,
    outliers: outliersJson(summary.tukey),
  };
}

function betweenRuns(row: ResultRow): { readonly [key: string]: Json } {
  return { p50OfRuns: row.p50s, variation: variationJson(row.variation) };
}

const tooFewJson = ({ what, n, needs }: TooFew): Json => ({ what, n, needs });

const figureJson = (figure: Figure): Json =>
  figure.kind === 'value' ? figure.value : { tooFew: tooFewJson(figure) };

function p50Interval(interval: Summary['p50Interval']): Json {
  if (interval.kind === 'too-few') return { tooFew: tooFewJson(interval) };
  const { low, high, level, lowRank, highRank, coverage } = interval;
  return { low, high, level, lowRank, highRank, coverage };
}

export function intervalJson(interval: Interval | TooFew | NotDefined): Json {
  if (interval.kind === 'too-few') return { tooFew: tooFewJson(interval) };
  if (interval.kind === 'not-defined') return { notDefined: interval.reason };
  return { low: interval.low, high: interval.high, level: interval.level };
}

function outliersJson(tukey: Summary['tukey']): Json {
  if (tukey.kind === 'too-few') return { tooFew: tooFewJson(tukey) };
  const { q1, q3, lowSevere, lowMild, highMild, highSevere } = tukey;
  return { q1, q3, lowSevere, lowMild, highMild, highSevere };
}

function variationJson(variation: RunVariation | TooFew | NotDefined): Json {
  if (variation.kind === 'too-few') return { tooFew: tooFewJson(variation) };
  if (variation.kind === 'not-defined') return { notDefined: variation.reason };
  return { value: variation.value, unstable: variation.unstable };
}

function bandwidthJson(bandwidth: Bandwidth | NotDefined | TooFew | null): Json {
  if (bandwidth === null) return null;
  if (bandwidth.kind === 'too-few') return { tooFew: tooFewJson(bandwidth) };
  if (bandwidth.kind === 'not-defined') return { notDefined: bandwidth.reason };
  return { unit: 'GB/s', value: bandwidth.value, interval: intervalJson(bandwidth.interval) };
}

function slopeJson(sweep: Sweep): Json {
  const { key, benchmark, series, source, variant, line, axis } = sweep;
  const places = axis === 'size' ? {} : { counts: sweep.rows.map((row) => row.count) };
  const head = {
    key,
    benchmark,
    series,
    source,
    variant,
    sizes: sweep.rows.map((row) => row.size),
    ...places,
  };
  if (line.kind === 'too-few') return { ...head, tooFew: tooFewJson(line) };
  return {
    ...head,
    n: line.n,
    ...slopeNames(axis, line.slope, intervalJson(line.slopeInterval)),
    interceptUs: line.intercept,
  };
}

const slopeNames = (axis: Sweep['axis'], slope: number, interval: Json): { readonly [key: string]: Json } =>
  axis === 'size'
    ? { usPerMib: slope, usPerMibInterval: interval }
    : { usPerBuffer: slope, usPerBufferInterval: interval };

function sizeJson({ size, cold, warm, endToEnd }: WaterfallSize): Json {
  const row = (one: WaterfallSize['cold']): Json => ({
    sumNs: one.sumNs,
    missing: one.missing,
    stages: one.stages.map(stageJson),
  });
  return { size, cold: row(cold), warm: row(warm), endToEnd: endToEnd.map(endToEndJson) };
}

function stageJson({ key, time }: Stage): Json {
  if (time.kind === 'missing') return { stage: key, missing: time.reason };
  if (time.kind === 'not-paid') return { stage: key, notPaid: time.reason };
  const { benchmark, series, ns, n, status, unstable, inSum, inGo, note } = time;
  return { stage: key, benchmark, series, p50Ns: ns, n, status, unstable, inSum, inGo, note };
}

const endToEndJson = (one: EndToEnd): Json => ({
  title: one.title,
  temperature: one.temperature,
  isPath: one.isPath,
  covers: one.covers,
  also: one.also.map(nameOf),
  p50Ns: one.whole.ns,
  stages: one.split.map(({ key, ns }) => ({ stage: key, p50Ns: ns })),
  besides: one.besides.map(({ title, ns }) => ({ title, p50Ns: ns })),
  sumNs: one.sumNs,
  differenceNs: one.differenceNs,
  missing: one.missing,
});

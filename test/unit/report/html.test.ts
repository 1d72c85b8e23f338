import { parseHTML } from 'linkedom';
import { beforeAll, expect, test } from 'vitest';
import { runsOnDsp } from '../../../electron/bench/catalogue.ts';
import { groupsOf } from '../../../electron/bench/results.ts';
import { isWholePath } from '../../../electron/bench/variants.ts';
import type { PlanPoint } from '../../../electron/model/plan.ts';
import type { Run } from '../../../electron/model/run.ts';
import { runToHtml } from '../../../electron/report/html.ts';
import { SIMULATED } from '../../../electron/report/statement.ts';
import { fixtureRun } from './fixture.ts';

/** What these tests ask of an element; the types of linkedom want a browser's. */
interface Element {
  readonly textContent: string;
  readonly localName: string;
  readonly outerHTML: string;
  readonly children: Iterable<Element>;
  readonly attributes: Iterable<{ readonly name: string; readonly value: string }>;
  getAttribute(name: string): string | null;
  querySelector(selector: string): Element | null;
  querySelectorAll(selector: string): Iterable<Element>;
}

const parse = (text: string): Element =>
  (parseHTML(text) as unknown as { readonly document: { readonly documentElement: Element } }).document
    .documentElement;

const plain = (element: Element | null): string => (element?.textContent ?? '').replace(/\s+/g, ' ').trim();
const all = (element: Element | null, selector: string): Element[] => [
  ...(element?.querySelectorAll(selector) ?? []),
];

function section(page: Element, id: string): Element {
  const found = page.querySelector(`#${id}`);
  if (!found) throw new Error(`no section ${id}`);
  return found;
}

/** The cells of the row that begins with these texts. */
function row(place: Element, ...begins: string[]): string[] {
  const rows = all(place, 'tr').map((line) => all(line, 'td').map(plain));
  const found = rows.find((cells) => begins.every((text, at) => cells[at] === text));
  if (!found) throw new Error(`no row ${begins.join(' | ')}`);
  return found;
}

const run = fixtureRun({ samples: 400 });
let text = '';
let page: Element;
beforeAll(() => {
  text = runToHtml(run);
  page = parse(text);
});

test('the first line of the text and of the page says that the board is simulated', () => {
  expect(text.split('\n')[0]).toBe(`<!doctype html><!-- ${SIMULATED} -->`);
  const [first] = page.querySelector('body')?.children ?? [];
  expect(plain(first ?? null)).toBe(SIMULATED);
  expect(plain(page.querySelector('title'))).toMatch(/^Simulated: /);
  expect(text).toContain('@top-left{content:"Measured on a simulated board');
});

test('a run on hardware says that, and the word simulated stands in the rules only', () => {
  const hardware = parse(runToHtml(fixtureRun({ simulated: false })));
  const [first] = hardware.querySelector('body')?.children ?? [];
  expect(plain(first ?? null)).toBe('Measured on hardware.');
  for (const part of all(hardware, 'section').filter((one) => one.getAttribute('id') !== 'rules'))
    expect(plain(part)).not.toContain('imulated');
});

test('nothing is loaded and nothing runs', () => {
  expect(all(page, 'script, link, iframe, object, embed, img, image, form, base, foreignObject')).toEqual([]);
  for (const element of all(page, '*')) {
    for (const { name, value } of element.attributes) {
      expect(name.startsWith('on')).toBe(false);
      if (['href', 'src', 'xlink:href'].includes(name)) expect(value).toMatch(/^#/);
      if (/url\(/.test(value)) expect(value).toMatch(/^url\(#(?:hatch|cross)-(?:s\d|muted)\)$/);
    }
  }
  expect(text).not.toMatch(/@import|https?:(?!\/\/www\.w3\.org\/)/);
  const policy = page.querySelector('meta[http-equiv="Content-Security-Policy"]')?.getAttribute('content');
  expect(policy).toContain("default-src 'none'");
});

test('every link of the contents has its section, and ids are there once', () => {
  const ids = all(page, '[id]').map((element) => element.getAttribute('id'));
  expect(new Set(ids).size).toBe(ids.length);
  for (const link of all(page, 'a')) expect(ids).toContain(link.getAttribute('href')?.slice(1));
});

test('the same run gives the same text', () => {
  expect(runToHtml(run)).toBe(text);
});

test('the waterfall has every stage of every size, its sums and the difference', () => {
  const place = section(page, 'waterfall');
  expect(all(place, '.strip')).toHaveLength(3);
  expect(row(place, '4 import').slice(2)).toHaveLength(6);
  expect(row(place, '1 allocate')[3]).toBe('kept');
  expect(row(place, 'sum')[2]).toMatch(/^\d+ µs$/);
  expect(row(place, 'difference')[2]).toMatch(/^[+−]/);
  expect(plain(place.querySelector('ol.notes'))).toContain('unstable: the p50 varies by more than 10 %');
});

test('the complete path in one go has bars of its own, cold and warm, and its stages in the table', () => {
  const place = section(page, 'waterfall');
  const texts = all(place, '.strip svg text').map(plain);
  for (const name of ['cold, one go', 'warm, one go'])
    expect(texts.filter((one) => one === name)).toHaveLength(3);
  expect(texts.filter((one) => /^[\d.]+ µs, apart [\d.]+ µs$/.test(one))).toHaveLength(6);
  expect(row(place, '1 allocate')[2]).toMatch(/^[\d.]+ µs ?[\d.]+ µs$/);
  expect(row(place, 'of it no stage')[2]).toMatch(/^[\d.]+ µs$/);
  expect(row(place, 'apart').slice(1, 4)).toEqual([
    'sum of the same stages, each measured by itself: those above',
    row(place, 'sum')[2],
    row(place, 'sum')[3],
  ]);
  expect(row(place, 'difference').slice(2)).not.toContain('');
  expect(plain(place)).toContain('It holds all stages and is compared with their sum.');
});

/** Without some points. */
const without = (gone: (point: PlanPoint) => boolean): typeof run => ({
  ...run,
  points: run.points.filter(({ point }) => !gone(point)),
});

test('without the complete path the one from create to close has a bar, and says what it holds', () => {
  const place = section(parse(runToHtml(without(isWholePath))), 'waterfall');
  const texts = all(place, '.strip svg text').map(plain);
  expect(texts.filter((one) => one === 'in part, one go')).toHaveLength(3);
  expect(texts).not.toContain('warm, one go');
  expect(texts.filter((one) => /^\d+ µs, apart \d+ µs$/.test(one))).toHaveLength(3);
  expect(row(place, 'apart')[1]).toBe('sum of stages 1–4, 11–13');
  expect(plain(place)).toContain(
    'compared with the sum of these, not with the sum of all: without 5 DSP map, 6 map, 7 first touch, 8 invoke, 9 DSP unmap, 10 unmap',
  );
});

test('a stage that only the complete path has is told as that', () => {
  const place = section(parse(runToHtml(without(({ benchmark }) => benchmark === 'mem.alloc'))), 'waterfall');
  expect(plain(place.querySelector('ol.notes'))).toContain(
    'not measured by itself: its time within the complete path in one go',
  );
  expect(row(place, 'apart')[2]).toBe('none');
  expect(row(place, 'sum')[2]).toMatch(/^\d+ µs$/);
});

test('a run of an agent without the path has two bars, and says that nothing holds the whole', () => {
  const points = run.points.map((result) => ({
    ...result,
    series: result.series.filter((one) => one.name !== 'path'),
  }));
  const place = section(parse(runToHtml({ ...run, points })), 'waterfall');
  expect(
    all(place, '.strip svg text')
      .map(plain)
      .filter((one) => one.endsWith('one go')),
  ).toEqual([]);
  expect(row(place, 'apart')[1]).toBe('sum of stages 3, 4 and mem.handoff read');
  expect(plain(place)).toContain('No series of this run measures the whole path in one go');
});

test('a missing stage is in the picture and in the table, with its reason', () => {
  const gone = (point: PlanPoint): boolean => point.benchmark === 'mem.import' || isWholePath(point);
  const place = section(parse(runToHtml(without(gone))), 'waterfall');

  const notes = all(place, 'ol.notes li').map(plain);
  const letter = 'abc'[notes.indexOf('mem.import was not in the plan at this size')] ?? '';
  expect(row(place, '4 import')[2]).toBe(`missing${letter}`);
  expect(row(place, 'sum')[2]).toMatch(/^≥ /);
  expect(all(place, '.strip svg text').map(plain)).toContain('4?');
});

test('results show p50 with its interval, and p99 only where n allows it', () => {
  const place = section(page, 'results');
  const [group] = groupsOf(run).filter((one) => one.point.benchmark === 'mem.alloc');
  const summary = group?.rows[0]?.summary;
  if (summary?.kind !== 'summary') throw new Error('a summary');
  const cells = row(place, '4 KiB', 'qda', 'alloc');
  expect(cells[3]).toBe('1200');
  expect(cells[6]).toMatch(/^\d[\d.]* to \d[\d.]* µs$/);
  const exact = all(place, 'td b span').map((element) => element.getAttribute('title'));
  expect(exact).toContain(`${summary.p50} ns`);
  const bandwidth = all(place, 'h3').find((heading) => plain(heading).includes('cpu.bw'));
  expect(plain(bandwidth ?? null)).toContain('simulated');
  const few = section(parse(runToHtml(fixtureRun({ samples: 20 }))), 'results');
  expect(row(few, '4 KiB', 'qda', 'alloc')[8]).toBe('n too small');
});

test('status words, flags and reasons are in the results', () => {
  const place = plain(section(page, 'results'));
  for (const word of ['✓ pass', '✕ fail', '▲ error', '– skip', '○ not-run', 'unstable', 'drifted'])
    expect(place).toContain(word);
  expect(place).toContain('3 words of 8192 read back another value');
});

test('a series without a sample is named, a point of nothing else has its reason alone', () => {
  const points = run.points.map((result) =>
    result.point.benchmark === 'mem.alloc'
      ? {
          ...result,
          series: result.series.map((one, at) => (at === 0 ? one : { ...one, ns: new Float64Array() })),
        }
      : result.point.benchmark === 'mem.export'
        ? {
            ...result,
            status: 'skip' as const,
            reason: 'none here',
            series: [{ name: 'first', ns: [], sha256: '' }],
          }
        : result,
  );
  const place = section(parse(runToHtml({ ...run, points })), 'results');
  const notes = all(place, 'td.note').map(plain);
  expect(notes).toContain('No samples of close.');
  expect(notes).toContain('none here.');
});

test('failures and skips are joined by their reason', () => {
  const cells = row(section(page, 'failures'), 'mem.import', 'render');
  expect(cells.slice(2, 6)).toEqual(['4 KiB, 64 KiB, 1 MiB', '', '– skip', '9']);
});

test('every chart has a label and its data as a table', () => {
  for (const id of ['latency', 'bandwidth', 'distributions']) {
    const figures = all(section(page, id), 'figure');
    expect(figures.length).toBeGreaterThan(0);
    for (const figure of figures) {
      expect(figure.querySelector('svg[role=img]')?.getAttribute('aria-label')).toMatch(/table/);
      expect(all(figure, 'table tbody tr').length).toBeGreaterThan(0);
    }
  }
});

test('a size that was not measured breaks its line and is named in the table', () => {
  const sweep = {
    ...run,
    points: run.points.filter((one) => one.point.source !== 'udmabuf' || one.point.size !== 65536),
  };
  const broken = all(section(parse(runToHtml(sweep)), 'latency'), 'figure').find((one) =>
    plain(one).startsWith('A5 mem.import cold'),
  );
  if (!broken) throw new Error('the chart');
  expect(row(broken, 'udmabuf')[2]).toBe('not measured');
  const paths = all(broken, '[aria-label=line] path').map((path) => path.getAttribute('d') ?? '');
  expect(paths.map((d) => d.split('M').length - 1).sort()).toEqual([1, 1, 1, 2]);
});

test('every tick of an axis has its text', () => {
  for (const group of all(page, '[aria-label$="tick label"]'))
    for (const label of all(group, 'text')) expect(plain(label)).not.toBe('');
});

test('the environment stands side by side, moved readings marked and absent ones with their reason', () => {
  const place = section(page, 'environment');
  expect(row(place, 'cpu0.freq').slice(1, 4)).toEqual(['2.400 GHz', '1.805 GHz', 'moved −24.8 %']);
  expect(row(place, 'thermal.cpu0').slice(1, 4)).toEqual(['48.3 °C', '61.2 °C', 'moved +12.9 °C']);
  expect(row(place, 'cpu0.governor').slice(1, 4)).toEqual(['schedutil', 'the same', '']);
  expect(row(place, 'iommu.mode')[1]).toBe('absent: /sys/kernel/iommu_groups: EACCES');
});

test('the memory picture names tiers, addresses, findings and why a value is unknown', () => {
  const place = section(page, 'memory');
  const words = plain(place);
  for (const finding of run.memory?.findings ?? []) expect(words).toContain(finding.text);
  expect(row(place, 'qda-cb-cdsp-2', '2·0x8000_0000')[3]).toBe('import');
  expect(words).toContain('The tier dma begins with its trace, at 1.000 s');
  expect(row(place, '7001')[2]).toBe('2.99 MiBbufinfo');
  const blind: Run = {
    ...run,
    memory: run.memory && {
      ...run.memory,
      buffers: run.memory.buffers.map((one) => ({
        ...one,
        attachedTo: { value: null, why: 'bufinfo: EACCES' },
      })),
    },
  };
  expect(plain(section(parse(runToHtml(blind)), 'memory'))).toContain('bufinfo: EACCES');
});

test('a very large memory picture is cut, and says so', () => {
  const { memory } = run;
  const one = memory?.buffers[0];
  if (!memory || !one) throw new Error('a buffer');
  const buffers = Array.from({ length: 5000 }, (_, at) => ({ ...one, ino: at }));
  const place = section(parse(runToHtml({ ...run, memory: { ...memory, buffers } })), 'memory');
  expect(plain(place)).toContain('4600 more rows left out here');
});

test('the command, the gaps and the digests are there in full', () => {
  expect(plain(section(page, 'glance'))).toContain(run.command);
  expect(plain(section(page, 'gaps'))).toContain('The connection to the board was lost.');
  const digests = all(section(page, 'digests'), 'td code').map(plain);
  expect(digests).toEqual(run.points.flatMap((result) => result.series.map((series) => series.sha256)));
});

test('a run with nothing in it is a report all the same', () => {
  const empty: Run = {
    ...run,
    status: 'incomplete',
    reason: 'The agent ended.',
    endedAt: null,
    points: [],
    before: [],
    after: [],
    gaps: [],
    memory: null,
    plan: { ...run.plan, points: [] },
  };
  const words = plain(parse(runToHtml(empty)));
  for (const sentence of [
    'This run is incomplete. Reason: The agent ended.',
    'This run measured no stage of sharing a buffer.',
    'The plan of this run has no point.',
    'No benchmark of this run was swept over sizes.',
    'No picture of the memory managers was taken in this run.',
    'Nothing was read of the environment.',
  ])
    expect(words).toContain(sentence);
});

test('samples of zero do not break a logarithmic chart', () => {
  const points = run.points.map((result) => ({
    ...result,
    series: result.series.map((series) => ({ ...series, ns: new Float64Array(series.ns.length) })),
  }));
  const words = plain(parse(runToHtml({ ...run, points })));
  expect(words).toContain('No value above zero to draw.');
  expect(words).not.toMatch(/NaN|Infinity|undefined/);
});

test('what is many folds away, and opens where something went wrong', () => {
  const folded = all(section(page, 'results'), 'details');
  expect(folded.length).toBe(17); // the complete paths of mem.handoff among them
  expect(folded.every((one) => one.getAttribute('open') === null)).toBe(true);
  expect(plain(folded[7]?.querySelector('summary') ?? null)).toMatch(
    /^C2 rpc\.ping: An empty call to our code simulated p50 of call [\d.]+ µs to [\d.]+ µs, 2 points$/,
  );
  const points = run.points.map((result) =>
    result.point.benchmark === 'dsp.read'
      ? { ...result, status: 'error' as const, reason: 'ENOTCONN' }
      : result,
  );
  const broken = all(section(parse(runToHtml({ ...run, points })), 'results'), 'details');
  expect(broken.filter((one) => one.getAttribute('open') !== null)).toHaveLength(1);
});

test('a run without the DSP has none of its sections, and every result open', () => {
  const points = run.points.filter(({ point }) => !runsOnDsp(point));
  const plan = { ...run.plan, points: points.map(({ point }) => point) };
  const only = parse(runToHtml({ ...run, plan, points, dsp: null, dspLog: { lines: [], omitted: 0 } }));
  for (const id of ['calls', 'crossover', 'zero-copy']) expect(only.querySelector(`#${id}`)).toBeNull();
  expect(all(section(only, 'results'), 'details')).toEqual([]);
  expect(plain(section(only, 'memory'))).not.toContain('DSP processes');
  expect(plain(section(only, 'waterfall'))).not.toContain('DSP map');
});

test('the crossing is marked in the picture and said with its interval and its seed', () => {
  const place = section(page, 'crossover');
  expect(row(place, 'to the DSP', 'a buffer that stands mapped')[3]).toMatch(/^from [\d.]+ KiB on$/);
  expect(row(place, 'to the DSP', 'a buffer that stands mapped')[4]).toMatch(/^[\d.]+ KiB to [\d.]+ KiB$/);
  const titles = all(place, 'td span[title]').map((one) => one.getAttribute('title'));
  expect(titles).toContain('bootstrap, 10000 resamples, xoshiro128** with seed 20261122');
  expect(
    all(place, 'svg title')
      .map(plain)
      .filter((text) => text.startsWith('from ')),
  ).toHaveLength(3);
});

test('every claim of zero copy has its proof, and the results link to it', () => {
  const place = section(page, 'zero-copy');
  expect(plain(place.querySelector('summary'))).toMatch(/^\d+ claims: \d+ shown$/);
  expect(row(place, 'dsp.read', '1 MiB, qda, HVX, 1 thread').slice(4)).toEqual([
    '3·0x8120_0000',
    '0x4010_0000',
    'read',
    'read',
    '✓ shown',
  ]);
  expect(all(section(page, 'results'), 'a[href="#zero-copy"]').length).toBeGreaterThan(0);
});

test('the memory section shows the DSP process to scale, and when it was seen', () => {
  const place = section(page, 'memory');
  expect(plain(place)).toContain('As seen once while the plan ran, at its point 61');
  expect(plain(place)).toContain('17 MiB of 1.98 GiB held');
  expect(all(place, 'svg.space rect').length).toBe(4);
  expect(plain(place)).toContain('qbench: <b>no</b> thread left');
  expect(plain(place)).toContain('3 more lines came and were not kept');
});

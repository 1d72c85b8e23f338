import { parseHTML } from 'linkedom';
import { expect, test } from 'vitest';
import { Xoshiro128 } from '../../../electron/bench/statistics/rng.ts';
import type { Run } from '../../../electron/model/run.ts';
import { runToHtml } from '../../../electron/report/html.ts';
import { runToJson } from '../../../electron/report/json.ts';
import { parseRun } from '../../../electron/report/parse.ts';
import { fixtureRun } from './fixture.ts';

const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</style><script>alert(1)</script>',
  '</title></head><body onload=alert(1)>',
  '--><svg onload=alert(1)>',
  ']]><iframe src="javascript:alert(1)">',
  '&lt;b&gt;&amp;&#x3c;',
  '${alert(1)}`',
  '\u202egnp.exe\u2066',
  'a\0b\x1b[31mc\x7f',
  '\ud800 lone',
  'javascript:alert(1)',
  'url(https://example.invalid/x)',
  '=HYPERLINK("x")',
  'é'.normalize('NFD').repeat(40),
];

/** Words of the model: they are not texts of anybody else. */
const KEEP = new Set([
  'schema',
  'status',
  'source',
  'sha256',
  'seed',
  'startedAt',
  'endedAt',
  'tier',
  'kind',
  'how',
  'severity',
  'level',
  'benchmark',
  'unit',
]);

/** The run with every text that comes from outside replaced by something hostile. */
function poisoned(value: unknown, next: () => string, key = ''): unknown {
  if (typeof value === 'string') return KEEP.has(key) ? value : next();
  if (typeof value !== 'object' || value === null || value instanceof Float64Array) return value;
  if (Array.isArray(value)) return value.map((one) => poisoned(one, next, key));
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, poisoned(one, next, name)]));
}

function hostileRun(seed: number): Run {
  const rng = new Xoshiro128(seed);
  const pick = (): string => HOSTILE[Math.floor(rng.uniform() * HOSTILE.length)] ?? '';
  return poisoned(fixtureRun({ samples: 8 }), () => (rng.uniform() < 0.3 ? pick() + pick() : pick())) as Run;
}

interface Element {
  readonly localName: string;
  readonly textContent: string;
  readonly attributes: Iterable<{ readonly name: string; readonly value: string }>;
}

const elements = (text: string): Element[] => {
  const { document } = parseHTML(text) as unknown as {
    readonly document: { querySelectorAll(selector: string): Iterable<Element> };
  };
  return [...document.querySelectorAll('*')];
};

const ALLOWED = new Set(
  [
    'html head meta title style body div p header h1 h2 h3 nav ul ol li a main section dl dt dd pre code span b br sup table',
    'details summary caption thead tbody tr th td figure figcaption svg g path text tspan line rect circle defs pattern title',
  ].flatMap((names) => names.split(' ')),
);

test.each([1, 2, 3, 4, 5])('hostile texts stay texts: seed %i', (seed) => {
  const run = hostileRun(seed);
  const text = runToHtml(run);
  const found = elements(text);
  expect(
    [...new Set(found.map((element) => element.localName))].filter((name) => !ALLOWED.has(name)),
  ).toEqual([]);
  const names = found.flatMap((element) => [...element.attributes].map((attribute) => attribute.name));
  expect(names.filter((name) => name.startsWith('on') || name === 'src')).toEqual([]);
  const links = found.flatMap((element) =>
    [...element.attributes].filter(({ name }) => name === 'href' || name === 'xlink:href'),
  );
  expect(links.every(({ value }) => value.startsWith('#'))).toBe(true);
  expect(found.filter((element) => element.localName === 'style')).toHaveLength(1);
  // eslint-disable-next-line no-control-regex -- they are what must not be there
  expect(text.search(/[\0\x1b\x7f\u202e\u2066]/)).toBe(-1);
  expect(text.isWellFormed()).toBe(true);
});

test('what was escaped reads as it was meant', () => {
  const run = fixtureRun({ samples: 8 }, { label: '<b>&"\'', command: 'qda-lab bench --label "<i>"' });
  const text = runToHtml(run);
  const code = elements(text).find((element) => element.localName === 'code');
  expect(code?.textContent).toBe('qda-lab bench --label "<i>"');
  const title = elements(text).find((element) => element.localName === 'h1');
  expect(title?.textContent).toContain('<b>&"\'');
});

test('a hostile run survives its file', () => {
  const run = hostileRun(9);
  const read = parseRun(runToJson(run), 'x');
  expect(read.ok).toBe(true);
  if (read.ok) expect(runToJson(read.value)).toBe(runToJson(run));
});

import { groupsOf } from '../bench/results.ts';
import type { Run } from '../model/run.ts';
import { callsSection } from './html/calls-section.ts';
import { chartsSection } from './html/charts-section.ts';
import { crossoverSection } from './html/crossover-section.ts';
import { digestSection } from './html/digest-section.ts';
import { environmentSection } from './html/environment-section.ts';
import { glance, utc } from './html/glance.ts';
import { escapeHtml, html, trusted, type Markup } from './html/markup.ts';
import { memorySection } from './html/memory-section.ts';
import { planSection } from './html/plan-section.ts';
import { proofSection } from './html/proof-section.ts';
import { resultsSection } from './html/results-section.ts';
import { rulesSection } from './html/rules-section.ts';
import { styleSheet } from './html/style.ts';
import { troubleSection } from './html/trouble-section.ts';
import { waterfallSection } from './html/waterfall-section.ts';
import { statementOf } from './statement.ts';

/** Nothing is loaded and nothing runs: the file is all there is. */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/**
 * The report of a stored run as one self-contained HTML file, charts inside. Its first line, in the text and on the page, says
 * whether it was measured on a simulated board. The same run gives the same text.
 */
export function runToHtml(run: Run): string {
  const statement = statementOf(run);
  const title = titleOf(run);
  const body = sections(run);
  const page = html`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta http-equiv="Content-Security-Policy" content="${POLICY}" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="generator" content="QDA Lab ${run.app.version}" />
      <title>${run.simulated ? 'Simulated: ' : ''}${title}</title>
      <style>
        ${trusted(styleSheet(run.simulated))}
      </style>
    </head>
    <body>
      <div class="banner ${run.simulated ? '' : 'hardware'}"><p>${statement}</p></div>
      <header><h1>${title}</h1></header>
      ${contents(body)}
      <main>${body}</main>
    </body>
  </html>`;
  return `<!doctype html><!-- ${escapeHtml(statement)} -->\n${page.text}\n`;
}

function titleOf(run: Run): string {
  const name = run.label === '' ? `Run ${run.id}` : run.label;
  return `${name}: buffer sharing on ${run.board.label}, ${run.node.dsp}, ${utc(run.startedAt)}`;
}

const CONTENTS: readonly (readonly [id: string, title: string])[] = [
  ['waterfall', 'What sharing costs'],
  ['results', 'Results'],
  ['calls', 'Calls to the DSP'],
  ['crossover', 'Copy or share'],
  ['zero-copy', 'Zero copy'],
  ['latency', 'Latency'],
  ['bandwidth', 'Bandwidth'],
  ['slopes', 'Cost of each MiB'],
  ['distributions', 'Distributions'],
  ['memory', 'Memory'],
  ['failures', 'Failures and skips'],
  ['gaps', 'Gaps'],
  ['environment', 'Environment'],
  ['plan', 'Plan'],
  ['rules', 'Rules'],
  ['digests', 'Digests'],
];

/** Sections that this run has none of are not in it. */
const contents = (body: readonly Markup[]): Markup =>
  html`<nav aria-label="Contents">
    <ul>
      ${CONTENTS.filter(([id]) => body.some(({ text }) => text.includes(`<section id="${id}"`))).map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`)}
    </ul>
  </nav>`;

function sections(run: Run): readonly Markup[] {
  const groups = groupsOf(run);
  return [
    glance(run, groups),
    waterfallSection(groups),
    resultsSection(groups),
    callsSection(groups),
    crossoverSection(groups),
    proofSection(groups),
    chartsSection(run, groups),
    memorySection(run),
    troubleSection(run),
    environmentSection(run),
    planSection(run),
    rulesSection(),
    digestSection(run),
  ];
}

import { claimsText } from './proof-section.ts';
import { proofsOf } from '../../bench/proof.ts';
import type { PointGroup } from '../../bench/results.ts';
import { moved } from '../../bench/drift.ts';
import { formatTime } from '../../model/format.ts';
import type { PointStatus, Run } from '../../model/run.ts';
import { html, NOTHING, type Markup, type Piece } from './markup.ts';
import { absent, bytes, flagWord, plural, statusWord } from './words.ts';

/** The run on a few lines: what was measured, on what, and what came of it. */
export function glance(run: Run, groups: readonly PointGroup[]): Markup {
  return html`<section id="glance">
    ${incomplete(run)}
    <div class="glance">${list(subject(run))} ${list(outcome(run, groups))}</div>
    <h3>The command that runs it again</h3>
    <pre><code>${run.command}</code></pre>
  </section>`;
}

type Line = readonly [term: string, value: Piece];

const list = (lines: readonly Line[]): Markup =>
  html`<dl>
    ${lines.map(
      ([term, value]) =>
        html`<dt>${term}</dt>
          <dd>${value}</dd>`,
    )}
  </dl>`;

const RUN_WORD: Readonly<Record<Run['status'], string>> = {
  complete: 'complete',
  running: 'still running when this was written',
  incomplete: 'incomplete',
  cancelled: 'cancelled',
};

function incomplete(run: Run): Markup {
  if (run.status === 'complete') return NOTHING;
  const reason = run.reason === '' ? '' : ` Reason: ${run.reason}`;
  return html`<p>
    ${statusWord('warning', `This run is ${RUN_WORD[run.status]}.`)}${reason} What was measured stands below.
  </p>`;
}

function subject(run: Run): Line[] {
  const { board, node } = run;
  const { identity } = board;
  return [
    ['Board', named(board.label, `${identity.model}, serial ${identity.serial ?? 'not readable'}`)],
    ['Measured on', run.simulated ? 'a simulated board' : 'hardware'],
    ['DSP', `${node.dsp === '' ? 'unknown' : node.dsp} at ${node.path}`],
    ['Driver', node.generation === null ? absent(node.proof) : `${node.generation}: ${node.proof}`],
    ['Kernel', `${identity.kernel} ${identity.machine}`],
    ['App, agent', `${run.app.version} (${run.app.buildId}), ${run.agent.version} (${run.agent.buildId})`],
    ['Started', utc(run.startedAt)],
    ['Ended', run.endedAt === null ? absent('the run had not ended') : endedText(run.startedAt, run.endedAt)],
    ['Run', run.id],
    ...(run.notes === '' ? [] : [['Notes', run.notes] as const]),
  ];
}

const named = (label: string, detail: string): string => (label === '' ? detail : `${label}: ${detail}`);

export const utc = (iso: string): string => iso.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC');

function endedText(start: string, end: string): string {
  const ns = (Date.parse(end) - Date.parse(start)) * 1e6;
  return Number.isFinite(ns) && ns >= 0 ? `${utc(end)}, after ${formatTime(ns)}` : utc(end);
}

const ORDER: readonly PointStatus[] = ['pass', 'fail', 'error', 'skip', 'cancelled', 'not-run'];

function outcome(run: Run, groups: readonly PointGroup[]): Line[] {
  const samples = groups.reduce(
    (sum, group) => sum + group.rows.reduce((rows, row) => rows + row.samples.length, 0),
    0,
  );
  const leftBehind = groups.reduce((sum, group) => sum + group.leftBehind, 0);
  return [
    ['Points', statusCounts(groups)],
    ['Samples', html`${samples} in ${plural(run.plan.repeats, 'independent run')} of each point`],
    ['Flags', flagCounts(groups)],
    ['Checks', checks(groups)],
    ...zeroCopy(groups),
    ['Moved during the run', movedText(run)],
    ['Gaps in the data', run.gaps.length === 0 ? 'none' : html`<a href="#gaps">${run.gaps.length}</a>`],
    ['Left in the driver', leftBehind === 0 ? 'nothing' : html`${bytes(leftBehind)} until reboot`],
    ['Memory findings', findings(run)],
    ['Cost of reading the clock', `${run.board.identity.clockCostNs} ns, inside every sample`],
  ];
}

function statusCounts(groups: readonly PointGroup[]): Piece {
  const words = ORDER.flatMap((status) => {
    const count = groups.filter((group) => group.status === status).length;
    return count === 0 ? [] : [html`${statusWord(status, `${count} ${status}`)} `];
  });
  return words.length === 0 ? 'none in the plan' : words;
}

function flagCounts(groups: readonly PointGroup[]): Piece {
  const flags = [...new Set(groups.flatMap((group) => group.flags))];
  if (flags.length === 0) return 'none';
  return flags.map(
    (flag) =>
      html`${flagWord(flag)}${groups.filter((group) => group.flags.includes(flag)).length} of ${groups.length} `,
  );
}

function checks(groups: readonly PointGroup[]): Piece {
  const sum = (of: (group: PointGroup) => number): number => groups.reduce((all, one) => all + of(one), 0);
  const wrong = sum((group) => group.mismatches);
  const made = `${sum((group) => group.verified)} made`;
  return wrong === 0
    ? `${made}, no mismatch`
    : html`${made}, ${statusWord('fail', plural(wrong, 'mismatch', 'mismatches'))}`;
}

/** A run that claims it nowhere says nothing of it. */
function zeroCopy(groups: readonly PointGroup[]): Line[] {
  const lines = proofsOf(groups);
  if (lines.length === 0) return [];
  const text = claimsText(lines);
  const wrong = lines.some(({ verdict }) => verdict === 'contradicted');
  return [['Zero copy', html`<a href="#zero-copy">${wrong ? statusWord('error', text) : text}</a>`]];
}

function movedText(run: Run): Piece {
  const keys = moved(run.before, run.after);
  return keys.length === 0
    ? 'no clock, governor or temperature'
    : html`<a href="#environment">${keys.join(', ')}</a>`;
}

function findings(run: Run): Piece {
  if (run.memory === null) return absent('no picture of the memory was taken');
  const count = run.memory.findings.length;
  return count === 0 ? 'none' : html`<a href="#memory">${count}</a>`;
}

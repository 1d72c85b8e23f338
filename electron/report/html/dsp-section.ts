import { formatBytes } from '../../model/format.ts';
import type { DspSession, MemoryPicture } from '../../model/memory.ts';
import type { Plan } from '../../model/plan.ts';
import type { DspLog, DspLogLine, DspMoment, Run } from '../../model/run.ts';
import { spaceOf, spaceUsed } from '../../model/space.ts';
import { details } from './details.ts';
import { html, NOTHING, trusted, type Markup, type Piece } from './markup.ts';
import { table, type Column } from './table.ts';
import { bytes, percent, plural, statusWord } from './words.ts';

/** The DSP processes of the run, what is mapped into them, the calls they owe an answer, and what the DSP logged. */
export function dspParts(run: Pick<Run, 'memory' | 'dsp' | 'dspLog' | 'plan' | 'startedAt'>): Markup {
  const before = run.memory?.dsp ?? [];
  return html`<h3>DSP processes</h3>
    ${sessionsOf(before, run.dsp)} ${filesOf(run.plan)} ${logOf(run.dspLog)}`;
}

const filesOf = ({ dspFiles }: Pick<Plan, 'dspFiles'>): Markup =>
  dspFiles === ''
    ? NOTHING
    : html`<p>
        Code on the DSP could read the board's files below <code>${dspFiles}</code>, as the user asked for.
      </p>`;

function sessionsOf(before: MemoryPicture['dsp'], moment: DspMoment | null): Markup {
  if (moment === null && before.length === 0)
    return html`<p class="muted">
      The agent had no process on the DSP when it was looked for: before the run, and after its first points
      on the DSP.
    </p>`;
  const earlier =
    before.length === 0
      ? NOTHING
      : html`<p>Before the run:</p>
          ${before.map(sessionPart)}`;
  if (moment === null) return earlier;
  return html`${earlier}
    <p>
      As seen once while the plan ran, at its point ${moment.atPoint}, at ${clock(moment.takenNs)} of the
      board's clock; by the agent's own bookkeeping (tier self), without tracing.
    </p>
    ${moment.sessions.map(sessionPart)}`;
}

const clock = (ns: number): Markup => html`<span title="${ns} ns">${(ns / 1e9).toFixed(3)} s</span>`;

const hex = (value: bigint | number): string => `0x${value.toString(16)}`;

function sessionPart(session: DspSession): Markup {
  return html`<dl>
      ${facts(session).map(
        ([term, value]) =>
          html`<dt>${term}</dt>
            <dd>${value}</dd>`,
      )}
    </dl>
    ${addressStrip(session)} ${maps(session)} ${calls(session)}`;
}

function facts(session: DspSession): (readonly [string, Piece])[] {
  const { shell, shellBytes, shellSha256, processMemory } = session;
  return [
    [
      'Process',
      html`${session.unsignedPd ? 'unsigned' : 'signed'}, owned by process ${session.pid} on the board, since
      ${clock(session.sinceNs)}
      ${session.ended ? statusWord('warning', 'ended: the DSP may still own what is listed') : NOTHING}`,
    ],
    ['Node', session.node],
    [
      'Shell',
      html`${shell},
      ${bytes(shellBytes)}${
        shellSha256 === ''
          ? ''
          : html`, SHA-256 <code title="${shellSha256}">${shellSha256.slice(0, 16)}…</code>`
      }`,
    ],
    ['Memory of the process', processMemory === null ? 'not known' : bytes(processMemory)],
    ['Reverse calls', session.reverseCalls],
    ['Address space', spaceText(session)],
  ];
}

function spaceText(session: DspSession): Piece {
  const used = spaceUsed(session);
  const holders = spaceOf(session).map(
    ({ what, bytes: size, ranges }) => `${what} ${formatBytes(size)} in ${plural(ranges, 'range')}`,
  );
  const by = holders.length === 0 ? '' : `: ${holders.join(', ')}`;
  if (session.addressSpace === 0) return `${formatBytes(used)} held, of a space of unknown size${by}`;
  const part = percent(used / session.addressSpace);
  return html`<b>${formatBytes(used)} of ${formatBytes(session.addressSpace)} held</b> (${part})${by}`;
}

const SPACE = 2 ** 32;
const WIDTH = 1000;
const FILL: Readonly<Record<string, string>> = { buffer: 'var(--s1)', heap: 'var(--s2)' };

/** The 32-bit space to scale, each range where it lies; a range too small to be seen is drawn two units wide. */
function addressStrip({ maps: all, addressSpace }: DspSession): Markup {
  const at = (address: number): string => ((address / SPACE) * WIDTH).toFixed(2);
  const ranges = all.map(({ address, size, what }) => {
    const width = Math.max(2, (size / SPACE) * WIDTH).toFixed(2);
    return `<rect x="${at(Number(address & 0xffff_ffffn))}" y="6" width="${width}" height="16" fill="${FILL[what] ?? 'var(--s3)'}"/>`;
  });
  const marks = [0, 1, 2, 3, 4].map(
    (gib) =>
      `<path d="M${at(gib * 2 ** 30)},4V24" stroke="currentColor" stroke-width="${gib === 2 ? 1.5 : 0.5}"/><text x="${at(gib * 2 ** 30)}" y="36" text-anchor="${gib === 0 ? 'start' : gib === 4 ? 'end' : 'middle'}" fill="currentColor">${gib} GiB</text>`,
  );
  const usable = addressSpace > 0 ? addressSpace : SPACE;
  return trusted(
    `<svg class="space" viewBox="0 0 ${WIDTH} 40" role="img" aria-label="The 32-bit address space of the DSP process to scale; the table below has its ranges"><rect x="0" y="6" width="${WIDTH}" height="16" fill="none" stroke="var(--line)"/><rect x="0" y="6" width="${at(usable)}" height="16" fill="var(--panel)" stroke="var(--line)"/>${ranges.join('')}${marks.join('')}</svg>`,
  );
}

type Range = DspSession['maps'][number];

const RANGES: readonly Column<Range>[] = [
  { head: 'DSP address', kind: 'tight', cell: (one) => html`<code>${hex(one.address)}</code>` },
  { head: 'size', kind: 'n', cell: (one) => bytes(one.size) },
  { head: 'what', kind: 'tight', cell: (one) => one.what },
  {
    head: 'inode',
    kind: 'n',
    cell: (one) =>
      one.ino ?? html`<span class="muted">${one.what === 'heap' ? 'the process’s own' : 'not known'}</span>`,
  },
  { head: 'since', kind: 'n', cell: (one) => clock(one.sinceNs) },
];

const MOST_RANGES = 16;

function maps({ maps: all }: DspSession): Markup {
  if (all.length === 0) return html`<p class="muted">Nothing was mapped into it.</p>`;
  return details(plural(all.length, 'range'), table(RANGES, all), all.length <= MOST_RANGES);
}

type Call = DspSession['calls'][number];

const CALLS: readonly Column<Call>[] = [
  { head: 'thread', kind: 'n', cell: (one) => one.tid },
  { head: 'handle', kind: 'tight', cell: (one) => html`<code>${hex(one.handle)}</code>` },
  { head: 'scalars', kind: 'tight', cell: (one) => html`<code>${hex(one.scalars)}</code>` },
  { head: 'since', kind: 'n', cell: (one) => clock(one.sinceNs) },
];

const calls = ({ calls: all }: DspSession): Markup =>
  all.length === 0
    ? html`<p>No call waited for its answer.</p>`
    : table(CALLS, all, { caption: 'Calls that waited for their answer' });

const LINES: readonly Column<DspLogLine>[] = [
  { head: 'board time, UTC', kind: 'tight', cell: (line) => utcText(line.utcNs) },
  { head: 'DSP', kind: 'tight', cell: (line) => line.source },
  { head: 'level', kind: 'tight', cell: levelCell },
  { head: 'line', kind: 'break', cell: (line) => line.text },
];

function levelCell({ level }: DspLogLine): Piece {
  if (level === 'error') return statusWord('error', level);
  return level === 'warn' ? statusWord('warning', level) : level;
}

/** To the millisecond; a time that no calendar has stands as it is. */
function utcText(utcNs: bigint): string {
  const date = new Date(Number(utcNs / 1_000_000n));
  return Number.isNaN(date.getTime()) ? `${utcNs} ns` : date.toISOString().slice(11, 23);
}

const MOST_LINES = 12;

function logOf({ lines, omitted }: DspLog): Markup {
  if (lines.length === 0)
    return html`<h3>Log of the DSP</h3>
      <p class="muted">It wrote no line during the run.</p>`;
  const more = omitted === 0 ? NOTHING : html`<p>${plural(omitted, 'more line')} came and were not kept.</p>`;
  return html`<h3>Log of the DSP</h3>
    ${details(plural(lines.length, 'line'), table(LINES, lines), lines.length <= MOST_LINES)} ${more}`;
}

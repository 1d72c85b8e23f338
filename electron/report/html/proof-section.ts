import { proofsOf, type ProofLine } from '../../bench/proof.ts';
import type { PointGroup } from '../../bench/results.ts';
import { variantText } from '../../bench/variants.ts';
import { formatBytes, formatDmaAddress } from '../../model/format.ts';
import { details } from './details.ts';
import { Footnotes } from './footnotes.ts';
import { html, NOTHING, type Markup, type Piece } from './markup.ts';
import { table, type Column } from './table.ts';
import { plural, statusWord } from './words.ts';

/** What speaks for the claim that nothing was copied, for every point that makes it. */
export function proofSection(groups: readonly PointGroup[]): Markup {
  const lines = proofsOf(groups);
  if (lines.length === 0) return NOTHING;
  const notes = new Footnotes();
  const content = html`${table(columnsOf(notes), lines, { wide: true })} ${notes.list()}`;
  return html`<section id="zero-copy">
    <h2>Zero copy</h2>
    <p>
      Points whose figure claims that CPU and DSP worked on the same memory. One inode at both ends, the
      address that the DSP used, and a random word written at one end and read at the other, outside the timed
      region.
    </p>
    ${details(claimsText(lines), content, lines.length <= OPEN_ROWS || lines.some(({ verdict }) => verdict !== 'shown'))}
  </section>`;
}

const OPEN_ROWS = 12;

/** How many claims there are, and what became of them. */
export function claimsText(lines: readonly ProofLine[]): string {
  const count = (verdict: ProofLine['verdict']): number =>
    lines.filter((line) => line.verdict === verdict).length;
  const words = (['shown', 'in part', 'contradicted'] as const).flatMap((verdict) =>
    count(verdict) === 0 ? [] : [`${count(verdict)} ${verdict}`],
  );
  return `${plural(lines.length, 'claim')}: ${words.join(', ')}`;
}

const MARK = { shown: 'ok', 'in part': 'notice', contradicted: 'error' } as const;

export const verdictWord = (verdict: ProofLine['verdict']): Markup => statusWord(MARK[verdict], verdict);

const columnsOf = (notes: Footnotes): Column<ProofLine>[] => [
  { head: 'benchmark', kind: 'tight', cell: ({ group }) => group.point.benchmark },
  { head: 'at', cell: ({ group: { point } }) => placeText(point) },
  { head: 'inode, CPU', kind: 'n', cell: ({ proof }) => proof.ino },
  {
    head: 'inode, DSP',
    kind: 'n',
    cell: ({ proof }) => proof.importIno ?? notes.unknown('the driver did not export what the DSP was given'),
  },
  {
    head: 'DMA address',
    kind: 'tight',
    cell: ({ proof }) =>
      proof.dmaAddress === null
        ? notes.unknown(proof.dmaReason)
        : html`<code>${formatDmaAddress(proof.dmaAddress)}</code>`,
  },
  {
    head: 'DSP address',
    kind: 'tight',
    cell: ({ proof }) =>
      proof.dspAddress === null
        ? notes.unknown('the buffer did not stand mapped: the driver maps it for each call')
        : html`<code>${formatDmaAddress(proof.dspAddress)}</code>`,
  },
  { head: 'CPU to DSP', kind: 'tight', cell: ({ proof }) => seen(proof.nonceToDsp) },
  { head: 'DSP to CPU', kind: 'tight', cell: ({ proof }) => seen(proof.nonceFromDsp) },
  { head: 'zero copy', kind: 'tight', cell: ({ verdict }) => verdictWord(verdict) },
];

const seen = (crossed: boolean): Piece => (crossed ? 'read' : statusWord('error', 'not read'));

const placeText = (point: PointGroup['point']): string =>
  [point.size > 0 ? formatBytes(point.size) : '', point.source, variantText(point)]
    .filter((one) => one !== '')
    .join(', ');

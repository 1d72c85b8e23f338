import { runsOnDsp } from '../../bench/catalogue.ts';
import { formatBytes, formatDmaAddress } from '../../model/format.ts';
import type {
  Maybe,
  MemoryPicture,
  PictureBank,
  PictureBuffer,
  PictureMapping,
  PictureProcess,
  TierStatus,
} from '../../model/memory.ts';
import type { Run } from '../../model/run.ts';
import { dspParts } from './dsp-section.ts';
import { Footnotes } from './footnotes.ts';
import { html, NOTHING, type Markup, type Piece } from './markup.ts';
import { table, type Column } from './table.ts';
import { bytes, listed, plural, statusWord } from './words.ts';

/** Rows of one table at most: a report is read; the JSON of the run has them all. */
const MOST_ROWS = 400;

/** Who holds which memory in which context bank, each value with the tier that it came from; and the DSP's processes. */
export function memorySection(run: Run): Markup {
  const { memory: picture } = run;
  const onDsp = usesDsp(run) ? dspParts(run) : NOTHING;
  if (picture === null) {
    return html`<section id="memory">
      <h2>Who holds which memory</h2>
      <p class="muted">No picture of the memory managers was taken in this run.</p>
      ${onDsp}
    </section>`;
  }
  const notes = new Footnotes();
  const scene = new Scene(picture);
  return html`<section id="memory">
    <h2>Who holds which memory</h2>
    <p>
      As seen right before the plan ran, at ${clock(picture.takenNs)} of the board's clock. The small word
      behind a value is the tier that it came from; what no tier knows is unknown, with the reason below.
    </p>
    ${findings(picture)} ${tiers(picture)} ${processes(scene, notes)} ${banks(scene, notes)}
    ${mappings(scene)} ${buffers(scene, notes)} ${own(picture)} ${notes.list('Why values are unknown')}
    ${onDsp}
  </section>`;
}

/** A run without the DSP in its plan, and without anything seen of one, says nothing of it. */
const usesDsp = ({ plan, dsp, dspLog, memory }: Run): boolean =>
  dsp !== null || dspLog.lines.length > 0 || (memory?.dsp.length ?? 0) > 0 || plan.points.some(runsOnDsp);

/** The picture with its parts at hand by name. */
class Scene {
  readonly picture: MemoryPicture;
  readonly mappings: ReadonlyMap<string, PictureMapping>;
  private readonly names: ReadonlyMap<number, string>;
  private readonly sids: ReadonlyMap<string, number>;
  private readonly held: ReadonlyMap<number, readonly PictureBuffer[]>;
  private readonly mapped = new Map<number, number>();

  constructor(picture: MemoryPicture) {
    this.picture = picture;
    this.mappings = new Map(picture.mappings.map((mapping) => [mapping.id, mapping]));
    this.names = new Map(picture.processes.map((one) => [one.pid, one.comm.value ?? 'unknown']));
    this.sids = new Map(picture.banks.map((bank) => [bank.device, bank.sid]));
    const held = new Map<number, PictureBuffer[]>();
    for (const buffer of picture.buffers) {
      for (const holder of buffer.holders) {
        const list = held.get(holder.pid);
        if (list) list.push(buffer);
        else held.set(holder.pid, [buffer]);
      }
    }
    this.held = held;
    for (const { pid } of picture.mappings) this.mapped.set(pid, this.mappedBy(pid) + 1);
  }

  mappedBy(pid: number): number {
    return this.mapped.get(pid) ?? 0;
  }

  heldBy(pid: number): readonly PictureBuffer[] {
    return this.held.get(pid) ?? [];
  }

  process(pid: number): string {
    const name = this.names.get(pid);
    return name === undefined ? String(pid) : `${name} (${pid})`;
  }

  /** As the driver names it: the SID of the bank over the IOVA. */
  address({ device, entries }: PictureMapping): string {
    const iova = (entries[0]?.dmaAddr ?? 0n) & 0xffff_ffffn;
    return formatDmaAddress(iova | (BigInt(this.sids.get(device) ?? 0) << 32n));
  }
}

/** A moment on the board's clock: as many digits as tell moments apart. */
const clock = (ns: number): Markup => html`<span title="${ns} ns">${(ns / 1e9).toFixed(3)} s</span>`;

const tiered = (value: Piece, tier: string): Markup => html`${value}<span class="tier">${tier}</span>`;

const known = <T>(one: Maybe<T>, notes: Footnotes, show: (value: T) => Piece): Piece =>
  'why' in one ? notes.unknown(one.why) : tiered(show(one.value), one.tier);

function findings({ findings: all }: MemoryPicture): Markup {
  if (all.length === 0)
    return html`<h3>Findings</h3>
      <p>Nothing that deserves a look was seen.</p>`;
  return html`<h3>Findings</h3>
    <ul class="findings">
      ${all.map(
        (one) =>
          html`<li>
            ${statusWord(one.severity)}
            ${one.text}${one.sinceNs === null ? '' : html` Since ${clock(one.sinceNs)}.`}
            <span class="muted">${one.remedy}</span>
          </li>`,
      )}
    </ul>`;
}

const TIERS: readonly Column<TierStatus>[] = [
  { head: 'tier', cell: (tier) => tier.tier },
  {
    head: 'available',
    kind: 'tight',
    cell: (tier) => (tier.available ? statusWord('ok', 'yes') : statusWord('warning', 'no')),
  },
  { head: 'remark', cell: (tier) => tier.reason },
  { head: 'source', kind: 'path', cell: (tier) => html`<code>${tier.source}</code>` },
  { head: 'events lost', kind: 'n', cell: (tier) => tier.lostEvents },
  {
    head: 'knows since',
    kind: 'n',
    cell: (tier) => (tier.sinceNs === null ? '' : clock(tier.sinceNs)),
  },
];

function tiers(picture: MemoryPicture): Markup {
  const since = picture.tiers.find((tier) => tier.tier === 'dma' && tier.available)?.sinceNs ?? null;
  const begin =
    since === null
      ? NOTHING
      : html`<p>
          The tier dma begins with its trace, at ${clock(since)}: what was mapped before is in none of its
          values, so a bank may hold more than it shows.
        </p>`;
  return html`<h3>Tiers</h3>
    ${table(TIERS, picture.tiers)} ${begin}`;
}

/** A table with its heading, cut where it gets too long to be read. */
function part<T>(title: string, columns: readonly Column<T>[], rows: readonly T[]): Markup {
  if (rows.length === 0)
    return html`<h3>${title}</h3>
      <p class="muted">None was seen.</p>`;
  const rest = rows.length - MOST_ROWS;
  const cut =
    rest > 0
      ? html`<p>${plural(rest, 'more row')} left out here; the JSON of this run has all.</p>`
      : NOTHING;
  return html`<h3>${title}</h3>
    ${table(columns, rows.slice(0, MOST_ROWS), { wide: true })} ${cut}`;
}

function processes(scene: Scene, notes: Footnotes): Markup {
  const total = (pid: number): number =>
    scene.heldBy(pid).reduce((sum, buffer) => sum + (buffer.size.value ?? 0), 0);
  const columns: Column<PictureProcess>[] = [
    { head: 'pid', kind: 'n', cell: (one) => one.pid },
    { head: 'process', cell: (one) => known(one.comm, notes, (comm) => comm) },
    { head: 'state', kind: 'tight', cell: (one) => stateOf(one, notes) },
    { head: 'accel nodes', cell: (one) => listed(one.nodes) },
    { head: 'dma-bufs held', kind: 'n', cell: (one) => (one.unreadable ? '' : scene.heldBy(one.pid).length) },
    { head: 'bytes held', kind: 'n', cell: (one) => (one.unreadable ? '' : bytes(total(one.pid))) },
    {
      head: 'mapped in banks',
      kind: 'n',
      cell: (one) => scene.mappedBy(one.pid),
    },
  ];
  return part('Processes', columns, scene.picture.processes);
}

function stateOf(one: PictureProcess, notes: Footnotes): Piece {
  if (!one.alive) return statusWord('warning', 'gone');
  return one.unreadable ? notes.unknown('its files in /proc may not be read by the agent') : 'alive';
}

function banks(scene: Scene, notes: Footnotes): Markup {
  const columns: Column<PictureBank>[] = [
    { head: 'context bank', kind: 'tight', cell: (bank) => bank.device },
    { head: 'DSP', cell: (bank) => bank.dsp },
    { head: 'SID', kind: 'n', cell: (bank) => bank.sid },
    {
      head: 'used by',
      cell: (bank) =>
        known(bank.users, notes, (pids) =>
          listed(
            pids.map((pid) => scene.process(pid)),
            'nobody seen',
          ),
        ),
    },
    { head: 'mapped', kind: 'n', cell: (bank) => known(bank.mappedBytes, notes, (value) => bytes(value)) },
    { head: 'mappings', kind: 'n', cell: (bank) => bank.mappings.length },
  ];
  return part('Context banks in use', columns, scene.picture.banks);
}

const KIND: Readonly<Record<PictureMapping['kind'], string>> = {
  alloc: 'allocation',
  'map-sg': 'import',
};

function mappings(scene: Scene): Markup {
  const columns: Column<PictureMapping>[] = [
    { head: 'context bank', kind: 'tight', cell: (one) => one.device },
    { head: 'address', kind: 'tight', cell: (one) => html`<code>${scene.address(one)}</code>` },
    { head: 'size', kind: 'n', cell: (one) => bytes(one.size) },
    { head: 'kind', cell: (one) => KIND[one.kind] },
    { head: 'process', cell: (one) => `${one.comm} (${one.pid})` },
    { head: 'sg entries', kind: 'n', cell: entriesCell },
    { head: 'since', kind: 'n', cell: (one) => tiered(clock(one.sinceNs), 'dma') },
  ];
  return part('Mappings in the banks', columns, inBankOrder(scene));
}

/** Bank by bank, then whatever no bank names. */
function inBankOrder({ picture, mappings: all }: Scene): PictureMapping[] {
  const listedIds = picture.banks.flatMap((bank) => bank.mappings);
  const inBanks = new Set(listedIds);
  const rest = picture.mappings.filter((mapping) => !inBanks.has(mapping.id));
  return [...listedIds.flatMap((id) => all.get(id) ?? []), ...rest];
}

function entriesCell({ totalEntries, contiguous, truncated }: PictureMapping): Piece {
  const cut = truncated ? ', list cut by the kernel' : '';
  if (contiguous) return `${totalEntries}${cut}`;
  return html`${totalEntries}${cut} ${statusWord('error', 'not contiguous')}`;
}

function buffers(scene: Scene, notes: Footnotes): Markup {
  const columns: Column<PictureBuffer>[] = [
    { head: 'inode', kind: 'n', cell: (one) => one.ino },
    { head: 'name', cell: (one) => one.name },
    { head: 'size', kind: 'n', cell: (one) => known(one.size, notes, (value) => bytes(value)) },
    { head: 'exporter', cell: (one) => known(one.exporter, notes, (value) => value) },
    { head: 'references', kind: 'n', cell: (one) => known(one.references, notes, (value) => value) },
    { head: 'held by', cell: (one) => holdersText(one, scene) },
    {
      head: 'attached to',
      cell: (one) => known(one.attachedTo, notes, (devices) => listed(devices, 'nothing')),
    },
    { head: 'mapped at', cell: (one) => placesText(one, scene) },
  ];
  return part('Buffers (dma-bufs)', columns, scene.picture.buffers);
}

function holdersText({ holders }: PictureBuffer, scene: Scene): Piece {
  const texts = holders.map(({ pid, fds, maps }) => {
    const by = [fds.length > 0 ? `fd ${fds.join(' ')}` : '', maps > 0 ? plural(maps, 'map') : ''];
    return `${scene.process(pid)}: ${by.filter((one) => one !== '').join(', ')}`;
  });
  return texts.length === 0
    ? html`<span class="muted">no readable process</span>`
    : tiered(texts.join('; '), 'proc');
}

function placesText(buffer: PictureBuffer, scene: Scene): Piece {
  const places = buffer.mappings.flatMap(({ mapping, how }) => {
    const found = scene.mappings.get(mapping);
    return found ? [html`<code>${scene.address(found)}</code><span class="tier">${how}</span> `] : [];
  });
  return places.length === 0 ? html`<span class="muted">not proven</span>` : places;
}

function own(picture: MemoryPicture): Markup {
  const columns: Column<MemoryPicture['self'][number]>[] = [
    { head: 'node', cell: (one) => one.node },
    { head: 'handle', kind: 'n', cell: (one) => one.handle },
    { head: 'size', kind: 'n', cell: (one) => tiered(formatBytes(one.size), 'self') },
    { head: 'inode', kind: 'n', cell: (one) => one.ino ?? html`<span class="muted">never exported</span>` },
    { head: 'imported', cell: (one) => (one.imported ? 'yes' : 'no') },
    { head: 'mapped', cell: (one) => (one.mapped ? 'yes' : 'no') },
    { head: 'since', kind: 'n', cell: (one) => clock(one.sinceNs) },
  ];
  return part('Handles of the agent itself', columns, picture.self);
}

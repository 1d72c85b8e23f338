import { spaceOf, spaceUsed } from '../../../../electron/model/space.ts';
import { bankOf } from '../../../../electron/memory/banks.ts';
import type { Scene } from '../../../../electron/memory/rows.ts';
import { formatBytes } from '../../../../electron/model/format.ts';
import type { PictureBank } from '../../../../electron/model/memory.ts';
import type { Reading } from '../../../../electron/model/outcome.ts';
import { bankText, plural, processText } from '../words.ts';

/** A context bank of the board. */
export interface BankCell {
  readonly device: string;
  readonly label: string;
  /** A tier shows something in it. */
  readonly used: boolean;
  readonly mapped: string;
  /** Part of its 4 GiB of IOVA space, 0 to 1; null: not known. */
  readonly part: number | null;
  /** Everything, as lines. */
  readonly title: string;
}

export interface BankGauge {
  readonly cells: readonly BankCell[];
  readonly used: number;
  /** Banks of the board; null: the board does not tell. */
  readonly all: number | null;
}

export interface DspGauge {
  readonly key: string;
  readonly label: string;
  readonly used: number;
  readonly total: number;
  readonly parts: readonly { readonly label: string; readonly value: number }[];
  readonly title: string;
}

const IOVA = 2 ** 32;

/** Banks by DSP: all that the board has, where its IOMMU groups name them; else those that are in use. */
export function bankGauges(scene: Scene, environment: readonly Reading[] | null): [string, BankGauge][] {
  const all = new Set<string>();
  for (const { key } of environment ?? []) {
    const device = key.startsWith('iommu.') ? key.slice('iommu.'.length) : '';
    if (bankOf(device)) all.add(device);
  }
  const told = all.size > 0;
  for (const device of scene.banks.keys()) all.add(device);
  const byDsp = new Map<string, BankCell[]>();
  for (const device of [...all].sort(bySid)) {
    const dsp = bankOf(device)?.dsp ?? '';
    const cells = byDsp.get(dsp) ?? [];
    byDsp.set(dsp, cells);
    cells.push(cellOf(device, scene));
  }
  return [...byDsp].map(([dsp, cells]) => [
    dsp,
    { cells, used: cells.filter((cell) => cell.used).length, all: told ? cells.length : null },
  ]);
}

/** That it is free is told by no tier. */
export const NOT_SEEN = 'Nothing is seen in it: it is free, or what it holds was made while nobody looked.';

const bySid = (a: string, b: string): number => (bankOf(a)?.sid ?? 0) - (bankOf(b)?.sid ?? 0);

function cellOf(device: string, scene: Scene): BankCell {
  const bank = scene.banks.get(device);
  const bytes = bank?.mappedBytes.value ?? null;
  return {
    device,
    label: String(bankOf(device)?.sid ?? device),
    used: bank !== undefined,
    mapped: bank === undefined ? 'not seen' : bytes === null ? 'unknown' : formatBytes(bytes),
    part: bank === undefined ? 0 : bytes === null ? null : bytes / IOVA,
    title: [bankText(device), ...(bank ? bankLines(bank, scene) : [NOT_SEEN])].join('\n'),
  };
}

function bankLines(bank: PictureBank, scene: Scene): string[] {
  const { users, mappedBytes } = bank;
  return [
    users.value === null
      ? `Owner unknown: ${users.why}`
      : `Mapped by ${users.value.map((pid) => ownerText(scene, pid)).join(', ')} (tier ${users.tier})`,
    mappedBytes.value === null
      ? `Mapped bytes unknown: ${mappedBytes.why}`
      : `${plural(bank.mappings.length, 'mapping')}, ${mappedBytes.value} B of 4 GiB IOVA space (tier ${mappedBytes.tier})`,
  ];
}

const ownerText = (scene: Scene, pid: number): string =>
  `${processText(scene, pid)}${scene.processes.get(pid)?.alive === false ? ' (gone)' : ''}`;

/** The 32-bit spaces of the agent's DSP processes: those of others are in no tier. */
export const dspGauges = ({ dsp }: Scene): DspGauge[] =>
  dsp.map((session) => {
    const uses = spaceOf(session);
    return {
      key: `${session.pid}/${session.sinceNs}`,
      label: `DSP process of ${session.pid}${session.ended ? ' (ended)' : ''}`,
      used: spaceUsed(session),
      total: session.addressSpace,
      parts: uses.map(({ what, bytes }) => ({ label: what, value: bytes })),
      title: [
        `DSP process of ${session.pid} on ${session.node}, ${session.unsignedPd ? 'unsigned' : 'signed'}`,
        ...uses.map(
          ({ what, bytes, ranges }) => `${what}: ${formatBytes(bytes)} in ${plural(ranges, 'range')}`,
        ),
        `of ${formatBytes(session.addressSpace)} that it can use (tier self)`,
      ].join('\n'),
    };
  });

import { bankOf } from '../../../electron/memory/banks.ts';
import type { RowState, Value } from '../../../electron/memory/row-values.ts';
import type { Scene } from '../../../electron/memory/rows.ts';
import type { Tier } from '../../../electron/model/memory.ts';
import type { CellText } from '../../widgets/table/columns.ts';

/** Where the tiers read. */
export const TIER_WORDS: Readonly<Record<Tier, string>> = {
  self: "the agent's own bookkeeping",
  proc: 'the files and mappings of the processes',
  bufinfo: "the kernel's list of dma-bufs",
  dma: 'trace events of the DMA layer',
};

export const STATE_TONES: Readonly<Record<RowState, CellText['tone'] | null>> = {
  scattered: 'error',
  'owner gone': 'warning',
  unheld: 'notice',
  'kept by a map': 'notice',
  mapped: null,
  attached: null,
  'own handle': null,
  held: null,
};

export const STATE_HINTS: Readonly<Record<RowState, string>> = {
  scattered: 'Its DMA segments do not follow each other, and the driver hands over the first alone.',
  'owner gone': 'The process that mapped it is gone, the mapping stands.',
  unheld: 'No process that could be read holds or maps it.',
  'kept by a map': 'No process holds a descriptor any more: a CPU mapping keeps it.',
  mapped: 'It is mapped in the context bank.',
  attached: 'It is attached to the context bank; no event says by whom and where.',
  'own handle': "A GEM handle of the agent's own.",
  held: 'This process holds or maps it, in no context bank.',
};

export const processText = (scene: Scene, pid: number | null): string => {
  if (pid === null) return 'unknown process';
  const comm = scene.processes.get(pid)?.comm.value ?? mapperOf(scene, pid);
  return comm === null ? `process ${pid}` : `${comm} ${pid}`;
};

/** The name that its trace events carry, for a process that no snapshot listed. */
function mapperOf({ banks, mappings }: Scene, pid: number): string | null {
  for (const bank of banks.values()) {
    if (bank.users.value?.includes(pid) !== true) continue;
    const id = bank.mappings.find((one) => mappings.get(one)?.pid === pid);
    if (id !== undefined) return mappings.get(id)?.comm ?? null;
  }
  return null;
}

/** 'cdsp bank 3'; the device's own name where it is no bank's. */
export function bankText(device: string): string {
  const bank = bankOf(device);
  return bank ? `${bank.dsp} bank ${bank.sid}` : device;
}

/** Whole units: an age that is read while it grows. */
export function ageText(ns: number): string {
  const s = Math.max(0, Math.floor(ns / 1e9));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${String(s % 60).padStart(2, '0')} s`;
  return `${Math.floor(s / 3600)} h ${String(Math.floor((s % 3600) / 60)).padStart(2, '0')} min`;
}

/** A moment on the board's clock. */
export const boardClock = (ns: number): string => `${(ns / 1e9).toFixed(3)} s`;

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;

/** A value in a cell: unknown ones stand back and say why, `none` says that there is nothing to know. */
export function valueCell<T>(
  value: Value<T>,
  show: (value: T) => string,
  exact: (value: T) => string = show,
  missing = 'unknown',
): CellText {
  if (!('why' in value)) {
    const full = exact(value.value);
    return {
      text: show(value.value),
      exact: full,
      title: `${full}\nTier ${value.tier}: ${TIER_WORDS[value.tier]}`,
    };
  }
  if ('none' in value) return { text: '–', exact: '', title: value.why, faint: true };
  return { text: missing, exact: `unknown: ${value.why}`, title: `Unknown: ${value.why}`, faint: true };
}

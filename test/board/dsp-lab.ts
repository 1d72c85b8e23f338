import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { BoardOptions } from '../../electron/link/virtual/board.ts';
import type { PointResult, Run } from '../../electron/model/run.ts';
import { parseRun } from '../../electron/report/parse.ts';
import type { VirtualBoardInfo } from '../../electron/wire/controlToModel.ts';
import { TestLab, until, value, type Said } from './bench-lab.ts';
import { nothingStays } from './leftovers.ts';

/** A board with a DSP, runs on it, and what must be left of them: nothing. For one test at a time. */
export const GENERATIONS = ['v1', 'rfc', 'fastrpc'] as const;
/** What drivers keep for ever is left out: afterwards nothing at all is held. */
export const NO_LEAKS = Object.fromEntries(
  ['mmap-pins-object', 'release-leaks-init-memory', 'hidden-import-handles', 'interrupted-call-leaks'].map(
    (quirk) => [quirk, false],
  ),
);
export const PING = ['--only', 'rpc.ping', '--samples', '8', '--budget', '0.05'];

export let lab: TestLab;
/** Emulators that must be gone when the test is over. */
export let seen: number[] = [];

export async function boardWith(options: Omit<BoardOptions, 'name'> = {}): Promise<void> {
  seen = [];
  lab = await TestLab.start(options);
}

/** After each test: all that it made is gone, on the board and on this machine. */
export async function closeLab(): Promise<void> {
  const info = await settled();
  const kept = info.ledger.reduce((sum, { objects }) => sum + objects, 0);
  expect([info.objects, info.banks.filter(({ owner }) => owner !== null)]).toEqual([kept, []]);
  await lab.close();
  await nothingStays(() => [...lab.leftovers(), ...seen.filter((pid) => existsSync(`/proc/${pid}`))]);
  expect(readdirSync('/dev/shm').filter((name) => /qda|vq|dsp/i.test(name))).toEqual([]);
}

/** Waits until no process of the DSP and no file is left; what the board then holds. */
export const settled = (): Promise<VirtualBoardInfo> =>
  until('the DSP processes to be gone', async () => {
    const info = value(await lab.control.status());
    return info.dspSessions.length === 0 && info.files === 0 ? info : null;
  });

export async function expectNothingHeld(): Promise<void> {
  const { objects, dmabufs, bytes, banks } = await settled();
  const used = banks.filter(({ references, iovaUsed }) => references + iovaUsed > 0);
  expect({ objects, dmabufs, bytes, used }).toEqual({ objects: 0, dmabufs: 0, bytes: 0, used: [] });
}

export const arguments_ = (args: readonly string[]): string[] => [
  ...['bench', '--board', lab.name, '--no-memory', '--out', join(lab.folder, 'out')],
  ...args,
];
export async function bench(...args: readonly string[]): Promise<Said> {
  const said = await lab.run(...arguments_(args));
  await settled();
  return said;
}

export function stored(): Run {
  const path = join(lab.folder, 'out', 'run.json');
  return value(parseRun(readFileSync(path, 'utf8'), path));
}

export const plain = (said: Said): string => `${said.out} ${said.err}`.replace(/\s+/g, ' ');
export const reasons = (status: PointResult['status']): string[] => [
  ...new Set(
    stored()
      .points.filter((point) => point.status === status)
      .map(({ reason }) => reason),
  ),
];

import { expect } from 'vitest';
import type { BoardState } from '../../electron/model/board.ts';
import { endless, Watched } from '../board/session-lab.ts';
import { until, valueOf, type LinkBoard, type LinkHost } from './link-lab.ts';

/** For boards whose way says that it broke: no silence counts, so that a host that is held up sees no loss where there was none. */
export const patient = { silenceMs: 60_000 };
/** Silence that counts as a loss: longer than the agent's heartbeats are apart, shorter than a user waits. */
export const impatient = { silenceMs: 8_000 };

/** A session in whose run samples have come. */
export async function measuring(host: LinkHost, board: LinkBoard, limits = patient): Promise<Watched> {
  const watched = await Watched.open(await host.target(board), { limits });
  valueOf(await watched.session.identity());
  valueOf(await watched.session.startPlan(endless));
  await until('samples', () => watched.events.some(({ kind }) => kind === 'samples'));
  return watched;
}

/** Waits for that state; one that it cannot leave is told at once. */
export const untilIs = (watched: Watched, kind: BoardState['kind']): Promise<void> =>
  until(`a board that is ${kind}`, () => {
    const { state } = watched.session;
    if (state.kind === 'failed' && kind !== 'failed') throw new Error(state.reason);
    return state.kind === kind;
  });

/** Waits until it was lost once, also where it is back by then. */
export const untilLost = (watched: Watched): Promise<void> =>
  until('a loss', () => watched.states.some(({ kind }) => kind === 'lost'));

/** It is back, and its run goes on and ends as if nothing had been: each block once, in order. Nothing runs on the board afterwards. */
export async function goesOn(watched: Watched, board: LinkBoard, losses: number): Promise<void> {
  await untilIs(watched, 'running');
  const seen = watched.events.length;
  await until('more samples', () => watched.events.length > seen + 3);
  valueOf(await watched.session.cancel());
  await until('plan-done', () => watched.over);
  expect(watched.aborted).toEqual([]);
  expect(watched.blocks).toEqual(watched.blocks.map((_, at) => at + 1));
  expect(watched.gaps.map(({ droppedBlocks }) => droppedBlocks)).toEqual(Array(losses).fill(0));
  expect(watched.gaps.every(({ fromMs, toMs, reason }) => toMs >= fromMs && reason !== '')).toBe(true);
  expect(watched.states.filter(({ kind }) => kind === 'lost').length).toBe(losses);
  await watched.session.close();
  expect(board.agents).toEqual([]);
}

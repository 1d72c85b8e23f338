import { expect, test } from 'vitest';
import { LivePicture } from '../../../electron/memory/live-picture.ts';
import type { PictureBank, PictureProcess } from '../../../electron/model/memory.ts';
import { neighboursOf } from '../../../renderer/views/bench/neighbours.ts';

const process = (
  pid: number,
  name: string | null,
  changes: Partial<PictureProcess> = {},
): PictureProcess => ({
  pid,
  comm: name === null ? { value: null, why: 'not readable' } : { value: name, tier: 'proc' },
  alive: true,
  nodes: ['/dev/accel/accel0'],
  unreadable: false,
  ...changes,
});

const bank = (sid: number, users: readonly number[] | null): PictureBank => ({
  device: `qda-cb-cdsp-${sid}`,
  dsp: 'cdsp',
  sid,
  users: users === null ? { value: null, why: 'no tracing' } : { value: users, tier: 'dma' },
  mappedBytes: { value: null, why: '' },
  mappings: [],
});

function picture(processes: readonly PictureProcess[], banks: readonly PictureBank[]): LivePicture {
  const live = new LivePicture();
  for (const one of processes) live.processes.set(one.pid, one);
  for (const one of banks) live.banks.set(one.device, one);
  return live;
}

const isAgent = (name: string): boolean => name === 'qda-agent';

test('others are those that live and have a node open, the agent apart', () => {
  const seen = neighboursOf(
    picture(
      [
        process(1, 'qda-agent'),
        process(2, 'camera'),
        process(3, 'gone', { alive: false }),
        process(4, 'shell', { nodes: [] }),
        process(5, null),
      ],
      [bank(1, [2]), bank(2, [])],
    ),
    isAgent,
  );
  expect(seen.others.map(({ pid, name, banks }) => [pid, name, banks])).toEqual([
    [2, 'camera', 1],
    [5, 'process 5', 0],
  ]);
  expect([seen.banks, seen.banksUsed]).toEqual([2, 1]);
});

test('banks whose users are not known are not counted as free', () => {
  expect(neighboursOf(picture([], [bank(1, [2]), bank(2, null)]), isAgent).banksUsed).toBeNull();
});

import { expect, test } from 'vitest';
import { memoryText } from '../../../electron/cli/print-memory.ts';
import type { MemoryPicture, PictureBuffer, TierStatus } from '../../../electron/model/memory.ts';
import { fixtureMemory } from '../report/fixture.ts';

const EMPTY: MemoryPicture = {
  takenNs: 1,
  tiers: [],
  processes: [],
  buffers: [],
  banks: [],
  mappings: [],
  self: [],
  dsp: [],
  findings: [],
};
const tier = (more: Partial<TierStatus>): TierStatus => ({
  tier: 'dma',
  available: true,
  reason: '',
  source: '',
  lostEvents: 0,
  sinceNs: null,
  ...more,
});
const buffer = (more: Partial<PictureBuffer> = {}): PictureBuffer => ({
  ino: 4_000_000_001,
  size: { value: 262_144, tier: 'proc' },
  exporter: { value: 'system', tier: 'proc' },
  name: '',
  references: { value: 7, tier: 'bufinfo' },
  holders: [],
  attachedTo: { value: ['qda-cb-cdsp-12'], tier: 'bufinfo' },
  mappings: [],
  ...more,
});
const widest = (text: string): number => Math.max(...text.split('\n').map((line) => [...line].length));

test('an empty picture says so in words', () => {
  expect(memoryText(EMPTY, 80)).toBe(
    'Context banks: none seen in use.\n\ndma-bufs: none seen.\n\nFindings: none.',
  );
});

test('a tier tells why it is not there, what it missed, and how many events were lost', () => {
  const tiers = [
    tier({ tier: 'self' }),
    tier({ tier: 'proc', reason: 'EACCES: /proc/PID/fd of 86 of 92 processes' }),
    tier({ tier: 'bufinfo', available: false, reason: 'EACCES: /sys/kernel/debug' }),
    tier({ lostEvents: 3 }),
  ];
  expect(
    memoryText({ ...EMPTY, tiers }, 80)
      .split('\n')
      .slice(-4),
  ).toEqual([
    '  self    available',
    '  proc    available in part: EACCES: /proc/PID/fd of 86 of 92 processes',
    '  bufinfo not available: EACCES: /sys/kernel/debug',
    '  dma     available, 3 events lost',
  ]);
});

test('a buffer has a row a holder and a row a device, its own facts once', () => {
  const holders = [1, 2, 3, 4, 5, 6].map((pid) => ({ pid, fds: [3], maps: pid % 2 }));
  const two = { value: ['qda-cb-cdsp-1', 'qda-cb-cdsp-2'], tier: 'bufinfo' } as const;
  const text = memoryText(
    { ...EMPTY, buffers: [buffer({ holders, attachedTo: two }), buffer({ attachedTo: two })] },
    80,
  );
  expect(text).toContain('and 2 more');
  expect(text.match(/4000000001/g)).toHaveLength(2);
  expect(text.match(/qda-cb-cdsp-2/g)).toHaveLength(2);
  expect(text).toMatch(/\? 1 mapped +qda-cb-cdsp-1\n +\? 2 +qda-cb-cdsp-2\n/);
});

test('what is unknown is called unknown, never nought', () => {
  const none = { value: null, why: 'EACCES' } as const;
  const unknown = buffer({ size: none, exporter: none, references: none, attachedTo: none });
  const row = memoryText({ ...EMPTY, buffers: [unknown] }, 80)
    .split('\n')
    .find((line) => line.startsWith('4000000001'));
  expect(row?.match(/unknown/g)).toHaveLength(4);
  expect(row).not.toMatch(/ 0 /);
});

test('long names, a large inode and findings fit 80 columns', () => {
  const comm = { value: 'fifteen-letters', tier: 'proc' } as const;
  const processes = [{ pid: 41_943, comm, alive: true, nodes: [], unreadable: false }];
  const buffers = [buffer({ ino: 1_234_567, holders: [{ pid: 41_943, fds: [], maps: 1 }] })];
  expect(widest(memoryText({ ...fixtureMemory(), processes, buffers }, 80))).toBeLessThanOrEqual(80);
});

test('a long list is cut and the rest counted', () => {
  const text = memoryText({ ...EMPTY, buffers: Array.from({ length: 100 }, () => buffer()) }, 80);
  expect(text).toContain('… and 60 more (all of them: --json)');
});

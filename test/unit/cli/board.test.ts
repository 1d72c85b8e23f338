import { expect, test } from 'vitest';
import { boardText } from '../../../electron/cli/print-board.ts';
import type { VirtualBoardInfo } from '../../../electron/wire/controlToModel.ts';

const info: VirtualBoardInfo = {
  name: 'b',
  generation: 'v1',
  iommu: 'translated',
  pid: 1,
  buildId: '5f0c',
  banks: [],
  objects: 0,
  dmabufs: 0,
  bytes: 0,
  files: 0,
  ledger: [],
  quirks: [],
  workloadPids: [],
  knownDifferences: [],
  nodes: [],
  dspSessions: [],
  copiedBytes: 0,
  dspMissing: '',
};

test('each process of the DSP is a row, with what it has not answered', () => {
  const process = { pid: 4711, session: 2, dsp: 'cdsp', sid: 3, waiting: 1, calls: 12, mappings: 5 };
  const text = boardText({ ...info, dspSessions: [process], copiedBytes: 4096 }, 80);
  expect(text).toMatch(/4711 +cdsp +2 +3 +12 +1 +5$/m);
  expect(text).toContain('Calls copied 4 KiB of arguments');
});

test('without a process that stands; without a DSP the reason does, and nothing of calls', () => {
  expect(boardText(info, 80)).toContain('No process runs on the DSP');
  const without = boardText({ ...info, dspMissing: 'qemu-hexagon is not on PATH' }, 80);
  expect(without).toContain('The DSP runs nothing: qemu-hexagon is not on PATH');
  expect(without).not.toContain('Calls copied');
});

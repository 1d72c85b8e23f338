import type { VirtualBoardInfo } from '../host/virtual-board.ts';
import { driverText } from '../model/board.ts';
import { formatBytes } from '../model/format.ts';
import { textTable } from './table.ts';
import { wrap } from './wrap.ts';

/** What a virtual board says of itself: its nodes and banks, what it holds, what its quirks keep. */
export function boardText(info: VirtualBoardInfo, columns: number): string {
  const head = `Virtual board ${info.name}: ${driverText(info.generation)}, IOMMU ${info.iommu}, process ${info.pid}`;
  const nodes = info.nodes.map((node) => `  ${node.path}  ${node.dsp}${node.plugged ? '' : ' (unplugged)'}`);
  const held = `Holds ${info.objects} GEM objects and ${info.dmabufs} dma-bufs, ${formatBytes(info.bytes)}; ${info.files} open accel files`;
  const ledger = info.ledger.map(
    (row) => `  ${row.quirk}: ${row.objects} objects, ${formatBytes(row.bytes)}`,
  );
  const quirks = info.quirks.map((row) => `  ${row.name} is ${row.on ? 'on' : 'off'}; ${row.what}`);
  const workloads = info.workloadPids.length > 0 ? [`Workloads: ${info.workloadPids.join(', ')}`] : [];
  const text = [
    head,
    `  build ${info.buildId}`,
    ...nodes,
    '',
    banksTable(info),
    '',
    held,
    ...workloads,
    '',
    ...dspLines(info),
    ...section('Kept by quirks', ledger),
    ...section('Quirks', quirks),
    ...section(
      'Known differences from a board',
      info.knownDifferences.map((text) => `  ${text}`),
    ),
  ];
  return wrap(text.join('\n'), columns, 6);
}

/** Processes of the virtual DSP, and what calls copied: zero as long as every argument was shared. */
function dspLines(info: VirtualBoardInfo): readonly string[] {
  if (info.dspMissing !== '') return [`The DSP runs nothing: ${info.dspMissing}`];
  const copied = `Calls copied ${formatBytes(info.copiedBytes)} of arguments since the board began`;
  if (info.dspSessions.length === 0) return ['No process runs on the DSP', copied];
  const columns = [
    { head: 'DSP process', right: true },
    { head: 'DSP' },
    { head: 'session', right: true },
    { head: 'SID', right: true },
    { head: 'calls', right: true },
    { head: 'waiting', right: true },
    { head: 'mappings', right: true },
  ];
  const rows = info.dspSessions.map((one) => [
    String(one.pid),
    one.dsp,
    String(one.session),
    String(one.sid),
    String(one.calls),
    String(one.waiting),
    String(one.mappings),
  ]);
  return [textTable(columns, rows), copied];
}

const section = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length > 0 ? ['', title, ...lines] : [];

function banksTable(info: VirtualBoardInfo): string {
  const columns = [
    { head: 'DSP' },
    { head: 'SID', right: true },
    { head: 'owner thread', right: true },
    { head: 'files', right: true },
    { head: 'IOVA used', right: true },
  ];
  const rows = info.banks.map((bank) => [
    bank.dsp,
    String(bank.sid),
    bank.owner === null ? 'free' : String(bank.owner),
    String(bank.references),
    formatBytes(bank.iovaUsed),
  ]);
  return textTable(columns, rows);
}

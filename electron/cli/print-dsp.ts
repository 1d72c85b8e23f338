import { formatBytes, formatDmaAddress } from '../model/format.ts';
import type { DspSession } from '../model/memory.ts';
import type { DspLogLine, Run } from '../model/run.ts';
import { spaceOf, spaceUsed } from '../model/space.ts';
import { textTable } from './table.ts';
import { wrap } from './wrap.ts';

/** Ranges and lines that are printed; the rest is counted. */
const MOST_RANGES = 24;
const MOST_LINES = 20;

/** What a run saw of its DSP processes and of the DSP's log; empty where it saw nothing. */
export function runDspText(
  { dsp, dspLog, plan: { dspFiles } }: Pick<Run, 'dsp' | 'dspLog' | 'plan'>,
  columns: number,
): string {
  const seen =
    dsp === null
      ? []
      : [
          `DSP processes, seen while the plan ran, at its point ${dsp.atPoint}`,
          sessionsText(dsp.sessions, columns),
          ...(dspFiles === '' ? [] : [wrap(`  could read the board's files below ${dspFiles}`, columns, 4)]),
        ];
  const more = dspLog.omitted + Math.max(0, dspLog.lines.length - MOST_LINES);
  const log =
    dspLog.lines.length === 0
      ? []
      : [
          `Log of the DSP${more > 0 ? ` (${more} more lines left out)` : ''}`,
          wrap(dspLog.lines.slice(0, MOST_LINES).map(lineText).join('\n'), columns, 4),
        ];
  return [...seen, ...log].join('\n');
}

export const lineText = ({ level, source, text }: Pick<DspLogLine, 'level' | 'source' | 'text'>): string =>
  `  ${source} ${level}: ${text}`;

/** DSP processes of the agent's own: their memory, their 32-bit space and what holds it, the calls they owe an answer. */
export const sessionsText = (sessions: readonly DspSession[], columns: number): string =>
  sessions.map((session) => sessionText(session, columns)).join('\n');

function sessionText(session: DspSession, columns: number): string {
  const { pid, unsignedPd, node, shell, shellBytes, processMemory, reverseCalls, ended } = session;
  const lines = [
    `  process ${pid} on ${node}, ${unsignedPd ? 'unsigned' : 'signed'}${ended ? ', ENDED: the DSP may still own what is listed' : ''}`,
    `    shell ${shell} (${formatBytes(shellBytes)})`,
    `    memory of the process ${processMemory === null ? 'not known' : formatBytes(processMemory)}, ${reverseCalls} reverse calls`,
    `    ${gauge(session)}`,
  ];
  const calls = session.calls.map(
    (call) => `    thread ${call.tid} waits in handle ${hex(call.handle)}, scalars ${hex(call.scalars)}`,
  );
  return [wrap(lines.join('\n'), columns, 6), ...ranges(session), ...calls].join('\n');
}

const GAUGE = 30;

/** '[##····] 17 MiB of 1.98 GiB held: buffer 16 MiB in 1, heap 1 MiB in 1' */
function gauge(session: DspSession): string {
  const used = spaceUsed(session);
  const by = spaceOf(session).map(
    ({ what, bytes, ranges: count }) => `${what} ${formatBytes(bytes)} in ${count}`,
  );
  const held = by.length === 0 ? '' : `: ${by.join(', ')}`;
  if (session.addressSpace === 0) return `${formatBytes(used)} of its 32-bit space held${held}`;
  const full = used === 0 ? 0 : Math.max(1, Math.round((GAUGE * used) / session.addressSpace));
  const bar = '█'.repeat(Math.min(GAUGE, full)) + '░'.repeat(Math.max(0, GAUGE - full));
  return `${bar} ${formatBytes(used)} of ${formatBytes(session.addressSpace)} held${held}`;
}

function ranges({ maps }: DspSession): string[] {
  if (maps.length === 0) return [];
  const columns = [
    { head: '    DSP address' },
    { head: 'size', right: true },
    { head: 'what' },
    { head: 'dma-buf', right: true },
  ];
  const rows = maps
    .slice(0, MOST_RANGES)
    .map(({ address, size, what, ino }) => [
      `    ${formatDmaAddress(address)}`,
      formatBytes(size),
      what,
      ino === null ? '–' : String(ino),
    ]);
  const more = maps.length - MOST_RANGES;
  return [textTable(columns, rows), ...(more > 0 ? [`    … and ${more} more`] : [])];
}

const hex = (value: bigint | number): string => `0x${value.toString(16)}`;

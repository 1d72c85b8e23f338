import type { Lane, Span } from '../../../../electron/memory/lanes.ts';
import { NOBODY } from '../../../../electron/memory/lifetimes.ts';
import { formatBytes, formatTime } from '../../../../electron/model/format.ts';
import { clockMsText } from '../../../app/time.ts';
import type { LifeHit } from './timeline.svelte.ts';

export const KIND_WORDS: Readonly<Record<Span['kind'], string>> = {
  held: 'dma-buf held',
  allocation: 'allocation',
  import: 'import',
  call: 'DSP call, not answered',
};

export const laneTitle = ({ pid, comm }: Lane): string =>
  pid === NOBODY ? 'held by no process' : comm === '' ? `process ${pid}` : comm;

export function laneDetail(lane: Lane): string {
  const many = lane.open.size;
  const now = `${many} ${many === 1 ? 'life' : 'lives'}`;
  if (lane.pid === NOBODY) return now;
  return `${lane.pid}${lane.endedMs === null ? '' : ', gone'} · ${now}`;
}

/** As much of it as stands beside the name. */
export const laneNumber = ({ pid, endedMs }: Lane): string =>
  pid === NOBODY ? '' : `${pid}${endedMs === null ? '' : ', gone'}`;

export const fromText = ({ fromMs }: Span): string =>
  fromMs === null ? 'unknown, before the observation' : clockMsText(fromMs);

export const toText = ({ toMs }: Span): string => (toMs === null ? 'lasts' : clockMsText(toMs));

export function lastedText({ fromMs, toMs }: Span, nowMs: number): string {
  if (fromMs === null) return 'unknown';
  const ms = (toMs ?? nowMs) - fromMs;
  return `${formatTime(ms * 1e6)}${toMs === null ? ' so far' : ''}`;
}

export function hitLines({ lane, span, atMs }: LifeHit, nowMs: number): readonly string[] {
  const who =
    lane.pid === NOBODY
      ? laneTitle(lane)
      : `${laneTitle(lane)} (${lane.pid}${lane.endedMs === null ? '' : ', gone'})`;
  if (!span) return [who, clockMsText(atMs), `${lane.open.size} live now`];
  const what = [
    span.size === null ? '' : formatBytes(span.size),
    KIND_WORDS[span.kind],
    span.scattered ? 'scattered' : '',
  ];
  return [
    what.filter(Boolean).join(' '),
    `${fromText(span)} to ${toText(span)}`,
    `${who}${span.bank === null ? '' : `, in ${span.bank}`}`,
    span.ino === null ? '' : `inode ${span.ino}`,
    `for ${lastedText(span, nowMs)}`,
  ].filter(Boolean);
}

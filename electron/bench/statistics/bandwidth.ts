import type { Interval, NotDefined, TooFew, Value } from './figures.ts';
import type { Summary } from './summary.ts';

/** Bytes over p50 in GB/s, with the interval that the median's own interval gives. */
export interface Bandwidth extends Value {
  readonly interval: Interval | TooFew | NotDefined;
}

/**
 * Bandwidth of moving `bytes` in the median time of `times` (nanoseconds), in GB/s of 1e9 bytes a second; one
 * byte a nanosecond is one GB/s. Its interval is the interval of p50 turned over: a monotone function of a
 * quantile keeps the coverage.
 */
export function bandwidth(
  bytes: number,
  times: Pick<Summary, 'n' | 'p50' | 'p50Interval'>,
): Bandwidth | NotDefined {
  if (!(bytes > 0 && Number.isFinite(bytes))) throw new RangeError(`bandwidth: ${bytes} bytes`);
  const { n, p50 } = times;
  if (p50 <= 0)
    return noTime(n, 'the median time is not above zero: the transfer is shorter than the clock can show');
  return { kind: 'value', n, value: bytes / p50, interval: bandwidthInterval(bytes, times.p50Interval) };
}

function bandwidthInterval(bytes: number, time: Summary['p50Interval']): Bandwidth['interval'] {
  if (time.kind === 'too-few') return time;
  const { n, level, low, high } = time;
  if (low <= 0)
    return noTime(n, 'the lower end of the median time is not above zero, so the bandwidth has no upper end');
  return { kind: 'interval', n, low: bytes / high, high: bytes / low, level };
}

function noTime(n: number, reason: string): NotDefined {
  return { kind: 'not-defined', n, reason };
}

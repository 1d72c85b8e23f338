// The schema's enums as the model's words, in the order of their numbers.
import type { CheckState } from '../model/board.ts';
import type { DmaKind } from '../model/memory.ts';
import type { Source } from '../model/plan.ts';
import type { LogLevel, PointDone } from '../model/stream.ts';

type Words<T> = readonly [T, ...T[]];

export const sources: Words<Source> = [
  'qda',
  'heap-system',
  'heap-cma',
  'udmabuf',
  'render',
  'malloc',
  'dmabuf',
];

export const checkStates: Words<CheckState> = ['ok', 'warn', 'fail', 'unknown'];

export const tiers = ['none', 'self', 'proc', 'bufinfo', 'dma'] as const;

export const dmaKinds: Words<DmaKind> = [
  'alloc',
  'free',
  'map-sg',
  'unmap-sg',
  'fault',
  'iommu-map',
  'iommu-unmap',
];

export const pointStatuses: Words<PointDone['status']> = ['pass', 'fail', 'error', 'skip', 'cancelled'];

export const logLevels: Words<LogLevel> = ['debug', 'info', 'warn', 'error'];

/** Why an agent or a virtual board refused. */
export const failureCodes = [
  'unknown-failure',
  'bad-token',
  'build-mismatch',
  'bad-frame',
  'busy',
  'unknown-benchmark',
  'no-node',
  'bad-request',
  'limit',
  'unavailable',
] as const;

export type FailureCode = (typeof failureCodes)[number];

export const faultKinds = [
  'none',
  'banks-exhausted',
  'alloc',
  'foreign-import',
  'delay',
  'dsp-crash',
  'dsp-hang',
  'dsp-space',
] as const;

export type FaultKind = (typeof faultKinds)[number];

/** The number of a word. */
export function numberOf<T>(words: readonly T[], word: T): number {
  const found = words.indexOf(word);
  if (found < 0) throw new Error(`the schema has no '${String(word)}'`);
  return found;
}

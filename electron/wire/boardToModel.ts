import type { AccelNode, Check, Identity } from '../model/board.ts';
import type { Reading } from '../model/outcome.ts';
import type * as wire from './gen/qda_lab_pb.js';
import { textOrNull, type Fit } from './fit.ts';
import { checkStates } from './words.ts';

export const readingOf = (reading: wire.Reading): Reading => ({
  key: reading.key,
  value: reading.value ?? null,
  unit: reading.unit,
  reason: reading.reason,
  source: reading.source,
});

const nodeOf = (node: wire.AccelNode): AccelNode => ({
  path: node.path,
  dsp: node.dsp,
  generation: textOrNull(node.generation),
  proof: node.proof,
  error: node.error,
});

export const identityOf = (identity: wire.Identity, fit: Fit): Identity => ({
  serial: textOrNull(identity.serial),
  model: identity.model,
  kernel: identity.kernel,
  machine: identity.machine,
  simulated: identity.simulated,
  nodes: identity.nodes.map(nodeOf),
  heaps: identity.heaps,
  pageSize: identity.pageSize,
  clockCostNs: fit.exact(identity.clockCostNs, 'Identity.clock_cost_ns'),
  readings: identity.readings.map(readingOf),
  benchmarks: identity.benchmarks.map(({ id, exhaustive }) => ({ id, exhaustive })),
});

export const checkOf = (check: wire.Check, fit: Fit): Check => ({
  name: check.name,
  state: fit.word(checkStates, check.state, 'Check.state'),
  read: check.read,
  why: check.why,
  remedy: check.remedy,
  ...(check.fatal ? { fatal: true } : {}),
});

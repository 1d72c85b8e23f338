import type {
  Counter,
  Heartbeat,
  LogLine,
  PlanDone,
  PointDone,
  PointStarted,
  SampleBlock,
  Welcome,
  ZeroCopyProof,
} from '../model/stream.ts';
import type * as wire from './gen/qda_lab_pb.js';
import { clockNs, textOrNull, type Fit } from './fit.ts';
import { samplesOf } from './samples.ts';
import { logLevels, pointStatuses } from './words.ts';

export function welcomeOf(welcome: wire.Welcome, fit: Fit): Welcome {
  const oldest = fit.exact(welcome.oldestBlock, 'Welcome.oldest_block');
  return {
    agentVersion: welcome.agentVersion,
    buildId: welcome.buildId,
    protocol: welcome.protocol,
    session: welcome.session,
    simulated: welcome.simulated,
    runningPlan: textOrNull(welcome.runningPlan),
    lastBlock: fit.exact(welcome.lastBlock, 'Welcome.last_block'),
    droppedBlocks: fit.exact(welcome.droppedBlocks, 'Welcome.dropped_blocks'),
    oldestBlock: oldest === 0 ? null : oldest,
  };
}

export const pointStartedOf = (started: wire.PointStarted, fit: Fit): PointStarted => ({
  index: started.index,
  block: fit.exact(started.block, 'PointStarted.block'),
  series: started.series,
});

export const sampleBlockOf = (block: wire.SampleBlock, fit: Fit): SampleBlock => ({
  block: fit.exact(block.block, 'SampleBlock.block'),
  index: block.index,
  series: block.series,
  first: fit.exact(block.first, 'SampleBlock.first'),
  ns: samplesOf(block.ns, fit),
  simulated: block.simulated,
});

export const pointDoneOf = (done: wire.PointDone, fit: Fit): PointDone => ({
  index: done.index,
  block: fit.exact(done.block, 'PointDone.block'),
  status: fit.word(pointStatuses, done.status, 'PointDone.status'),
  error: done.error,
  call: done.call,
  reason: done.reason,
  limit: fit.maybe(done.limit, 'PointDone.limit'),
  verified: fit.exact(done.verified, 'PointDone.verified'),
  mismatches: fit.exact(done.mismatches, 'PointDone.mismatches'),
  bytesPerSample: fit.exact(done.bytesPerSample, 'PointDone.bytes_per_sample'),
  leftBehind: fit.exact(done.leftBehind, 'PointDone.left_behind'),
  samplesTaken: fit.exact(done.samplesTaken, 'PointDone.samples_taken'),
  samplesDropped: fit.exact(done.samplesDropped, 'PointDone.samples_dropped'),
  startedNs: clockNs(done.startedNs),
  endedNs: clockNs(done.endedNs),
  simulated: done.simulated,
  counters: done.counters.map((counter) => counterOf(counter, fit)),
  proof: done.proof === undefined ? null : proofOf(done.proof, fit),
});

const counterOf = (counter: wire.Counter, fit: Fit): Counter => ({
  name: counter.name,
  unit: counter.unit,
  value: fit.exact(counter.value, 'Counter.value'),
});

const proofOf = (proof: wire.ZeroCopyProof, fit: Fit): ZeroCopyProof => ({
  ino: fit.exact(proof.ino, 'ZeroCopyProof.ino'),
  importIno: fit.maybe(proof.importIno, 'ZeroCopyProof.import_ino'),
  dmaAddress: proof.dmaAddress ?? null,
  dmaReason: proof.dmaReason,
  dspAddress: proof.dspAddress ?? null,
  nonceToDsp: proof.nonceToDsp,
  nonceFromDsp: proof.nonceFromDsp,
});

export const planDoneOf = (done: wire.PlanDone, fit: Fit): PlanDone => ({
  runId: done.runId,
  block: fit.exact(done.block, 'PlanDone.block'),
  cancelled: done.cancelled,
  reason: done.reason,
});

export const heartbeatOf = (heartbeat: wire.Heartbeat, fit: Fit): Heartbeat => ({
  nowNs: clockNs(heartbeat.nowNs),
  utcNs: heartbeat.utcNs,
  rssBytes: fit.exact(heartbeat.rssBytes, 'Heartbeat.rss_bytes'),
});

export const logLineOf = (line: wire.LogLine, fit: Fit): LogLine => ({
  level: fit.word(logLevels, line.level, 'LogLine.level'),
  utcNs: line.utcNs,
  text: line.text,
  source: line.source === '' ? AGENT : line.source,
});

/** Who speaks where a line names nobody. */
const AGENT = 'agent';

import type { DspCallFact, DspMapFact, DspSession, DspSessionFact, MemoryFact } from '../model/memory.ts';

/**
 * The DSP processes of the agent's own, each with what is mapped into it, by address, and its calls, the oldest first. Maps and
 * calls of a process that no fact describes are left out: there is nothing to hang them on.
 */
export function sessionsOf(facts: readonly MemoryFact[]): DspSession[] {
  const of = <K extends MemoryFact['kind']>(kind: K): Extract<MemoryFact, { kind: K }>[] =>
    facts.filter((fact): fact is Extract<MemoryFact, { kind: K }> => fact.kind === kind);
  const maps = of('dsp-map');
  const calls = of('dsp-call');
  return of('dsp-session').map((fact) => sessionOf(fact, maps, calls));
}

function sessionOf(
  { kind: _, ...fact }: DspSessionFact,
  maps: readonly DspMapFact[],
  calls: readonly DspCallFact[],
): DspSession {
  return {
    ...fact,
    maps: maps
      .filter((map) => map.pid === fact.pid)
      .sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : 0))
      .map(({ address, size, ino, what, sinceNs }) => ({ address, size, ino, what, sinceNs })),
    calls: calls
      .filter((call) => call.pid === fact.pid)
      .sort((a, b) => a.sinceNs - b.sinceNs)
      .map(({ tid, handle, scalars, sinceNs }) => ({ tid, handle, scalars, sinceNs })),
  };
}

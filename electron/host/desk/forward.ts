import type { Clock } from '../../session/clock.ts';

/** A clock whose UTC never goes back: where the machine's is set back, it goes on from where it was. Steps of a watch stand in its order. */
export function goingForward(clock: Clock): Clock {
  let last = { utc: -Infinity, steady: 0 };
  let shift = 0;
  return {
    nowMs: () => {
      const steady = clock.steadyMs();
      const said = clock.nowMs() + shift;
      const utc = said >= last.utc ? said : last.utc + (steady - last.steady);
      shift += utc - said;
      last = { utc, steady };
      return utc;
    },
    steadyMs: () => clock.steadyMs(),
    after: (ms, then) => clock.after(ms, then),
  };
}

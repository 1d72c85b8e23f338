import type { Run } from '../model/run.ts';

/** What every format says first of a run on a simulated board. */
export const SIMULATED = 'Measured on a simulated board: the numbers in this file are no hardware results.';
export const HARDWARE = 'Measured on hardware.';

export const statementOf = (run: Pick<Run, 'simulated'>): string => (run.simulated ? SIMULATED : HARDWARE);

/** Exit codes of `qda-lab`, documented in the help and the README. */
export const EXIT = { pass: 0, failed: 1, couldNotRun: 2, usage: 3, interrupted: 130 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export type Mark = 'ok' | 'notice' | 'warning' | 'error' | 'none' | 'busy';

/** One shape a state, so that none is told by colour alone. */
export const SHAPES: Readonly<Record<Mark, string>> = {
  ok: 'M6 1.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0 -9z',
  notice: 'M6 .8 11.2 6 6 11.2 .8 6z',
  warning: 'M6 1 11.5 10.75H.5z',
  error: 'M1.5 1.5h9v9h-9z',
  none: 'M6 2.25a3.75 3.75 0 1 0 0 7.5a3.75 3.75 0 1 0 0 -7.5z',
  busy: 'M6 1.5a4.5 4.5 0 0 1 0 9z',
};

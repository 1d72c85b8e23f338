import type { BoardState } from '../../electron/model/board.ts';
import type { BoardView } from '../../electron/model/desk.ts';
import type { Mark } from '../widgets/marks.ts';
import { clockText } from './time.ts';

const MARKS: Readonly<Record<BoardState['kind'], readonly [Mark, string]>> = {
  absent: ['none', 'not seen'],
  offline: ['none', 'offline'],
  unauthorized: ['warning', 'not authorised'],
  busy: ['warning', 'busy'],
  connecting: ['busy', 'connecting'],
  ready: ['ok', 'ready'],
  running: ['busy', 'running'],
  lost: ['error', 'lost'],
  rebooted: ['warning', 'restarted'],
  'dsp-restarted': ['warning', 'DSP restarted'],
  failed: ['error', 'failed'],
};

/** A board's state as a shape and a word. */
export function markOf(board: BoardView): { readonly state: Mark; readonly word: string } {
  const { kind } = board.state;
  if (kind === 'ready' && !board.open) return { state: 'none', word: 'not connected' };
  const [state, word] = MARKS[kind];
  return { state, word };
}

/** What the state means, as a sentence; empty where the word says it all. */
export function stateSentence(board: BoardView): string {
  const { state } = board;
  switch (state.kind) {
    case 'absent':
      return 'No way to boards shows it now; it is waited for.';
    case 'offline':
    case 'failed':
      return state.reason;
    case 'unauthorized':
      return 'The board does not let this machine in.';
    case 'busy':
      return state.holder;
    case 'connecting':
      return `${state.step}.`;
    case 'ready':
      return board.open ? '' : 'It is seen. Our agent is not on it yet.';
    case 'running':
      return `The run ${state.runId} goes on.`;
    case 'lost':
      return `Nothing was heard since ${clockText(state.sinceMs)}. The values below are from before; it is waited for.`;
    case 'rebooted':
      return 'It was restarted: what our agent knew is gone.';
    case 'dsp-restarted':
      return `The ${state.dsp} went away or was restarted: its sessions and buffers are gone.`;
  }
}

/** What can be done; empty: nothing. */
export const stateRemedy = ({ state }: BoardView): string => ('remedy' in state ? (state.remedy ?? '') : '');

/** Whether there is something to connect to that is not connected. */
export const canConnect = (board: BoardView): boolean =>
  !board.open && !['absent', 'connecting', 'running'].includes(board.state.kind);

/** Whether its values are old: the board is away, or nobody asks it. */
export const isStale = (board: BoardView): boolean =>
  board.state.kind === 'lost' || board.state.kind === 'absent' || board.state.kind === 'rebooted';

const TRANSPORTS: Readonly<Record<BoardView['transports'][number], string>> = {
  virtual: 'virtual',
  usb: 'USB',
  adb: 'adb',
  tcp: 'TCP',
};

export const transportText = ({ transports }: BoardView): string =>
  transports.map((one) => TRANSPORTS[one]).join(', ') || 'no transport';

/** How it is reached, in full: "USB 1-2, or through the adb server 127.0.0.1:5037". */
export const waysText = (board: BoardView): string => {
  const through = ({ transport, via }: BoardView['ways'][number]): string =>
    transport === 'adb' ? `through the ${via}` : via;
  const real = board.ways.filter(({ transport }) => transport !== 'virtual');
  const usable = real.filter(({ state }) => state === 'ready');
  return (usable.length > 0 ? usable : real).map(through).join(', or ') || transportText(board);
};

/** Its id, where its label alone does not tell it from others; empty: it does. */
export const idBeside = ({ id, label, transports }: BoardView): string =>
  label.includes(id) || transports.includes('virtual') ? '' : id;

/** '6.18' of '6.18.0-rc3-lab'. */
export const kernelText = (release: string): string => /^\d+\.\d+/.exec(release)?.[0] ?? release;

/** The label where there is little room: virtual boards that have no name of their own by their id. */
export const shortLabel = ({ named, transports, label, id }: BoardView): string =>
  !named && transports.includes('virtual') ? id : label;

import { driverText } from '../../../electron/model/board.ts';
import type { BoardView } from '../../../electron/model/desk.ts';
import type { Outcome } from '../../../electron/model/outcome.ts';
import { canConnect } from '../../app/board-words.ts';
import type { AppState } from '../../state/app.svelte.ts';
import type { Generation } from '../../state/boards.svelte.ts';
import type { MenuEntry } from '../../widgets/menu.ts';

/** DSPs that a virtual board plays: it says so itself, whether their nodes are there or not. */
const DSPS = ['cdsp', 'adsp'] as const;

/** What can be done to a board. */
export function boardMenu(app: AppState, board: BoardView): MenuEntry[] {
  const { id } = board;
  const session: MenuEntry[] = [
    {
      label: 'Put in front',
      run: () => {
        app.choose(id);
      },
    },
    {
      label: 'Connect',
      blocked: board.open ? 'It is connected' : canConnect(board) ? '' : 'It is not seen now',
      run: () => void app.openBoard(id),
    },
    {
      label: 'Disconnect',
      blocked: board.open ? '' : 'It is not connected',
      run: () => void app.closeBoard(id),
    },
  ];
  const upkeep: MenuEntry[] = [
    'line',
    {
      label: 'Check',
      blocked: seen(board) ? '' : 'It is not seen now',
      run: () => void app.boards.check(id, app.boards.groundOf(board) ?? ''),
    },
    {
      label: 'Remove our files from it',
      blocked: seen(board) ? '' : 'It is not seen now',
      run: () => void app.cleanBoard(id),
    },
    { label: 'Save a file for a bug report ...', run: () => void app.saveDoctor() },
  ];
  const items = [...session, ...generationItems(app, board), ...upkeep];
  return board.transports.includes('virtual') ? [...items, ...virtualItems(app, board)] : items;
}

const seen = ({ state }: BoardView): boolean => state.kind !== 'absent';

/** Where a node's driver could not be proven, the user may know it: it is named then, and the run says so. */
function generationItems(app: AppState, { id, identity }: BoardView): MenuEntry[] {
  if (identity?.nodes.every((node) => node.generation !== null) !== false) return [];
  const as = (generation: Generation): MenuEntry => ({
    label: `Connect as ${driverText(generation)}`,
    run: () => void app.boards.open(id, generation).then((outcome) => app.tell(outcome)),
  });
  return ['line', as('v1'), as('rfc'), as('fastrpc')];
}

function virtualItems(app: AppState, { id, identity }: BoardView): MenuEntry[] {
  const { boards } = app;
  const tell = (outcome: Outcome<unknown>): boolean => app.tell(outcome);
  const there = new Set(identity?.nodes.map((node) => node.dsp));
  const known = identity !== null;
  const dsps = DSPS.flatMap((dsp): MenuEntry[] => [
    {
      label: `Unplug the ${dsp}`,
      blocked: known && !there.has(dsp) ? 'It is unplugged' : '',
      run: () => void boards.unplug(id, dsp).then(tell),
    },
    {
      label: `Plug the ${dsp} in again`,
      blocked: there.has(dsp) ? 'It is there' : '',
      run: () => void boards.replug(id, dsp).then(tell),
    },
  ]);
  const stop: MenuEntry = {
    label: 'Stop the virtual board',
    danger: true,
    run: () => void boards.stopVirtual(id).then(tell),
  };
  return ['line', ...dsps, 'line', stop];
}

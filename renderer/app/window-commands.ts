import type { AppState } from '../state/app.svelte.ts';
import { THEMES, VIEW_TITLES, VIEWS } from '../state/ui.svelte.ts';
import { importChosen } from '../views/runs/actions.ts';
import { canConnect } from './board-words.ts';
import type { Command } from './commands.svelte.ts';

const viewCommands = ({ ui }: AppState): Command[] =>
  VIEWS.map((view, at) => ({
    id: `view.${view}`,
    title: `Show ${VIEW_TITLES[view]}`,
    group: 'View',
    keys: `Mod+${at + 1}`,
    run: () => {
      ui.show(view);
    },
  }));

const themeCommands = ({ ui }: AppState): Command[] =>
  THEMES.map((theme) => ({
    id: `theme.${theme}`,
    title: theme === 'system' ? 'Set the theme as the system has it' : `Set the ${theme} theme`,
    group: 'Window',
    enabled: () => ui.theme !== theme,
    run: () => {
      ui.setTheme(theme);
    },
  }));

const windowCommands = ({ ui, host }: AppState): Command[] => [
  {
    id: 'app.palette',
    title: 'Find a command',
    group: 'Window',
    keys: 'Mod+K',
    run: () => {
      ui.paletteOpen = !ui.paletteOpen;
    },
  },
  {
    id: 'app.keys',
    title: 'Show the keys',
    group: 'Window',
    keys: '?',
    run: () => {
      ui.keysOpen = true;
    },
  },
  {
    id: 'log.drawer',
    title: 'Open or close the log below',
    group: 'Window',
    keys: 'Mod+J',
    run: () => {
      ui.setDrawer(!ui.drawerOpen);
    },
  },
  {
    id: 'log.closeDrawer',
    title: 'Close the log below',
    group: 'Window',
    keys: 'Escape',
    enabled: () => ui.drawerOpen && ui.view !== 'log',
    run: () => {
      ui.setDrawer(false);
    },
  },
  {
    id: 'view.filter',
    title: 'Go to the filter',
    group: 'View',
    keys: '/',
    run: () => {
      document.querySelector<HTMLInputElement>('main input[type=search]')?.select();
    },
  },
  {
    id: 'host.retry',
    title: 'Try to reach the host now',
    group: 'Window',
    enabled: () => host.connection.kind === 'lost',
    run: () => {
      host.retryNow();
    },
  },
];

const fileCommands = (app: AppState): Command[] => [
  {
    id: 'file.importRun',
    title: 'Import a run file ...',
    group: 'File',
    keys: 'Mod+O',
    run: () => void importChosen(app, 'run'),
  },
  {
    id: 'file.openRecording',
    title: 'Import a recording ...',
    group: 'File',
    run: () => void importChosen(app, 'recording'),
  },
];

const isThere = ({ boards }: AppState): boolean =>
  boards.selected !== null && boards.selected.state.kind !== 'absent';

const boardCommands = (app: AppState): Command[] => [
  {
    id: 'board.connect',
    title: 'Connect to the board',
    group: 'Board',
    enabled: () => app.boards.selected !== null && canConnect(app.boards.selected),
    run: () => void app.openBoard(),
  },
  {
    id: 'board.disconnect',
    title: 'Disconnect from the board',
    group: 'Board',
    enabled: () => app.boards.selected?.open === true,
    run: () => void app.closeBoard(),
  },
  {
    id: 'board.look',
    title: 'Look for boards again',
    group: 'Board',
    run: () => void app.boards.look(),
  },
  {
    id: 'board.startVirtual',
    title: 'Start a virtual board ...',
    group: 'Board',
    enabled: () => app.boards.info?.virtualBoards.available !== false,
    run: () => {
      app.ui.show('boards');
      app.ui.startBoardOpen = true;
    },
  },
  {
    id: 'board.addresses',
    title: 'Look for boards at an address ...',
    group: 'Board',
    run: () => {
      app.ui.show('boards');
      app.ui.addressesOpen = true;
    },
  },
  {
    id: 'board.check',
    title: 'Check the board',
    group: 'Board',
    enabled: () => isThere(app),
    run: () => {
      app.ui.show('boards');
      const board = app.boards.selected;
      if (board !== null) void app.boards.check(board.id, app.boards.groundOf(board) ?? '');
    },
  },
  {
    id: 'board.clean',
    title: 'Remove our files from the board',
    group: 'Board',
    enabled: () => isThere(app),
    run: () => void app.cleanBoard(),
  },
  {
    id: 'app.doctor',
    title: 'Save a file for a bug report (doctor) ...',
    group: 'File',
    run: () => void app.saveDoctor(),
  },
  {
    id: 'recording.start',
    title: 'Record this session',
    group: 'Board',
    enabled: () => app.board?.open === true && app.recordings.of(app.boards.selectedId) === null,
    run: () => void app.startRecording(),
  },
  {
    id: 'recording.stop',
    title: 'Stop recording and save',
    group: 'Board',
    enabled: () => app.recordings.of(app.boards.selectedId) !== null,
    run: () => void app.stopRecording(),
  },
];

/** The commands that are there whatever is shown. */
export const baseCommands = (app: AppState): Command[] => [
  ...viewCommands(app),
  ...boardCommands(app),
  ...fileCommands(app),
  ...windowCommands(app),
  ...themeCommands(app),
];

/** One command a board: puts it in front. */
export const chooseCommands = (app: AppState): Command[] =>
  app.boards.view.boards.map(({ id, label }) => ({
    id: `board.choose.${id}`,
    title: `Go to ${label}`,
    group: 'Board',
    enabled: () => app.boards.selectedId !== id,
    run: () => {
      app.choose(id);
    },
  }));

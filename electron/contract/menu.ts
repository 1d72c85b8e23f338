/** Commands that the app's menu and the page's palette share: ids of the page's commands, with what the menu says. */
export interface MenuCommand {
  readonly id: string;
  readonly title: string;
  /** In Electron's spelling. */
  readonly accelerator?: string;
}

export const VIEW_COMMANDS: readonly MenuCommand[] = [
  { id: 'view.boards', title: 'Boards', accelerator: 'CmdOrCtrl+1' },
  { id: 'view.memory', title: 'Memory', accelerator: 'CmdOrCtrl+2' },
  { id: 'view.bench', title: 'Benchmark', accelerator: 'CmdOrCtrl+3' },
  { id: 'view.runs', title: 'Runs', accelerator: 'CmdOrCtrl+4' },
  { id: 'view.report', title: 'Report', accelerator: 'CmdOrCtrl+5' },
  { id: 'view.log', title: 'Log', accelerator: 'CmdOrCtrl+6' },
  { id: 'view.recordings', title: 'Recordings', accelerator: 'CmdOrCtrl+7' },
];

export const FILE_COMMANDS: readonly MenuCommand[] = [
  { id: 'file.importRun', title: 'Import Run File...', accelerator: 'CmdOrCtrl+O' },
  { id: 'file.openRecording', title: 'Open Recording...' },
];

export const HELP_COMMANDS: readonly MenuCommand[] = [
  { id: 'app.palette', title: 'Command Palette', accelerator: 'CmdOrCtrl+K' },
  { id: 'app.keys', title: 'Keyboard Shortcuts' },
  { id: 'app.doctor', title: 'Save File for a Bug Report...' },
];

export const THEME_COMMANDS: readonly MenuCommand[] = [
  { id: 'theme.system', title: 'As the System' },
  { id: 'theme.light', title: 'Light' },
  { id: 'theme.dark', title: 'Dark' },
];

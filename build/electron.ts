// Where Electron's program is, for whoever starts the app in it.
import { existsSync } from 'node:fs';
import { at } from './run.ts';

const PLACES: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  linux: 'electron',
  win32: 'electron.exe',
  darwin: 'Electron.app/Contents/MacOS/Electron',
};

/** Electron's program: the one that QDA_LAB_ELECTRON names, else what its package downloaded; null where there is none. */
export function electronProgram(): string | null {
  const named = process.env['QDA_LAB_ELECTRON'];
  const path = named ?? at('node_modules/electron/dist', PLACES[process.platform] ?? 'electron');
  return existsSync(path) ? path : null;
}

export const NO_ELECTRON =
  "Electron's program is not on this machine (its package downloads it: npx install-electron); " +
  'the same window opens in a browser with: npm run serve';

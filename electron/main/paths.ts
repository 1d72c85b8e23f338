import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Where the parts of the built app are; all made by `npm run build`. */
export interface AppPaths {
  /** The page's index.html. */
  readonly page: string;
  readonly preload: string;
  /** Entry of the host's process. */
  readonly host: string;
}

/** The parts beside the folder of the built main program: out/main, out/preload, out/renderer. */
export const builtPaths = (mainFolder: string): AppPaths => ({
  page: join(mainFolder, '..', 'renderer', 'index.html'),
  preload: join(mainFolder, '..', 'preload', 'index.cjs'),
  host: join(mainFolder, 'host-process.js'),
});

export const pageUrl = ({ page }: AppPaths): string => pathToFileURL(page).href;

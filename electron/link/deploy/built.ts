import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Written into a bundle by `npm run build` (build/shell.ts); not there where the sources themselves run. */
declare const QDA_LAB_BUILT: { readonly version: string; readonly buildId: string } | undefined;

/** What this bundle was built from; null where the sources themselves run. */
export const built = typeof QDA_LAB_BUILT === 'undefined' ? null : QDA_LAB_BUILT;

/** Root of the checkout: above electron/link/deploy, or above out/main where this is a bundle in a checkout. */
export const ROOT = fileURLToPath(new URL(built ? '../../' : '../../../', import.meta.url));

/** Resources of an installed app; null in a checkout. */
export function installedResources(): string | null {
  const folder = (process as { resourcesPath?: string }).resourcesPath;
  const come = ['native', 'agents']; // on every system the boards' agents, on Linux the virtual board as well
  return built && folder !== undefined && come.some((name) => existsSync(join(folder, name))) ? folder : null;
}

/** The folder that holds `native/`: of the installed app, or the host tree of the checkout. */
export const nativeRoot = (): string => installedResources() ?? join(ROOT, '.build/host');

/** The folder that holds `recordings/`: what came with the app. */
export const resourceRoot = (): string => installedResources() ?? join(ROOT, 'resources');

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the user switched on, in settings.json of the app's folder: {"lookForUpdates": true}. */
function wanted(settingsFile: string): boolean {
  try {
    const settings = JSON.parse(readFileSync(settingsFile, 'utf8')) as { lookForUpdates?: unknown };
    return settings.lookForUpdates === true;
  } catch {
    return false;
  }
}

export type UpdateState = 'off' | 'no-channel' | 'looked';

/**
 * Looks for a newer version where the user's settings say so and the app was packed with a place to look at; nothing is downloaded
 * by itself. Off by default: the app then opens no connection of its own at all.
 */
export async function lookForUpdates(
  folder: string,
  resources: string,
  found: (version: string) => void,
): Promise<UpdateState> {
  if (!wanted(join(folder, 'settings.json'))) return 'off';
  if (!existsSync(join(resources, 'app-update.yml'))) return 'no-channel';
  const { autoUpdater } = (await import('electron-updater')).default;
  autoUpdater.autoDownload = false;
  const result = await autoUpdater.checkForUpdates();
  if (result?.isUpdateAvailable === true) found(result.updateInfo.version);
  return 'looked';
}

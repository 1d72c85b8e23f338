import { posix, win32, type PlatformPath } from 'node:path';

/** Of this machine and user, as far as keys go. */
export interface KeyHome {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's home folder. */
  readonly home: string;
}

/** Where adb itself keeps its key (adb_get_android_dir_path of adb_utils.cpp: .android in the home folder). */
export const adbKeyPath = ({ platform, home }: KeyHome): string =>
  pathsOf(platform).join(home, '.android', 'adbkey');

/** This user's settings of the tool: the XDG Base Directory Specification (a relative value counts as none), and what macOS and Windows have instead. */
export function configFolder({ platform, env, home }: KeyHome): string {
  const paths = pathsOf(platform);
  const named = platform === 'win32' ? env['APPDATA'] : env['XDG_CONFIG_HOME'];
  if (platform === 'darwin') return paths.join(home, 'Library', 'Application Support', 'qda-lab');
  if (named !== undefined && paths.isAbsolute(named)) return paths.join(named, 'qda-lab');
  return platform === 'win32'
    ? paths.join(home, 'AppData', 'Roaming', 'qda-lab')
    : paths.join(home, '.config', 'qda-lab');
}

export const ownKeyPath = (home: KeyHome): string =>
  pathsOf(home.platform).join(configFolder(home), 'adbkey');

const pathsOf = (platform: NodeJS.Platform): PlatformPath => (platform === 'win32' ? win32 : posix);

import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where runs are kept: $QDA_LAB_HOME, else the XDG data folder of this user. */
export function dataFolder(env: NodeJS.ProcessEnv = process.env): string {
  const home = env['QDA_LAB_HOME'];
  if (home) return home;
  return join(env['XDG_DATA_HOME'] || join(homedir(), '.local', 'share'), 'qda-lab');
}

export const storePath = (env: NodeJS.ProcessEnv = process.env): string =>
  join(dataFolder(env), 'runs.sqlite');

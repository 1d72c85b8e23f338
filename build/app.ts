// The app: build/node build/app.ts build | serve [options] | start
//   build  bundles the window into out/renderer, the app's shell into out/main and out/preload
//   serve  builds what is stale, the native parts too, then runs `qda-lab serve` with the options given
//   start  the same, then starts the app in Electron, where its program is there
import { spawn } from 'node:child_process';
import { electronProgram, NO_ELECTRON } from './electron.ts';
import { buildHostParts } from './host-parts.ts';
import { buildRenderer, buildStale } from './renderer.ts';
import { at, root } from './run.ts';
import { buildShell } from './shell.ts';

export { buildStale };

/** Runs a program in place of this one: same terminal, same signals, its exit code. */
function become(command: string, args: readonly string[]): void {
  const child = spawn(command, args, { cwd: root, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`${command}: ${error.message}`);
    process.exitCode = 127;
  });
  child.on('close', (code) => {
    process.exitCode = code ?? 1;
  });
}

/** The window opens without the native parts too: recordings and stored runs need none. */
async function buildAll(): Promise<void> {
  if (process.platform === 'linux' && !(await buildHostParts()))
    console.error('The window opens all the same, without virtual boards.');
  await buildStale();
}

const serve = async (args: readonly string[]): Promise<void> => {
  await buildAll();
  become(process.execPath, [at('electron/cli/main.ts'), 'serve', ...args]);
};

const start = async (args: readonly string[]): Promise<void> => {
  const program = electronProgram();
  if (program === null) {
    console.error(NO_ELECTRON);
    process.exitCode = 2;
    return;
  }
  await buildAll();
  await buildShell();
  become(program, [root, ...args]);
};

const tasks: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  build: async () => {
    await buildRenderer();
    await buildShell();
  },
  serve,
  start,
};

if (import.meta.main) {
  const [name = 'build', ...args] = process.argv.slice(2);
  const task = tasks[name];
  if (task === undefined) {
    console.error(`app: there is no task '${name}'; there are: ${Object.keys(tasks).join(', ')}`);
    process.exitCode = 3;
  } else await task(args);
}

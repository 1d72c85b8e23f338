// The app: build/node build/app.ts build | serve [options] | start
//   build  bundles the window into out/renderer, the app's shell into out/main and out/preload
//   serve  builds what is stale, then runs `qda-lab serve` with the options given
//   start  builds and starts the app in Electron, where its program is there
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { electronProgram, NO_ELECTRON } from './electron.ts';
import { rendererConfig, rendererOut } from './renderer.ts';
import { at, root } from './run.ts';
import { buildShell } from './shell.ts';

/** What the window is made of; when any of it changes, it is stale. */
const sources = [
  'renderer/**/*',
  'electron/{contract,model,memory,bench,report}/**/*.ts',
  'build/renderer.ts',
  'package-lock.json',
];

/** Lies beside the window, not in it: nobody serves it. */
const stampPath = at('out/renderer.stamp');

function fingerprint(): string {
  const hash = createHash('sha256');
  for (const path of globSync([...sources], { cwd: root }).sort()) {
    const full = join(root, path);
    if (/\.[a-z]+$/.test(path)) hash.update(path).update(readFileSync(full));
  }
  return hash.digest('hex');
}

/** Bundles the window. Throws what Vite throws where it does not build. */
export async function buildRenderer(): Promise<void> {
  const stamp = fingerprint();
  await build(rendererConfig);
  writeFileSync(stampPath, stamp);
}

/** Bundles the window where its sources changed since the last time. */
export async function buildStale(): Promise<void> {
  const built = existsSync(join(rendererOut, 'index.html')) && existsSync(stampPath);
  if (!built || readFileSync(stampPath, 'utf8') !== fingerprint()) await buildRenderer();
}

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

const serve = async (args: readonly string[]): Promise<void> => {
  await buildStale();
  become(process.execPath, [at('electron/cli/main.ts'), 'serve', ...args]);
};

const start = async (args: readonly string[]): Promise<void> => {
  const program = electronProgram();
  if (program === null) {
    console.error(NO_ELECTRON);
    process.exitCode = 2;
    return;
  }
  await buildStale();
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

// npm run demo: a virtual board with workloads, the quick plan, the memory picture, a report in out/.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { buildTree } from './native.ts';
import { at, run } from './run.ts';

const BOARD = `demo-${process.pid}`;
const OUT = 'out';
/** A tree that is up to date is found to be so in less. */
const SAY_AFTER_MS = 1500;

process.exitCode = await demo();

async function demo(): Promise<number> {
  const setup = await run(at('build/setup'), ['demo'], { live: true });
  if (!setup.ok) return 2;
  const built = await buildHost();
  if (!built.ok) return 2;
  const started = await qdaLab(
    'board',
    'start',
    BOARD,
    '--workload',
    'share',
    '--workload',
    'leaker',
    '--workload',
    'churn',
  );
  if (started !== 0) return started;
  try {
    return await qdaLab('bench', '--board', BOARD, '--plan', 'quick', '--label', 'demo', '--out', OUT);
  } finally {
    await qdaLab('board', 'stop', BOARD);
  }
}

/** Says what is waited for, where there is something to build. */
async function buildHost(): ReturnType<typeof buildTree> {
  const say = setTimeout(() => {
    process.stderr.write('Building the native parts (half a minute or more the first time)\n');
  }, SAY_AFTER_MS);
  try {
    return await buildTree('host');
  } finally {
    clearTimeout(say);
  }
}

/** Runs the command line on this very terminal; its exit code. Ctrl-C reaches it, and the demo goes on to clean up. */
async function qdaLab(...args: readonly string[]): Promise<number> {
  const ignore = (): void => undefined;
  process.on('SIGINT', ignore);
  try {
    const child = spawn(process.execPath, [at('electron/cli/main.ts'), ...args], {
      cwd: at(),
      stdio: 'inherit',
    });
    const [code] = (await once(child, 'exit')) as [number | null];
    return code ?? 2;
  } finally {
    process.off('SIGINT', ignore);
  }
}

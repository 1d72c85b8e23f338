// npm run demo: a virtual board with workloads, the quick plan, the memory picture, a report in out/.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { buildHostParts } from './host-parts.ts';
import { at } from './run.ts';

const BOARD = `demo-${process.pid}`;
const OUT = 'out';

process.exitCode = await demo();

async function demo(): Promise<number> {
  if (!(await buildHostParts())) return 2;
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

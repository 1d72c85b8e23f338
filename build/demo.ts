// npm run demo: a virtual board with workloads, the quick plan, the memory picture, a report in out/.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { buildTree } from './native.ts';
import { at, run } from './run.ts';

const BOARD = `demo-${process.pid}`;
const OUT = 'out';

process.exitCode = await demo();

async function demo(): Promise<number> {
  const setup = await run(at('build/setup'), ['demo'], { live: true });
  if (!setup.ok) return 2;
  if (!existsSync(at('.build/host/native/agent/qda-agent')))
    process.stderr.write('Building the native parts (this once; half a minute or more)\n');
  const built = await buildTree('host');
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

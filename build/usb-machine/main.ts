// The machine with USB by hand: build/node build/usb-machine/main.ts fetch
//                               build/node build/usb-machine/main.ts run COMMAND [ARGUMENT...]
import { run } from '../run.ts';
import { runInMachine } from './machine.ts';
import { fetchParts, type Parts } from './parts.ts';

/** Long enough for any work by hand. */
const LIMIT_MS = 1_800_000;

async function told(parts: Parts): Promise<number> {
  const size = await run('du', ['-sh', parts.folder]);
  console.log(`usb-machine: Linux ${parts.release}, ${size.output.split('\t')[0] ?? '?'} in ${parts.folder}`);
  return 0;
}

async function runCommand(parts: Parts, words: readonly string[]): Promise<number> {
  const command = words.join(' ');
  const stop = new AbortController();
  process.on('SIGINT', () => {
    stop.abort();
  });
  const onOutput = (text: string): void => void process.stdout.write(text);
  const done = await runInMachine(parts, { command, limitMs: LIMIT_MS, onOutput, signal: stop.signal });
  if (!done.ok) {
    console.error(`usb-machine: ${done.problem.message}`);
    return 2;
  }
  const { code, bootMs, wholeMs } = done.value;
  console.error(
    `usb-machine: exit code ${code}; ready after ${Math.round(bootMs)} ms, off after ${Math.round(wholeMs)} ms`,
  );
  return code;
}

async function main([what, ...words]: readonly string[]): Promise<number> {
  if ((what !== 'fetch' && what !== 'run') || (what === 'run' && words.length === 0)) {
    console.error('usage: main.ts fetch | run COMMAND');
    return 3;
  }
  const parts = await fetchParts();
  if (!parts.ok) {
    console.error(`usb-machine: ${parts.problem.message} ${parts.problem.remedy}`);
    return 2;
  }
  return what === 'fetch' ? told(parts.value) : runCommand(parts.value, words);
}

process.exitCode = await main(process.argv.slice(2));

// npm run shots: pictures of every view and state, light and dark, in two sizes, into out/shots, for people to look at.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildStale } from './app.ts';
import { BenchLab, progress } from './bench/bench-lab.ts';
import { buildTree } from './native.ts';
import { at } from './run.ts';
import { BOARDS, SEVERAL } from './shots/scenes-boards.ts';
import { HOST_LOST, LOST, MEMORY, NO_MEMORY } from './shots/scenes-memory.ts';
import { BENCH, EMPTY, PLAYED, RUNS } from './shots/scenes-runs.ts';
import { indexPage } from './shots/index-page.ts';
import { Stage, type Scene } from './shots/stage.ts';

/** In this order: each goes on from where the one before left the host and the pages. */
const SCENES: readonly Scene[] = [
  ...[BOARDS.slice(0, 2), NO_MEMORY, EMPTY].flat(),
  ...[BOARDS.slice(2), MEMORY, BENCH, RUNS, SEVERAL, PLAYED, LOST, HOST_LOST].flat(),
];
const folder = at('out/shots');

async function takeAll(lab: BenchLab): Promise<readonly Scene[]> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  progress('Starting the host and the browser');
  const stage = await Stage.open(lab);
  const missed: Scene[] = [];
  for (const [index, scene] of SCENES.entries()) {
    progress(`${index + 1} of ${SCENES.length}: ${scene.name}`);
    try {
      await stage.take(scene, folder);
    } catch (error) {
      lab.check();
      progress(`  not taken: ${error instanceof Error ? error.message : String(error)}`);
      missed.push(scene);
    }
  }
  return missed;
}

async function main(): Promise<number> {
  const built = await buildTree('host');
  if (!built.ok) throw new Error(`the native parts do not build:\n${built.output}`);
  await buildStale();
  const abort = new AbortController();
  const lab = new BenchLab(abort.signal);
  const stop = (): void => {
    progress('Stopping');
    abort.abort();
    void lab.close();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  try {
    const missed = await takeAll(lab);
    writeFileSync(join(folder, 'index.html'), indexPage(SCENES.filter((scene) => !missed.includes(scene))));
    progress(`${SCENES.length - missed.length} scenes: ${join(folder, 'index.html')}`);
    return missed.length === 0 ? 0 : 1;
  } catch (error) {
    if (!abort.signal.aborted) throw error;
    return 130;
  } finally {
    await lab.close();
  }
}

process.exitCode = await main();

import { startApp } from './app.ts';
import { builtPaths } from './paths.ts';

await startApp(builtPaths(import.meta.dirname), process.argv.slice(1));

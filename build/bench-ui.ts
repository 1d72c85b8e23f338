// npm run bench:ui: what the window costs, in Chromium, set beside its goals. Figures, not tests: the machine may be busy.
// build/node build/bench-ui.ts [--only GROUP,...] [--rounds N]; the figures are kept in out/bench-ui.json. With fewer than 7 rounds heap takes so
// many minutes rather than ten.
import { buildStale } from './app.ts';
import { runBench } from './bench/runner.ts';
import { growth } from './bench/ui/growth.ts';
import { busy, heap, scroll } from './bench/ui/live.ts';
import { open } from './bench/ui/open.ts';
import { bundle, paint } from './bench/ui/start.ts';

await buildStale();
process.exitCode = await runBench(process.argv.slice(2), {
  name: 'bench:ui',
  groups: { bundle, paint, busy, scroll, growth, open, heap },
  extra: {},
});

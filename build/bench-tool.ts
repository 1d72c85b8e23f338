// npm run bench:tool: what the tool itself costs, set beside its goals. Figures, not tests: the machine may be busy.
// build/node build/bench-tool.ts [--only GROUP,...] [--rounds N] [--with-suites]; the figures are kept in out/bench-tool.json.
import { agentSize, idleAgent } from './bench/agent-cost.ts';
import { dspCost } from './bench/dsp-cost.ts';
import { roundTrip, toolCost } from './bench/ioctl-cost.ts';
import { boardLink } from './bench/link/link.ts';
import { memoryPicture } from './bench/memory-picture.ts';
import { runBench } from './bench/runner.ts';
import { sampleStream } from './bench/sample-stream.ts';
import { suites } from './bench/suites.ts';

process.exitCode = await runBench(process.argv.slice(2), {
  name: 'bench:tool',
  groups: {
    ioctl: toolCost,
    hop: roundTrip,
    samples: sampleStream,
    memory: memoryPicture,
    size: agentSize,
    idle: idleAgent,
    dsp: dspCost,
    link: boardLink,
  },
  extra: { 'with-suites': suites },
});

// The stream of samples through adb, measured by a host that has just begun, as each command line has: prints the figures as one line of JSON.
//   build/node build/bench/link/stream-alone.ts ROUNDS
import { BenchLab } from '../bench-lab.ts';
import { boardStream } from './stream.ts';

const stop = new AbortController();
process.once('SIGTERM', () => {
  stop.abort();
});
const lab = new BenchLab(stop.signal);
try {
  console.log(JSON.stringify(await boardStream(lab, Number(process.argv[2]))));
} finally {
  await lab.close();
}

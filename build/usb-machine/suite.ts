// `npm test -- usb`: the whole path over a USB, in the machine, and on a real board whose serial is given.
import { at, runNode } from '../run.ts';
import { nothing, oneFailed, sum, tapPoints, type Tally } from '../tally.ts';
import { bundleTest } from './bundle.ts';
import { runInMachine } from './machine.ts';
import { fetchParts } from './parts.ts';

/** Several times what it takes on a quiet machine: longer means that it hangs. */
const LIMIT_MS = 1_800_000;

function skipped(what: string, why: string): Tally {
  console.log(`  skipped: ${what}: ${why}`);
  return { ...nothing, skipped: 1 };
}

/** The points of a test that ended with that exit code. One that was cut off wrote no plan, and has failed. */
export function tapTally(text: string, code: number): Tally {
  const points = tapPoints(text);
  const plan = Number(/^1\.\.(\d+)$/m.exec(text)?.[1] ?? 0);
  const failures = text.match(/^not ok\b.*(?:\n#.*)*/gm) ?? [];
  const whole = plan > 0 && plan === points.passed + points.failed + points.skipped;
  if (whole && (code === 0) === (points.failed === 0)) return { ...points, failures };
  const why = `it ended with exit code ${code} after ${points.passed + points.failed} of ${plan} checks`;
  return sum([{ ...points, failures }, oneFailed(`usb: ${why}\n${text.slice(-3000)}`)]);
}

async function inMachine(): Promise<Tally> {
  const parts = await fetchParts();
  if (!parts.ok) return skipped('the machine with a USB', parts.problem.message);
  console.log(`  Linux ${parts.value.release} in QEMU; its seconds are its own`);
  const bundle = await bundleTest();
  let text = '';
  const done = await runInMachine(parts.value, {
    command: `exec build/node ${bundle.slice(at().length + 1)}`,
    limitMs: LIMIT_MS,
    onOutput: (piece) => {
      text += piece;
      process.stdout.write(piece);
    },
  });
  if (!done.ok)
    return sum([{ ...tapTally(text, 0), failures: [] }, oneFailed(`usb: ${done.problem.message}`)]);
  const { bootMs, wholeMs, code } = done.value;
  console.log(`  ready after ${(bootMs / 1000).toFixed(1)} s, off after ${(wholeMs / 1000).toFixed(1)} s`);
  return tapTally(text, code);
}

async function onHardware(): Promise<Tally> {
  if ((process.env['QDA_LAB_SERIAL'] ?? '') === '')
    return skipped('a real board', 'QDA_LAB_SERIAL names no serial of one on the USB of this machine');
  const done = await runNode(await bundleTest(), [], { live: true });
  return tapTally(done.output, done.code ?? 1);
}

export const usbTests = async (): Promise<Tally> => sum([await inMachine(), await onHardware()]);

// The native parts of this machine, as `npm run demo` and the app need them: Debian's packages first, then the build.
import { buildTree } from './native.ts';
import { at, run } from './run.ts';

/** A tree that is up to date is found to be so in less. */
const SAY_AFTER_MS = 1500;

/** Brings them up to date. Where that fails it has said why. */
export async function buildHostParts(): Promise<boolean> {
  const setup = await run(at('build/setup'), ['demo'], { live: true });
  if (!setup.ok) return false;
  const say = setTimeout(() => {
    process.stderr.write('Building the native parts (half a minute or more the first time)\n');
  }, SAY_AFTER_MS);
  try {
    const built = await buildTree('host');
    if (!built.ok) process.stderr.write(`${built.output}\nThe native parts do not build: see above.\n`);
    return built.ok;
  } finally {
    clearTimeout(say);
  }
}

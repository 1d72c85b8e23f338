import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fail, ok, type Outcome } from '../../model/outcome.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** The native programs of this checkout that run on this machine. */
const programs = {
  agent: '.build/host/native/agent/qda-agent',
  vqda: '.build/host/native/vqda/vqda',
} as const;

export type Program = keyof typeof programs;

/** Full path of a native program. Fails with 'not-built' where it is not there or cannot be run. */
export function nativeProgram(program: Program, root = ROOT): Outcome<string> {
  const path = join(root, programs[program]);
  try {
    accessSync(path, constants.X_OK);
    return ok(path);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return fail('not-built', `A native part is not built: ${why}.`, 'Build it: npm run native');
  }
}

import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { fail, ok, type Outcome } from '../../model/outcome.ts';
import { nativeRoot } from './built.ts';

/** The native programs that run on this machine. */
const programs = {
  agent: 'native/agent/qda-agent',
  vqda: 'native/vqda/vqda',
} as const;

export type Program = keyof typeof programs;

/** Full path of a native program. Fails with 'not-built' where it is not there or cannot be run. */
export function nativeProgram(program: Program, root = nativeRoot()): Outcome<string> {
  const path = join(root, programs[program]);
  try {
    accessSync(path, constants.X_OK);
    return ok(path);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return fail('not-built', `A native part is not built: ${why}.`, 'Build it: npm run native');
  }
}

// Debian's own `adbd` and `adb`, unpacked into .build/adbd: what tests of the board link stand against.
//   build/node build/adbd.ts      makes the folder, or says that it is there
import { existsSync } from 'node:fs';
import { fail, ok, type Outcome } from '../electron/model/outcome.ts';
import { debsEnv, unpackDebs } from './debs.ts';
import { at } from './run.ts';

export interface AdbTools {
  readonly adbd: string;
  readonly adb: string;
  /** What both need in their environment. */
  readonly env: Readonly<Record<string, string>>;
}

const programs = at('.build/adbd/usr/lib/android-sdk/platform-tools');

/** The programs, fetched where they are not there yet. Problems: those of `unpackDebs`, and 'no-packages' where they came without programs. */
export async function adbTools(): Promise<Outcome<AdbTools>> {
  const unpacked = await unpackDebs(at('.build/adbd'), [{ packages: ['adbd', 'adb'], backports: true }]);
  if (!unpacked.ok) return unpacked;
  const [adbd, adb] = [`${programs}/adbd`, `${programs}/adb`];
  if (!existsSync(adbd) || !existsSync(adb))
    return fail('no-packages', `Debian's packages adbd and adb came without their programs in ${programs}.`);
  return ok({ adbd, adb, env: { LD_LIBRARY_PATH: debsEnv(at('.build/adbd')).LD_LIBRARY_PATH } });
}

if (import.meta.main) {
  const found = await adbTools();
  console.log(
    found.ok ? `adbd: ${found.value.adbd}\nadb:  ${found.value.adb}` : `adbd: ${found.problem.message}`,
  );
  process.exitCode = found.ok ? 0 : 1;
}

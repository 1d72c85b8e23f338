import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fail, ok, type Outcome } from '../model/outcome.ts';
import { makeFolders } from './folders.ts';
import { storeProblem } from './problems.ts';

const SCHEMA = 'qda-lab/addresses/1';

/** Where else to look for boards. */
export interface Addresses {
  /** Of adb servers: "lab-pc:5037". */
  readonly adbServers: readonly string[];
  /** Of adb daemons: "10.0.0.7:5555". */
  readonly tcp: readonly string[];
}

export const NO_ADDRESSES: Addresses = { adbServers: [], tcp: [] };

export const addressesPath = (home: string): string => join(home, 'addresses.json');

/** The addresses that the user gave. Fails with 'addresses-damaged', or with what the file system says. */
export function readAddresses(path: string): Outcome<Addresses> {
  try {
    const addresses = addressesIn(readFileSync(path, 'utf8'));
    return addresses === null ? damaged(path) : ok(addresses);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ok(NO_ADDRESSES);
    return storeProblem(error, path);
  }
}

/** Writes them: the file is the old one or the new one at every moment. */
export function writeAddresses(path: string, addresses: Addresses): Outcome<undefined> {
  const fresh = `${path}.${process.pid}.new`;
  try {
    makeFolders(dirname(path));
    writeFileSync(fresh, `${JSON.stringify({ schema: SCHEMA, ...addresses }, null, 2)}\n`);
    renameSync(fresh, path);
    return ok(undefined);
  } catch (error) {
    rmSync(fresh, { force: true });
    return storeProblem(error, path);
  }
}

function addressesIn(text: string): Addresses | null {
  const value = parsed(text) as Record<string, unknown> | null;
  if (value?.['schema'] !== SCHEMA) return null;
  const { adbServers, tcp } = value;
  return isList(adbServers) && isList(tcp) ? { adbServers, tcp } : null;
}

const isList = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string' && one.length <= 300);

/** null where it is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const damaged = (path: string): Outcome<never> =>
  fail(
    'addresses-damaged',
    `${path}: the addresses of boards cannot be read: the file is damaged or of a newer version. None of them is looked at.`,
    'Mend the file, or move it away; it is not written to before that.',
  );

import { join } from 'node:path';
import { fail, type Outcome } from '../model/outcome.ts';
import { readSmall, writeSmall, type SmallFile } from './small-file.ts';

/** Where else to look for boards. */
export interface Addresses {
  /** Of adb servers: "lab-pc:5037". */
  readonly adbServers: readonly string[];
  /** Of adb daemons: "10.0.0.7:5555". */
  readonly tcp: readonly string[];
}

export const NO_ADDRESSES: Addresses = { adbServers: [], tcp: [] };

export const addressesPath = (home: string): string => join(home, 'addresses.json');

const isList = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string' && one.length <= 300);

const FILE: SmallFile<Addresses> = {
  schema: 'qda-lab/addresses/1',
  none: NO_ADDRESSES,
  take: ({ adbServers, tcp }) => (isList(adbServers) && isList(tcp) ? { adbServers, tcp } : null),
  give: (addresses) => addresses,
  damaged: (path) =>
    fail(
      'addresses-damaged',
      `${path}: the addresses of boards cannot be read: the file is damaged or of a newer version. None of them is looked at.`,
      'Mend the file, or move it away; it is not written to before that.',
    ),
};

/** The addresses that the user gave. Fails with 'addresses-damaged', or with what the file system says. */
export const readAddresses = (path: string): Outcome<Addresses> => readSmall(FILE, path);

export const writeAddresses = (path: string, addresses: Addresses): Outcome<undefined> =>
  writeSmall(FILE, path, addresses);

import type { KnownAddress } from '../../model/desk.ts';
import { ok, type Outcome } from '../../model/outcome.ts';
import { addressesPath, readAddresses, writeAddresses, type Addresses } from '../../store/addresses.ts';
import type { Lab } from '../compose.ts';
import { addressOf } from '../links.ts';

const LISTS = { adb: 'adbServers', tcp: 'tcp' } as const;

/** Where else the user wants boards to be looked for, kept in a file. Another program's addresses, given meanwhile, stay. */
export class KnownAddresses {
  readonly #lab: Lab;
  readonly #path: string;
  #list: readonly KnownAddress[];

  constructor(lab: Lab) {
    this.#lab = lab;
    this.#path = addressesPath(lab.home);
    const read = readAddresses(this.#path);
    this.#list = read.ok ? listOf(read.value) : [];
  }

  list(): readonly KnownAddress[] {
    return this.#list;
  }

  /** The address as it is kept. Fails where it is none, or where the file cannot be read or written. */
  add(kind: KnownAddress['kind'], text: string): Outcome<string> {
    const address = addressOf(kind, text.trim());
    if (!address.ok) return address;
    const put = this.#put(kind, (list) => [...list.filter((one) => one !== address.value), address.value]);
    return put.ok ? address : put;
  }

  remove(kind: KnownAddress['kind'], address: string): Outcome<undefined> {
    return this.#put(kind, (list) => list.filter((one) => one !== address));
  }

  #put(
    kind: KnownAddress['kind'],
    change: (list: readonly string[]) => readonly string[],
  ): Outcome<undefined> {
    const read = readAddresses(this.#path);
    if (!read.ok) return read;
    const name = LISTS[kind];
    const addresses: Addresses = { ...read.value, [name]: change(read.value[name]) };
    const written = writeAddresses(this.#path, addresses);
    if (!written.ok) return written;
    this.#list = listOf(addresses);
    this.#lab.links?.keep(addresses);
    return ok(undefined);
  }
}

function listOf(addresses: Addresses): readonly KnownAddress[] {
  const of = (kind: KnownAddress['kind']): readonly KnownAddress[] =>
    addresses[LISTS[kind]].map((address) => ({ kind, address }));
  return [...of('adb'), ...of('tcp')];
}

import { Identities } from '../link/adb/identities.ts';
import { Ways } from '../link/adb/ways.ts';
import { parseServerAddress, serverAddresses } from '../link/adb-server/address.ts';
import { adbServerProvider } from '../link/adb-server/provider.ts';
import { keyCheck } from '../link/checks/keys.ts';
import { preflightOf } from '../link/checks/preflight.ts';
import { builtAgents } from '../link/deploy/agents.ts';
import { boardTarget } from '../link/deploy/board-target.ts';
import type { Provider, Target } from '../link/interfaces/link.ts';
import { usbPreflight } from '../link/checks/usb.ts';
import { systemBus } from '../link/usb/bus.ts';
import { usbProvider } from '../link/usb/provider.ts';
import { userKeys } from '../link/keys/store.ts';
import { parseTcpAddress, tcpAddresses } from '../link/tcp/address.ts';
import { tcpProvider } from '../link/tcp/provider.ts';
import { virtualProvider } from '../link/virtual/provider.ts';
import type { BoardSummary } from '../model/board.ts';
import { ok, type Outcome } from '../model/outcome.ts';
import { NO_ADDRESSES, type Addresses } from '../store/addresses.ts';
import { wantedTransports } from './transports.ts';

/** All ways to boards: those of this machine, and those behind addresses that the user named. */
export class Links {
  readonly #ways = new Ways();
  readonly #identities = new Identities(this.#ways);
  readonly #agents = builtAgents();
  readonly #keys = userKeys();
  readonly #parts = {
    ways: this.#ways,
    identities: this.#identities,
    targetOf: (summary: BoardSummary) => this.#target(summary),
  };
  readonly #wanted = wantedTransports();
  readonly #named: Addresses;
  readonly #here: readonly Provider[];
  readonly #providers: Provider[] = [];
  /** By kind and address. */
  readonly #behind = new Map<string, Provider>();

  /** `named`: for this process only, on its command line or in its environment; `kept`: from the file. */
  constructor(named: Addresses, kept: Outcome<Addresses>) {
    this.#named = named;
    const { complaint } = this.#wanted;
    this.#here = [
      ...(this.#wanted.has('virtual') ? [virtualProvider()] : []),
      ...(this.#wanted.has('usb') ? [this.#usb()] : []),
      ...(complaint === null ? [] : [complaint]),
      ...(kept.ok ? [] : [{ transport: 'tcp' as const, list: () => Promise.resolve(kept) }]),
    ];
    this.keep(kept.ok ? kept.value : NO_ADDRESSES);
  }

  /** One array for good: its content follows the addresses. */
  get providers(): readonly Provider[] {
    return this.#providers;
  }

  /** The user's addresses are these now; what is kept open for others is ended. */
  keep(kept: Addresses): void {
    const wanted = this.#providersFor(kept);
    for (const [key, provider] of this.#behind) {
      if (wanted.has(key)) continue;
      this.#behind.delete(key);
      void provider.close?.();
    }
    for (const [key, make] of wanted) if (!this.#behind.has(key)) this.#behind.set(key, make());
    this.#providers.splice(0, Infinity, ...this.#here, ...this.#behind.values());
  }

  #providersFor(kept: Addresses): ReadonlyMap<string, () => Provider> {
    const servers = serverAddresses([...this.#named.adbServers, ...kept.adbServers], process.env);
    const tcp = tcpAddresses([...this.#named.tcp, ...kept.tcp], {});
    return new Map([
      ...(this.#wanted.has('adb') ? servers : []).map(
        (address) => [keyOf('adb', address), () => adbServerProvider(address, this.#parts)] as const,
      ),
      ...(this.#wanted.has('tcp') ? tcp : []).map(
        (address) =>
          [
            keyOf('tcp', address),
            () => tcpProvider([address], { ...this.#parts, keys: this.#keys }),
          ] as const,
      ),
    ]);
  }

  #usb(): Provider {
    const bus = systemBus();
    const parts = { ...this.#parts, keys: this.#keys, bus };
    return Object.assign(usbProvider(parts), {
      preflight: async function* () {
        yield* usbPreflight(bus);
        yield keyCheck(userKeys);
      },
    });
  }

  #target(summary: BoardSummary): Target {
    const preflight = preflightOf(summary.id, this.#ways, this.#agents);
    return boardTarget(summary, { ways: this.#ways, agents: this.#agents, preflight });
  }
}

const keyOf = (kind: string, address: Outcome<{ readonly name: string }>): string =>
  `${kind} ${address.ok ? address.value.name : address.problem.message}`;

/** An address as it is kept, of an adb server ('adb') or of an adb daemon ('tcp'). Fails where it is none. */
export function addressOf(kind: 'adb' | 'tcp', text: string): Outcome<string> {
  const parsed = kind === 'adb' ? parseServerAddress(text) : parseTcpAddress(text);
  return parsed.ok ? ok(parsed.value.name) : parsed;
}

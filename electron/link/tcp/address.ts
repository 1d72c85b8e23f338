import { fail, ok, type Outcome } from '../../model/outcome.ts';

/** An adb daemon that listens on a network. */
export interface TcpAddress {
  readonly host: string;
  readonly port: number;
  /** As people say it: "10.0.0.7:5555", "[fe80::1]:5555". */
  readonly name: string;
}

/** DEFAULT_ADB_LOCAL_TRANSPORT_PORT of adb.h. */
const DAEMON_PORT = 5555;

/** An address as a user writes it: "host:port", "host", "[::1]:5555". */
export function parseTcpAddress(text: string): Outcome<TcpAddress> {
  const parts = /^(?:\[([0-9a-f:.]+(?:%[\w.-]+)?)\]|([^\s:/[\]]+))(?::(\d{1,5}))?$/i.exec(text.trim());
  const host = parts?.[1] ?? parts?.[2];
  const port = Number(parts?.[3] ?? DAEMON_PORT);
  if (host === undefined || port < 1 || port > 65_535)
    return fail(
      'tcp-address',
      `"${text}" is no address of an adb daemon.`,
      'Write it as HOST:PORT, for example 10.0.0.7:5555.',
    );
  return ok({ host, port, name: `${host.includes(':') ? `[${host}]` : host}:${port}` });
}

/** Addresses that the user named, and those of QDA_LAB_TCP ("host:port,host:port"), each once. */
export function tcpAddresses(
  named: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): readonly Outcome<TcpAddress>[] {
  const listed = (env['QDA_LAB_TCP'] ?? '').split(',').filter((text) => text.trim() !== '');
  const seen = new Set<string>();
  return [...named, ...listed].map(parseTcpAddress).filter((address) => {
    if (!address.ok) return true;
    const fresh = !seen.has(address.value.name);
    seen.add(address.value.name);
    return fresh;
  });
}

import { fail, ok, type Outcome } from '../../model/outcome.ts';

/** Where an adb server listens. */
export interface ServerAddress {
  /** As people say it: "127.0.0.1:5037". */
  readonly name: string;
  readonly where: { readonly host: string; readonly port: number } | { readonly path: string };
  /** On this machine: trying it again costs nothing. */
  readonly local: boolean;
  /** The user named it in this call: that nobody listens there is worth a sentence. */
  readonly named: boolean;
}

/** Port of adb's own server (adb.h of Android's platform/packages/modules/adb, DEFAULT_ADB_PORT). */
export const ADB_PORT = 5037;

const LOCAL = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/i;

/** The host of an address without a host. */
const HERE = '127.0.0.1';

/**
 * An address as a user or adb's own variables write it: "host:port", "tcp:host:port", "tcp:port", "[::1]:5037", "host",
 * "localfilesystem:/path".
 */
export function parseServerAddress(text: string, named = true): Outcome<ServerAddress> {
  const path = /^(?:localfilesystem|local):(.+)$/.exec(text)?.[1];
  if (path !== undefined) return ok({ name: path, where: { path }, local: true, named });
  const rest = text.replace(/^tcp:/, '');
  const only = /^\d+$/.test(rest) ? rest : undefined;
  const parts = /^(?:\[([0-9a-f:.]+(?:%[\w.-]+)?)\]|([^:\s/[\]]+))(?::(\d+))?$/i.exec(rest);
  const host = only === undefined ? (parts?.[1] ?? parts?.[2]) : HERE;
  const port = Number(only ?? parts?.[3] ?? ADB_PORT);
  if (host === undefined || port < 1 || port > 65_535) return badAddress(text);
  const name = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  return ok({ name, where: { host, port }, local: LOCAL.test(host), named });
}

const badAddress = (text: string): Outcome<never> =>
  fail(
    'adb-server-address',
    `"${text}" is no address of an adb server.`,
    'Write it as HOST:PORT, for example 127.0.0.1:5037.',
  );

/**
 * The server that the adb client itself would ask: ADB_SERVER_SOCKET, else ANDROID_ADB_SERVER_ADDRESS and _PORT, else 127.0.0.1:5037
 * (adb's manual, "Environment variables"; client/main.cpp and commandline.cpp of platform/packages/modules/adb).
 */
export function usualServer(env: Readonly<Record<string, string | undefined>>): Outcome<ServerAddress> {
  const socket = env['ADB_SERVER_SOCKET'] ?? '';
  if (socket !== '') return parseServerAddress(socket, false);
  const address = env['ANDROID_ADB_SERVER_ADDRESS'] ?? '';
  const port = env['ANDROID_ADB_SERVER_PORT'] ?? '';
  const host = address === '' ? HERE : address.includes(':') ? `[${address}]` : address;
  return parseServerAddress(`${host}:${port === '' ? ADB_PORT : port}`, false);
}

/** The usual server and those that the user names, each once. */
export function serverAddresses(
  named: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): readonly Outcome<ServerAddress>[] {
  const all = [...named.map((text) => parseServerAddress(text)), usualServer(env)];
  const seen = new Set<string>();
  return all.filter((address) => {
    if (!address.ok) return true;
    const fresh = !seen.has(address.value.name);
    seen.add(address.value.name);
    return fresh;
  });
}

// Our link through Debian's adb server, which the tests start and the tool never does, to Debian's adbd.
import { createServer, type Server } from 'node:net';
import { spawn } from 'node:child_process';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { at } from '../../build/run.ts';
import { boardsSeen, chooseBoard, findBoards } from '../../electron/host/boards.ts';
import { Identities } from '../../electron/link/adb/identities.ts';
import type { AdbDevice } from '../../electron/link/adb/device.ts';
import { Ways } from '../../electron/link/adb/ways.ts';
import { parseServerAddress } from '../../electron/link/adb-server/address.ts';
import { adbServerProvider } from '../../electron/link/adb-server/provider.ts';
import type { Connection, Provider, Target } from '../../electron/link/interfaces/link.ts';
import { parseTcpAddress } from '../../electron/link/tcp/address.ts';
import { tcpProvider } from '../../electron/link/tcp/provider.ts';
import type { BoardSummary } from '../../electron/model/board.ts';
import { fail, type Problem } from '../../electron/model/outcome.ts';
import { startServer, type RealServer } from './adb-server.ts';
import { adbFound, startAdbd, type RealAdbd } from './adbd.ts';
import { guardRejections } from './guard.ts';
import { Collector, digest, noKeys, valueOf } from './hosts.ts';

const MIB = 1024 * 1024;
const title = adbFound.ok ? "through Debian's adb server" : `skipped: ${adbFound.problem.message}`;

/** Boards that servers see, in one book of ways. */
class Bench {
  readonly ways = new Ways();
  readonly parts = {
    ways: this.ways,
    identities: new Identities(this.ways),
    targetOf: (summary: BoardSummary): Target => ({
      summary,
      deploy: async () => fail('no', 'Not asked for.'),
    }),
  };
  readonly providers: readonly Provider[];

  constructor(...servers: readonly RealServer[]) {
    this.providers = servers.map(({ address }) =>
      adbServerProvider(parseServerAddress(address, false), this.parts),
    );
  }

  async targets(): Promise<readonly Target[]> {
    const lists = await Promise.all(this.providers.map((provider) => provider.list()));
    return lists.flatMap(valueOf);
  }

  /** Each board once: its id and its state. */
  readonly seen = async (): Promise<unknown> =>
    boardsSeen({ targets: await this.targets() })
      .map(({ target: { summary } }) => `${summary.id} ${summary.state}`)
      .sort();

  async open(board: string): Promise<AdbDevice> {
    const [way] = this.ways.to(board);
    if (way === undefined) throw new Error(`no way to ${board}`);
    return valueOf(await way.open());
  }

  async close(): Promise<void> {
    for (const provider of this.providers) await provider.close?.();
  }
}

describe.skipIf(!adbFound.ok)(title, () => {
  guardRejections();
  const echoName = `qda-lab-test/${process.pid}/server-echo`;
  let adbd: RealAdbd;
  let other: RealAdbd;
  let server: RealServer;
  let bench: Bench;
  let echo: Server;

  beforeAll(async () => {
    [adbd, other] = await Promise.all([startAdbd({ serial: 'BOARD-1' }), startAdbd({ serial: "b 2'$(x)" })]);
    echo = createServer((socket) => socket.on('error', () => undefined).pipe(socket)).listen(`\0${echoName}`);
  });
  afterAll(async () => {
    echo.close();
    await Promise.all([adbd.stop(), other.stop()]);
  });
  beforeEach(async () => {
    server = await startServer();
    bench = new Bench(server);
  });
  afterEach(async () => {
    await bench.close();
    await server.stop();
  });

  test('boards come and go, each by the serial that it says of itself', async () => {
    expect(await bench.seen()).toEqual([]);
    await server.adb('connect', adbd.address);
    await expect.poll(bench.seen).toEqual(['BOARD-1 ready']);
    await server.adb('connect', other.address);
    await expect.poll(bench.seen).toEqual(['BOARD-1 ready', "b 2'$(x) ready"]);
    expect((await bench.targets()).map(({ summary }) => summary.via)).toContain(
      `adb server ${server.address}, TCP ${adbd.address}`,
    );
    await server.adb('disconnect', adbd.address);
    await expect.poll(bench.seen).toEqual(["b 2'$(x) ready"]);
    expect(bench.ways.boards()).toEqual(["b 2'$(x)"]);
  });

  test('several boards: commands, files and streams of each, side by side', async () => {
    for (const { address } of [adbd, other]) await server.adb('connect', address);
    await expect.poll(bench.seen).toHaveLength(2);
    const [one, two] = await Promise.all([bench.open('BOARD-1'), bench.open("b 2'$(x)")]);
    const content = Buffer.alloc(4 * MIB, 'sixteen letters.');
    const path = `${adbd.folder}/pushed`;
    const [said, serial, pushed] = await Promise.all([
      one.run('echo out; echo err >&2; exit 3'),
      two.run('getprop ro.serialno'),
      one.push(path, content, { mode: 0o644 }),
    ]);
    expect(valueOf(said)).toEqual({ code: 3, out: 'out\n', err: 'err\n' });
    expect(valueOf(serial).out).toBe("b 2'$(x)\n");
    expect(pushed).toMatchObject({ ok: true });
    expect(valueOf(await two.run(`sha256sum ${path}`)).out.split(' ')[0]).toBe(digest(content));
    const stream = valueOf(await two.connect(echoName));
    const got = new Collector(stream);
    await stream.send(content);
    await got.until(content.length);
    expect(digest(got.all)).toBe(digest(content));
    stream.close();
    expect(await one.connect(`${echoName}-none`)).toMatchObject({ problem: { code: 'connection-refused' } });
    await Promise.all([one.close(), two.close()]);
  });

  test('the server is restarted while a stream is open: that ends with a problem, and the board comes back', async () => {
    await server.adb('connect', adbd.address);
    await expect.poll(bench.seen).toEqual(['BOARD-1 ready']);
    const device = await bench.open('BOARD-1');
    const stream = valueOf(await device.connect(echoName));
    const ended = endOf(stream);
    const running = device.run('sleep 20');
    await server.restart();
    expect(await device.gone).toMatchObject({ code: 'connection-lost' });
    expect(await ended).toMatchObject({ code: 'connection-lost' });
    expect(await running).toMatchObject({ ok: false, problem: { code: 'connection-lost' } });
    await server.adb('connect', adbd.address);
    await expect.poll(bench.seen).toEqual(['BOARD-1 ready']);
    const again = await bench.open('BOARD-1');
    expect(valueOf(await again.run('echo back')).out).toBe('back\n');
    await again.close();
  });

  test('the daemon of a board dies and comes back', async () => {
    await server.adb('connect', adbd.address);
    await expect.poll(bench.seen).toEqual(['BOARD-1 ready']);
    const device = await bench.open('BOARD-1');
    const ended = endOf(valueOf(await device.connect(echoName)));
    await adbd.kill();
    expect((await device.gone).message).not.toBe('');
    expect(await ended).not.toBe(null);
    await expect.poll(bench.seen).not.toEqual(['BOARD-1 ready']);
    await adbd.restart();
    // Debian's server tries an address that it was told again by itself, after some seconds; it is told again here.
    await server.adb('connect', adbd.address);
    await expect.poll(bench.seen).toEqual(['BOARD-1 ready']);
    const again = await bench.open('BOARD-1');
    expect(valueOf(await again.run('echo back')).out).toBe('back\n');
    await again.close();
  });

  test('a board that two servers see is one, and the other takes over when the first goes', async () => {
    const second = await startServer();
    const both = new Bench(server, second);
    for (const one of [server, second]) await one.adb('connect', adbd.address);
    await expect.poll(both.seen).toEqual(['BOARD-1 ready']);
    await expect.poll(() => both.ways.to('BOARD-1').length).toBe(2);
    const first = both.ways.to('BOARD-1')[0];
    await (first?.via.includes(second.address) === true ? second : server).kill();
    await expect.poll(() => both.ways.to('BOARD-1').length).toBe(1);
    expect(both.ways.to('BOARD-1')[0]?.via).not.toBe(first?.via);
    expect(await both.seen()).toEqual(['BOARD-1 ready']);
    const device = await both.open('BOARD-1');
    expect(valueOf(await device.run('echo on')).out).toBe('on\n');
    await device.close();
    await both.close();
    await second.stop();
  });

  test('a board behind a server and on the network is one, and stays when the server goes', async () => {
    const parts = bench.parts;
    const tcp = tcpProvider([parseTcpAddress(adbd.address)], { ...parts, keys: noKeys });
    const lab = { ...NO_LAB, providers: [tcp, bench.providers[0]].filter((one) => one !== undefined) };
    const seen = async (): Promise<unknown> =>
      boardsSeen(await findBoards(lab)).map(({ target: { summary }, transports }) => [
        summary.id,
        transports,
        summary.via,
      ]);
    await server.adb('connect', adbd.address);
    await expect
      .poll(seen)
      .toEqual([['BOARD-1', ['adb', 'tcp'], `adb server ${server.address}, TCP ${adbd.address}`]]);
    await server.kill();
    await expect.poll(seen).toEqual([['BOARD-1', ['tcp'], `TCP ${adbd.address}`]]);
    expect((await chooseBoard(lab, undefined)).ok).toBe(true);
    await tcp.close?.();
    expect(bench.ways.boards()).toEqual([]);
  });

  test('the command line lists the boards and ends by itself', async () => {
    await server.adb('connect', other.address);
    const said = await qdaLab(server, 'boards', '--json');
    expect(said.code).toBe(0);
    expect(JSON.parse(said.out)).toMatchObject([
      {
        id: "b 2'$(x)",
        transports: ['adb'],
        state: 'ready',
        detail: `through the adb server ${server.address}, TCP ${other.address}`,
      },
    ]);
    await server.kill();
    const alone = await qdaLab(server, 'boards');
    expect(alone.code).toBe(0);
    expect(alone.err).toContain('No board is seen');
  });
});

const NO_LAB = { storePath: '', home: '', version: '', buildId: '' };

const endOf = (stream: Connection): Promise<Problem | null> => {
  stream.onData(() => undefined);
  return new Promise((resolve) => {
    stream.onClose(resolve);
  });
};

interface Said {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The command line with that server as the usual one. */
function qdaLab(server: RealServer, ...args: readonly string[]): Promise<Said> {
  const env = {
    ...process.env,
    QDA_LAB_TRANSPORTS: 'adb',
    QDA_LAB_HOME: server.home,
    ANDROID_ADB_SERVER_PORT: String(server.port),
  };
  const child = spawn(process.execPath, [at('electron/cli/main.ts'), ...args], { env });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  return new Promise((resolve) => {
    child.on('close', (code) => {
      resolve({ code, out, err });
    });
  });
}

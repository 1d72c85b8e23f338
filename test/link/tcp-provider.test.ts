import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Identities } from '../../electron/link/adb/identities.ts';
import type { AdbWay } from '../../electron/link/adb/device.ts';
import { Ways } from '../../electron/link/adb/ways.ts';
import { leasesOf } from '../../electron/link/deploy/leases.ts';
import type { Provider } from '../../electron/link/interfaces/link.ts';
import { parseTcpAddress } from '../../electron/link/tcp/address.ts';
import { tcpProvider } from '../../electron/link/tcp/provider.ts';
import type { BoardSummary } from '../../electron/model/board.ts';
import { fail } from '../../electron/model/outcome.ts';
import { freePort } from '../ports.ts';
import { adbFound, startAdbd, type RealAdbd } from './adbd.ts';
import { startFront, type AuthFront } from './auth-front.ts';
import { guardRejections } from './guard.ts';
import { hostKey, valueOf } from './hosts.ts';

const title = adbFound.ok ? 'boards on a network' : `skipped: ${adbFound.problem.message}`;

describe.skipIf(!adbFound.ok)(title, () => {
  guardRejections();
  let adbd: RealAdbd;
  let front: AuthFront | null = null;
  let provider: Provider | null = null;
  let ways: Ways;

  beforeAll(async () => {
    adbd = await startAdbd({ serial: 'BENCH7' });
  });
  afterEach(async () => {
    await provider?.close?.();
    await front?.stop();
    [provider, front] = [null, null];
  });
  afterAll(() => adbd.stop());

  const see = (addresses: readonly string[], keys = hostKey().store): Provider => {
    ways = new Ways();
    const targetOf = (summary: BoardSummary) => ({
      summary,
      deploy: () => Promise.resolve(fail('not-asked', 'No test of these deploys anything.')),
    });
    const parts = { ways, identities: new Identities(ways), keys, targetOf, retryMs: 50 };
    provider = tcpProvider(addresses.map(parseTcpAddress), parts);
    return provider;
  };
  /** A cable to BENCH7, which writes its serial in another way. */
  const plugIn = (): void => {
    const open = () => Promise.resolve(fail('offline', 'No test of these opens it.'));
    const cable: AdbWay = { transport: 'usb', serial: '00bench7', via: 'USB 1-2', open };
    ways.put(cable, new Map([[cable.serial, cable]]));
  };
  const boards = async (from: Provider): Promise<readonly BoardSummary[]> =>
    valueOf(await from.list()).map(({ summary }) => summary);
  /** Waits by what the provider tells, never by asking again and again. */
  const untilState = (from: Provider, state: BoardSummary['state']): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        void boards(from).then(([board]) => {
          if (board?.state !== state) return;
          off?.();
          resolve();
        });
      };
      const off = from.onChange?.(look);
      look();
    });

  test('one is known by its serial, goes offline and comes back, all without being asked', async () => {
    const seen = see([adbd.address]);
    const [board] = await boards(seen);
    expect(board).toMatchObject({
      id: 'BENCH7',
      transport: 'tcp',
      state: 'ready',
      via: `TCP ${adbd.address}`,
    });
    expect(board?.boot).toMatch(/^[0-9a-f-]{36}$/);
    expect(ways.to('BENCH7')).toMatchObject([{ serial: adbd.address, usable: true }]);
    const offline = untilState(seen, 'offline');
    await adbd.kill();
    await offline;
    expect(ways.to('BENCH7')).toMatchObject([{ usable: false }]);
    const back = untilState(seen, 'ready');
    await adbd.restart();
    await back;
    expect((await boards(seen))[0]).toMatchObject({ id: 'BENCH7', boot: board?.boot });
  });

  test('several users share the connection, and each closes its own', async () => {
    const seen = see([adbd.address]);
    await boards(seen);
    const [way] = ways.to('BENCH7');
    if (way === undefined) throw new Error('no way');
    const [one, two] = [valueOf(await way.open()), valueOf(await way.open())];
    const hanging = one.run('sleep 1; echo one');
    await two.close();
    expect(await two.gone).toMatchObject({ code: 'closed' });
    expect(valueOf(await hanging).out).toBe('one\n');
    await seen.close?.();
    expect(await one.gone).toMatchObject({ code: 'closed' });
    expect(valueOf(await way.open()).features).toContain('shell_v2');
  });

  test('one whose user is asked: unauthorized, and ready once it is allowed, on the same connection', async () => {
    front = await startFront({ daemonPort: adbd.port, known: [], user: { allowsAfterMs: 1500 } });
    const seen = see([front.address]);
    const [board] = await boards(seen);
    expect(board).toMatchObject({ id: front.address, state: 'unauthorized' });
    expect(board?.detail).toContain('waits for an answer on its screen');
    expect(board?.remedy).toContain('Always allow');
    await untilState(seen, 'ready');
    expect(front.asked).toHaveLength(1);
    expect((await boards(seen))[0]).toMatchObject({ id: 'BENCH7' });
  });

  test('one whose user refuses is not asked again until somebody wants it', async () => {
    front = await startFront({ daemonPort: adbd.port, known: [], user: 'hangs up' });
    const seen = see([front.address]);
    await untilState(seen, 'unauthorized');
    const [way] = ways.to(front.address);
    await expect.poll(() => front?.asked.length).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(front.asked).toHaveLength(1);
    expect(await way?.open()).toMatchObject({ ok: false, problem: { code: 'unauthorized' } });
    expect(front.asked).toHaveLength(2);
  });

  test('two addresses of one board are one board; an address where nobody listens is offline in words', async () => {
    const seen = see([adbd.address, `localhost:${adbd.port}`, `127.0.0.1:${await freePort()}`]);
    const [one, other, more] = await boards(seen);
    expect(one).toMatchObject({ id: 'BENCH7', state: 'ready' });
    expect(other).toMatchObject({ state: 'offline' });
    expect(other?.detail).toContain('no adb daemon listens at that port');
    expect(more).toBeUndefined();
  });

  test('one whose cable comes later gets the id of the cable; who uses it keeps it as long', async () => {
    const seen = see([adbd.address]);
    await boards(seen);
    const [way] = ways.to('BENCH7');
    if (way === undefined) throw new Error('no way');
    const lease = valueOf(await leasesOf(ways).take(way));
    plugIn();
    expect((await boards(seen))[0]).toMatchObject({ id: 'BENCH7' });
    lease.release();
    const told = new Promise<void>((resolve) => seen.onChange?.(resolve));
    expect((await boards(seen))[0]).toMatchObject({ id: '00bench7', state: 'ready' });
    await told;
    const both = ['usb', 'tcp'];
    for (const id of ['00bench7', 'BENCH7'])
      expect(ways.to(id).map(({ transport }) => transport)).toEqual(both);
    expect(ways.boards()).toEqual(['00bench7']);
  });

  test('and hears of the cable by itself', async () => {
    const seen = see([adbd.address]);
    await boards(seen);
    const told = new Promise<void>((resolve) => seen.onChange?.(resolve));
    plugIn();
    await told;
    expect(ways.boards()).toEqual(['00bench7']);
  });

  test('what is no address is said', async () => {
    expect(await see(['not an address']).list()).toMatchObject({
      ok: false,
      problem: { code: 'tcp-address' },
    });
  });
});

import { describe, expect, it } from 'vitest';
import type { AdbDevice, AdbWay } from '../../../electron/link/adb/device.ts';
import { Ways } from '../../../electron/link/adb/ways.ts';
import { leasesOf, Leases, type Lease } from '../../../electron/link/deploy/leases.ts';
import { fail, ok, type Outcome, type Problem } from '../../../electron/model/outcome.ts';

const lost: Problem = { code: 'connection-lost', message: 'pulled', remedy: '' };

/** A way whose opening a test decides. */
class PlayedWay implements AdbWay {
  readonly transport: AdbWay['transport'];
  readonly serial = 's';
  readonly via: string;
  opened = 0;
  closed = 0;
  next: Promise<Outcome<undefined>> = Promise.resolve(ok(undefined));
  lose: () => void = () => undefined;

  constructor(transport: AdbWay['transport'] = 'usb') {
    this.transport = transport;
    this.via = `${transport} played`;
  }

  async open(): Promise<Outcome<AdbDevice>> {
    this.opened += 1;
    const may = await this.next;
    if (!may.ok) return may;
    let lose: () => void = () => undefined;
    const gone = new Promise<Problem>((resolve) => {
      lose = () => {
        resolve(lost);
      };
    });
    this.lose = lose;
    return ok({
      features: [],
      banner: { product: '', model: '', device: '' },
      run: () => Promise.resolve({ ok: false, problem: lost }),
      push: () => Promise.resolve({ ok: false, problem: lost }),
      connect: () => Promise.resolve({ ok: false, problem: lost }),
      gone,
      close: () => {
        this.closed += 1;
        lose();
        return Promise.resolve();
      },
    });
  }
}

const leaseOf = (outcome: Outcome<Lease>): Lease => {
  if (!outcome.ok) throw new Error(outcome.problem.message);
  return outcome.value;
};
const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a connection that several use', () => {
  it('is opened once and closed with the last', async () => {
    const [way, leases] = [new PlayedWay(), new Leases()];
    const [a, b] = (await Promise.all([leases.take(way), leases.take(way)])).map(leaseOf);
    expect(way.opened).toBe(1);
    expect(a?.device).toBe(b?.device);
    a?.release();
    a?.release();
    await soon();
    expect([way.closed, b?.over]).toEqual([0, false]);
    b?.release();
    await soon();
    expect(way.closed).toBe(1);
    leaseOf(await leases.take(way)).release();
    expect(way.opened).toBe(2);
  });

  it('that is lost is over for all, and opened anew for the next', async () => {
    const [way, leases] = [new PlayedWay(), new Leases()];
    const a = leaseOf(await leases.take(way));
    way.lose();
    await soon();
    expect(a.over).toBe(true);
    const b = leaseOf(await leases.take(way));
    expect(way.opened).toBe(2);
    a.release();
    await soon();
    expect(b.over).toBe(false);
    b.release();
  });

  it('whose opening somebody gives up goes on for the others, and is closed where there are none', async () => {
    const [way, leases] = [new PlayedWay(), new Leases()];
    let allow: (outcome: Outcome<undefined>) => void = () => undefined;
    way.next = new Promise((resolve) => {
      allow = resolve;
    });
    const abort = new AbortController();
    const [a, b] = [leases.take(way, abort.signal), leases.take(way)];
    abort.abort();
    expect(await a).toMatchObject({ ok: false, problem: { code: 'cancelled' } });
    allow(ok(undefined));
    leaseOf(await b).release();
    const [c] = [leases.take(way, AbortSignal.abort())];
    expect(await c).toMatchObject({ ok: false, problem: { code: 'cancelled' } });
    await soon();
    expect([way.opened, way.closed]).toEqual([2, 2]);
  });

  it('that cannot be opened leaves nothing in the way of the next try', async () => {
    const [way, leases] = [new PlayedWay(), new Leases()];
    way.next = Promise.resolve(fail('busy', 'held'));
    expect(await leases.take(way)).toMatchObject({ ok: false, problem: { code: 'busy' } });
    way.next = Promise.resolve(ok(undefined));
    leaseOf(await leases.take(way)).release();
  });

  it('of a way that throws is a problem', async () => {
    const way = new PlayedWay();
    way.next = Promise.reject(new Error('a defect'));
    expect(await new Leases().take(way)).toMatchObject({ ok: false, problem: { code: 'adb-protocol' } });
  });
});

describe('the best way', () => {
  it('is taken, and the next where it cannot be opened; the problem is that of the best', async () => {
    const [adb, tcp, ways] = [new PlayedWay('adb'), new PlayedWay('tcp'), new Ways()];
    ways.put(adb, new Map([['s', adb]]));
    ways.put(tcp, new Map([['s', tcp]]));
    expect(leasesOf(ways)).toBe(leasesOf(ways));
    const leases = leasesOf(ways);
    const first = leaseOf(await leases.takeBest(ways, 's'));
    expect(first.way).toBe(adb);
    first.release();
    adb.next = Promise.resolve(fail('busy', 'held'));
    const second = leaseOf(await leases.takeBest(ways, 's'));
    expect(second.way).toBe(tcp);
    second.release();
    tcp.next = Promise.resolve(fail('offline', 'away'));
    expect(await leases.takeBest(ways, 's')).toMatchObject({ ok: false, problem: { code: 'busy' } });
    expect(await leases.takeBest(ways, 'other')).toMatchObject({
      ok: false,
      problem: { code: 'unknown-board' },
    });
  });
});

import { describe, expect, it } from 'vitest';
import { Ways } from '../../../electron/link/adb/ways.ts';
import { leasesOf, Leases, type Lease } from '../../../electron/link/deploy/leases.ts';
import { fail, ok, type Outcome } from '../../../electron/model/outcome.ts';
import { PlayedWay } from './played-way.ts';

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

  it('whose opening nobody waits for any more is told to give up', async () => {
    const [way, leases] = [new PlayedWay(), new Leases()];
    way.next = new Promise(() => undefined);
    const aborts = [new AbortController(), new AbortController()];
    const taken = aborts.map(({ signal }) => leases.take(way, signal));
    aborts[0]?.abort();
    await taken[0];
    expect(way.givenUp).toBe(false);
    aborts[1]?.abort();
    await taken[1];
    expect(way.givenUp).toBe(true);
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

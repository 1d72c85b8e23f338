// Which board is behind an address: by the serial that it says of itself, by its boot, or by the address alone.
import { describe, expect, it } from 'vitest';
import { Identities } from '../../../electron/link/adb/identities.ts';
import { isAddress } from '../../../electron/link/adb/identity.ts';
import type { AdbDevice, AdbWay } from '../../../electron/link/adb/device.ts';
import { leasesOf } from '../../../electron/link/deploy/leases.ts';
import { Ways } from '../../../electron/link/adb/ways.ts';
import { fail, ok } from '../../../electron/model/outcome.ts';

interface Said {
  readonly boot?: string;
  readonly prop?: string;
  readonly soc0?: string;
}

let asked: string[] = [];

const way = (serial: string, said: Said | null, transport: AdbWay['transport'] = 'adb'): AdbWay => ({
  transport,
  serial,
  via: `way to ${serial}`,
  open: async () => {
    asked.push(serial);
    if (said === null) return fail('offline', 'It does not answer.');
    const { boot = '', prop = '', soc0 = '' } = said;
    const out = `Banner\nqda-lab boot ${boot}\nqda-lab prop ${prop}\nqda-lab soc0 ${soc0}\n`;
    const device: AdbDevice = {
      features: [],
      banner: { product: '', model: '', device: '' },
      run: async () => ok({ code: 0, out, err: '' }),
      push: async () => fail('no', 'Not asked for.'),
      connect: async () => fail('no', 'Not asked for.'),
      gone: new Promise(() => undefined),
      close: async () => undefined,
    };
    return ok(device);
  },
});

function book(...cabled: readonly AdbWay[]): Identities {
  asked = [];
  const ways = new Ways();
  ways.put({}, new Map(cabled.map((one) => [one.serial, one])));
  return new Identities(ways);
}

it('the serial that it says is its id, and that of its cable where there is one', async () => {
  const tcp = way('10.0.0.7:5555', { boot: 'b1', prop: 'ABC1' }, 'tcp');
  expect(await book().idOf(tcp)).toMatchObject({ id: 'ABC1', boot: 'b1' });
  const soc = way('10.0.0.7:5555', { boot: 'b1', soc0: '11259375' }, 'tcp');
  expect(await book().idOf(soc)).toMatchObject({ id: 'abcdef', boot: 'b1' });
  expect(await book(way('00ABCDEF', null)).idOf(soc)).toMatchObject({ id: '00ABCDEF', boot: 'b1' });
  expect(await book(way('11259375', null)).idOf(soc)).toMatchObject({ id: '11259375', boot: 'b1' });
  expect(asked).toEqual(['10.0.0.7:5555']); // nobody opens a cable for that
});

it('where its cable has another serial, their boot makes them one', async () => {
  const identities = book(
    way('other', { boot: 'b0', prop: 'x' }),
    way('gadget', { boot: 'b1' }),
    way('usb', { boot: 'b1' }, 'usb'),
  );
  expect(await identities.idOf(way('10.0.0.7:5555', { boot: 'b1', prop: 'ABC1' }, 'tcp'))).toMatchObject({
    id: 'gadget',
    boot: 'b1',
  });
  expect(asked).not.toContain('usb'); // its interface may be held
});

it('where it tells nothing it is its address, and the same address again by its boot', async () => {
  const identities = book();
  expect(await identities.idOf(way('a:1', null))).toMatchObject({ id: 'a:1', boot: null });
  expect(await identities.idOf(way('a:1', {}))).toMatchObject({ id: 'a:1', boot: null });
  expect(await identities.idOf(way('a:1', { boot: 'b1' }))).toMatchObject({ id: 'a:1', boot: 'b1' });
  expect(await identities.idOf(way('b:1', { boot: 'b1' }))).toMatchObject({ id: 'a:1', boot: 'b1' });
  expect(await identities.idOf(way('c:1', { boot: 'b2' }))).toMatchObject({ id: 'c:1', boot: 'b2' });
});

it('two that share a kernel and say different serials are two', async () => {
  const identities = book();
  expect(await identities.idOf(way('a:1', { boot: 'b1', prop: 'ONE' }))).toMatchObject({ id: 'ONE' });
  expect(await identities.idOf(way('b:1', { boot: 'b1', prop: 'TWO' }))).toMatchObject({ id: 'TWO' });
  expect(await identities.idOf(way('c:1', { boot: 'b1', prop: 'ONE' }))).toMatchObject({ id: 'ONE' });
});

describe('two that say the same serial', () => {
  const said = { boot: 'b1', prop: 'ONE' };
  /** What the first says from now on: its way stays. */
  const first = (): AdbWay => way('a:1', said);

  it('and have boots of their own are two, each called by its address', async () => {
    const identities = book();
    const [a, b] = [first(), way('b:1', { boot: 'b2', prop: 'ONE' })];
    const [one, two] = await Promise.all([identities.idOf(a), identities.idOf(b)]);
    expect([(await identities.again(a, one)).id, (await identities.again(b, two)).id]).toEqual([
      'ONE@a:1',
      'ONE@b:1',
    ]);
    expect(await identities.idOf(way('b:1', { boot: 'b3', prop: 'ONE' }))).toMatchObject({ id: 'ONE@b:1' });
    expect(await identities.idOf(way('c:1', said))).toMatchObject({ id: 'ONE@a:1' });
  });

  it('are one where the first way is dead, or goes to the same boot by now', async () => {
    for (const now of [null, { boot: 'b2', prop: 'ONE' }]) {
      const identities = book();
      let says: Said | null = said;
      const a: AdbWay = { ...first(), open: async (signal) => way('a:1', says).open(signal) };
      const one = await identities.idOf(a);
      says = now;
      const two = await identities.idOf(way('b:1', { boot: 'b2', prop: 'ONE' }));
      expect([one.id, two.id, (await identities.again(a, one)).id]).toEqual(['ONE', 'ONE', 'ONE']);
    }
  });
});

describe('a cable that comes later', () => {
  const tcp = way('10.0.0.7:5555', { boot: 'b1', prop: 'ABC1', soc0: '11259375' }, 'tcp');
  const gadget = way('gadget', { boot: 'b1' });

  /** A board that was found on the network while nothing was plugged in. */
  async function found() {
    asked = [];
    const ways = new Ways();
    const identities = new Identities(ways);
    const who = await identities.idOf(tcp);
    expect(who.id).toBe('ABC1');
    const network = {};
    ways.put(network, new Map([[who.id, tcp]]));
    const cables = {};
    const plug = (...list: readonly AdbWay[]): void => {
      ways.put(cables, new Map(list.map((one) => [one.serial, one])));
    };
    return { ways, identities, who, network, plug };
  }

  it('gives its board its id, by a serial that it says or by its boot, and the board is not asked again', async () => {
    const { identities, who, plug } = await found();
    expect(await identities.again(tcp, who)).toBe(who);
    plug(way('other', { boot: 'b0' }), way('00ABCDEF', null));
    expect(await identities.again(tcp, who)).toMatchObject({ id: '00ABCDEF', boot: 'b1' });
    plug(way('other', { boot: 'b0' }), gadget);
    expect(await identities.again(tcp, who)).toMatchObject({ id: 'gadget', boot: 'b1' });
    expect(asked.filter((serial) => serial === tcp.serial)).toHaveLength(1);
  });

  it('is told, and its board asked once while it stays', async () => {
    const { identities, who, plug } = await found();
    let told = 0;
    const off = identities.onCable(() => (told += 1));
    const other = way('other', { boot: 'b0' });
    plug(other);
    await identities.again(tcp, who);
    plug(other);
    await identities.again(tcp, who);
    expect([told, asked]).toEqual([1, [tcp.serial, 'other']]);
    plug();
    plug(other); // it may have been started anew
    await identities.again(tcp, who);
    expect([told, asked]).toEqual([2, [tcp.serial, 'other', 'other']]);
    off();
    plug();
    plug(other);
    expect(told).toBe(2);
  });

  it('that goes again leaves its board the id, and so does another address of it', async () => {
    const { identities, who, plug } = await found();
    plug(gadget);
    const now = await identities.again(tcp, who);
    plug();
    expect(await identities.again(tcp, now)).toBe(now);
    expect(await identities.idOf(tcp)).toMatchObject({ id: 'gadget' });
    expect(await identities.idOf(way('b:1', { boot: 'b1' }))).toMatchObject({ id: 'gadget' });
  });

  it('changes nothing for who uses the board meanwhile', async () => {
    const { ways, identities, who, plug } = await found();
    const lease = await leasesOf(ways).take(tcp);
    plug(gadget);
    expect(await identities.again(tcp, who)).toBe(who);
    if (lease.ok) lease.value.release();
    expect(await identities.again(tcp, who)).toMatchObject({ id: 'gadget' });
  });

  it('leaves no one without a way who chose the board by the id before', async () => {
    const { ways, identities, who, network, plug } = await found();
    plug(gadget);
    await identities.again(tcp, who);
    expect(ways.to('ABC1')).toEqual([tcp]); // its provider has not put it down yet
    ways.put(network, new Map([['gadget', tcp]]));
    expect(ways.to('ABC1')).toEqual([gadget, tcp]);
  });

  it('of another board with the same kernel gives nothing', async () => {
    const { identities, who, plug } = await found();
    plug(way('gadget', { boot: 'b1', prop: 'TWO' }));
    expect(await identities.again(tcp, who)).toBe(who);
  });
});

it('ways of a board are found by every id that it had', () => {
  const ways = new Ways();
  const [one, other] = [way('one', null), way('other', null)];
  ways.renamed('a', 'b');
  ways.renamed('b', 'c');
  const provider = {};
  ways.put(provider, new Map([['c', one]]));
  expect(['a', 'b', 'c', 'd'].map((id) => ways.to(id))).toEqual([[one], [one], [one], []]);
  ways.put(
    provider,
    new Map([
      ['a', other],
      ['c', one],
    ]),
  );
  expect(ways.to('a')).toEqual([other]);
  ways.renamed('c', 'a');
  ways.put(provider, new Map([['a', other]]));
  expect(['a', 'b', 'c'].map((id) => ways.to(id))).toEqual([[other], [other], [other]]);
});

it('addresses are told from serials', () => {
  for (const text of ['10.0.0.7:5555', 'lab:1', '[::1]:5555', 'adb-AB-x._adb-tls-connect._tcp'])
    expect(isAddress(text)).toBe(true);
  for (const text of ['3c1a5f0b', 'a:b', ':1', 'x:123456', 'emulator-5554', 'a.b._tcp.x'])
    expect(isAddress(text)).toBe(false);
});

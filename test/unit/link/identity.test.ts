// Which board is behind an address: by the serial that it says of itself, by its boot, or by the address alone.
import { expect, it } from 'vitest';
import { Identities, isAddress } from '../../../electron/link/adb/identity.ts';
import type { AdbDevice, AdbWay } from '../../../electron/link/adb/device.ts';
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
  expect(await book().idOf(tcp)).toEqual({ id: 'ABC1', boot: 'b1' });
  const soc = way('10.0.0.7:5555', { boot: 'b1', soc0: '11259375' }, 'tcp');
  expect(await book().idOf(soc)).toEqual({ id: 'abcdef', boot: 'b1' });
  expect(await book(way('00ABCDEF', null)).idOf(soc)).toEqual({ id: '00ABCDEF', boot: 'b1' });
  expect(await book(way('11259375', null)).idOf(soc)).toEqual({ id: '11259375', boot: 'b1' });
  expect(asked).toEqual(['10.0.0.7:5555']); // nobody opens a cable for that
});

it('where its cable has another serial, their boot makes them one', async () => {
  const identities = book(
    way('other', { boot: 'b0', prop: 'x' }),
    way('gadget', { boot: 'b1' }),
    way('usb', { boot: 'b1' }, 'usb'),
  );
  expect(await identities.idOf(way('10.0.0.7:5555', { boot: 'b1', prop: 'ABC1' }, 'tcp'))).toEqual({
    id: 'gadget',
    boot: 'b1',
  });
  expect(asked).not.toContain('usb'); // its interface may be held
});

it('where it tells nothing it is its address, and the same address again by its boot', async () => {
  const identities = book();
  expect(await identities.idOf(way('a:1', null))).toEqual({ id: 'a:1', boot: null });
  expect(await identities.idOf(way('a:1', {}))).toEqual({ id: 'a:1', boot: null });
  expect(await identities.idOf(way('a:1', { boot: 'b1' }))).toEqual({ id: 'a:1', boot: 'b1' });
  expect(await identities.idOf(way('b:1', { boot: 'b1' }))).toEqual({ id: 'a:1', boot: 'b1' });
  expect(await identities.idOf(way('c:1', { boot: 'b2' }))).toEqual({ id: 'c:1', boot: 'b2' });
});

it('two that share a kernel and say different serials are two', async () => {
  const identities = book();
  expect(await identities.idOf(way('a:1', { boot: 'b1', prop: 'ONE' }))).toMatchObject({ id: 'ONE' });
  expect(await identities.idOf(way('b:1', { boot: 'b1', prop: 'TWO' }))).toMatchObject({ id: 'TWO' });
  expect(await identities.idOf(way('c:1', { boot: 'b1', prop: 'ONE' }))).toMatchObject({ id: 'ONE' });
});

it('a board that a session knows by its boot is that board on every way', async () => {
  const identities = book();
  identities.learn('by-cable', 'b1');
  expect(await identities.idOf(way('a:1', { boot: 'b1', prop: 'ABC' }))).toMatchObject({ id: 'by-cable' });
});

it('addresses are told from serials', () => {
  for (const text of ['10.0.0.7:5555', 'lab:1', '[::1]:5555', 'adb-AB-x._adb-tls-connect._tcp'])
    expect(isAddress(text)).toBe(true);
  for (const text of ['3c1a5f0b', 'a:b', ':1', 'x:123456', 'emulator-5554', 'a.b._tcp.x'])
    expect(isAddress(text)).toBe(false);
});

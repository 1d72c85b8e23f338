// What adb servers say of their devices, and what becomes of it: lists as they came out of Debian's adb 34.0.5 and of its sources.
import { describe, expect, it } from 'vitest';
import { identityIn } from '../../../electron/link/adb/identity.ts';
import {
  serverAddresses,
  parseServerAddress,
  usualServer,
} from '../../../electron/link/adb-server/address.ts';
import { isNetwork, parseDevices, type ListedDevice } from '../../../electron/link/adb-server/devices.ts';
import { boardsIn, summaryOf } from '../../../electron/link/adb-server/listed.ts';
import { printable } from '../../../electron/link/adb/printable.ts';

const one = (line: string): ListedDevice => {
  const [device, more] = parseDevices(`${line}\n`) ?? [];
  if (device === undefined || more !== undefined) throw new Error(`no device: ${line}`);
  return device;
};

const summary = (line: string): ReturnType<typeof summaryOf> => {
  const [board] = boardsIn([one(line)], ({ serial }) => ({ id: serial, boot: null }));
  if (board === undefined) throw new Error('no board');
  return summaryOf(board, '127.0.0.1:5037');
};

const NO_PERMISSIONS =
  'no permissions (missing udev rules? user is in the plugdev group); see [http://developer.android.com/tools/device.html]';

describe('a list of devices', () => {
  it('is read as a server of today writes it', () => {
    expect(one('127.0.0.1:34697        device transport_id:1')).toEqual({
      serial: '127.0.0.1:34697',
      state: 'device',
      product: '',
      model: '',
      device: '',
      path: '',
      transportId: '1',
    });
    expect(
      one(
        '3c1a5f0b               device usb:1-1.2 product:sa8775p model:SA8775P_ADP device:lemans transport_id:12',
      ),
    ).toMatchObject({
      serial: '3c1a5f0b',
      path: 'usb:1-1.2',
      product: 'sa8775p',
      model: 'SA8775P_ADP',
      device: 'lemans',
      transportId: '12',
    });
    expect(parseDevices('')).toEqual([]);
  });

  it('is read as an old server writes its short one', () => {
    expect(parseDevices('3c1a5f0b\tdevice\n10.0.0.7:5555\toffline\n')).toMatchObject([
      { serial: '3c1a5f0b', state: 'device', transportId: null },
      { serial: '10.0.0.7:5555', state: 'offline', transportId: null },
    ]);
  });

  it('keeps states of several words and serials of any characters apart', () => {
    expect(one(`0123 45 device x       ${NO_PERMISSIONS} usb:1-2 transport_id:3`)).toMatchObject({
      serial: '0123 45 device x',
      state: NO_PERMISSIONS,
      path: 'usb:1-2',
    });
    for (const serial of [
      'a b',
      'x:y:z',
      '$(reboot)',
      "'; rm -rf / #",
      '"`id`"',
      'größe-板-🛠',
      '-s',
      '--help',
      'device',
      'a transport_id:7 device',
      '(no serial number)',
      '..',
      '%s%n',
    ])
      expect(one(`${serial.padEnd(22)} device usb:1-2 transport_id:3`)).toMatchObject({
        serial,
        state: 'device',
        transportId: '3',
      });
  });

  it('of any text is read in bounded time, and never throws', () => {
    const pieces = [
      'a',
      ' ',
      '\t',
      '\n',
      'device',
      'no permissions (',
      ')',
      '; see [',
      ']',
      ' usb:',
      ' transport_id:',
      '7',
    ];
    let seed = 1;
    const next = (below: number): number => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    let read = 0;
    for (let round = 0; round < 3_000; round++) {
      const text = Array.from({ length: next(40) }, () => pieces[next(pieces.length)]).join('');
      for (const { serial, transportId } of parseDevices(text) ?? []) {
        read += 1;
        expect(serial).not.toBe('');
        expect(transportId ?? '0').toMatch(/^\d+$/);
      }
    }
    expect(read).toBeGreaterThan(100);
  });

  it('that is something else is none', () => {
    for (const text of ['\x00\x01\x02', 'hello', `a${' '.repeat(60_000)}b`, 'no permissions ('.repeat(4_000)])
      expect(parseDevices(text)).toBe(null);
    expect(parseDevices('abc device\nnonsense\n')).toBe(null);
  });

  it('tells addresses from serials that look like one', () => {
    expect(isNetwork(one('10.0.0.7:5555 device transport_id:1'))).toBe(true);
    expect(isNetwork(one('adb-3c1a5f0b-x1y2z3._adb-tls-connect._tcp device transport_id:1'))).toBe(true);
    expect(isNetwork(one('10.0.0.7:5555 device usb:1-2 transport_id:1'))).toBe(false);
    expect(isNetwork(one('3c1a5f0b device transport_id:1'))).toBe(false);
  });
});

describe('a board at an adb server', () => {
  it('says where it goes, and by what name', () => {
    expect(
      summary('3c1a5f0b device usb:1-1.2 product:sa8775p model:SA8775P_ADP device:lemans transport_id:12'),
    ).toEqual({
      id: '3c1a5f0b',
      transport: 'adb',
      label: 'SA8775P ADP',
      simulated: false,
      state: 'ready',
      detail: 'through the adb server 127.0.0.1:5037, USB 1-1.2',
      via: 'adb server 127.0.0.1:5037, USB 1-1.2',
    });
    expect(summary('10.0.0.7:5555 device transport_id:2')).toMatchObject({
      label: 'board 10.0.0.7:5555',
      via: 'adb server 127.0.0.1:5037, TCP 10.0.0.7:5555',
    });
  });

  it('is called by its place where it has no serial', () => {
    const listed = parseDevices(
      '(no serial number) device usb:1-2 transport_id:1\n(no serial number) device usb:1-3 transport_id:2\n',
    );
    expect(boardsIn(listed ?? [], () => undefined).map(({ id }) => id)).toEqual(['usb:1-2', 'usb:1-3']);
  });

  it('says in a sentence why it cannot be used, and what to do', () => {
    const kinds = {
      unauthorized: 'unauthorized',
      authorizing: 'connecting',
      connecting: 'connecting',
      offline: 'offline',
      detached: 'offline',
      recovery: 'failed',
      sideload: 'failed',
      rescue: 'failed',
      bootloader: 'failed',
      host: 'failed',
      [NO_PERMISSIONS]: 'failed',
      newstate: 'failed',
    };
    const seen = new Set<string>();
    for (const [word, kind] of Object.entries(kinds)) {
      const { state, detail, remedy } = summary(`3c1a5f0b ${word} usb:1-1 transport_id:1`);
      expect(state).toBe(kind);
      seen.add(detail);
      if (kind === 'connecting') continue;
      expect(detail).toMatch(/^The .*\.$/);
      expect(remedy).toMatch(/^[A-Z].*\.$/);
    }
    expect(seen.size).toBe(Object.keys(kinds).length);
  });

  it('keeps its serial, and shows nothing of it that a terminal would obey', () => {
    const esc = '\x1b[2Ja\u202eb\u0007';
    expect(printable(esc)).toBe('\ufffd[2Ja\ufffdb\ufffd');
    expect(summary(`${esc} device usb:1-1 transport_id:1`).id).toBe('\ufffd[2Ja\ufffdb\ufffd');
  });
});

describe('boards of one list', () => {
  const idsOf = (text: string, who: Record<string, string> = {}): unknown =>
    boardsIn(parseDevices(text) ?? [], ({ serial }) =>
      who[serial] === undefined ? undefined : { id: who[serial], boot: 'b' },
    ).map(({ id, device }) => [id, device.transportId]);

  it('with one serial are told apart by their plugs, and one that comes back is one', () => {
    expect(idsOf('a device usb:1-1 transport_id:1\na device usb:1-2 transport_id:2\n')).toEqual([
      ['a@usb:1-1', '1'],
      ['a@usb:1-2', '2'],
    ]);
    expect(idsOf('a offline usb:1-1 transport_id:1\na device usb:1-1 transport_id:2\n')).toEqual([
      ['a', '2'],
    ]);
    expect(idsOf('a offline usb:1-1 transport_id:1\na offline usb:1-2 transport_id:2\n')).toEqual([
      ['a', '1'],
    ]);
  });

  it('behind an address are who they say, once, and wait until that is known', () => {
    const text =
      'a device usb:1-1 transport_id:1\n1.2.3.4:5 device transport_id:2\n1.2.3.5:5 device transport_id:3\n';
    expect(idsOf(text)).toEqual([['a', '1']]);
    expect(idsOf(text, { '1.2.3.4:5': 'a' })).toEqual([
      ['a', '1'],
      ['a', '2'],
    ]);
    expect(idsOf(text, { '1.2.3.4:5': 'a', '1.2.3.5:5': 'a' })).toEqual([
      ['a', '1'],
      ['a', '2'],
    ]);
  });
});

it('a board says who it is through the banner of its shell', () => {
  expect(
    identityIn(
      'Welcome to the lab!\r\nqda-lab boot 5e1f\nqda-lab prop \nqda-lab line \nqda-lab soc0 1009409803\nqda-lab tree 3c2a5f0b\0\n',
    ),
  ).toEqual({ boot: '5e1f', serials: ['3c2a5f0b', '1009409803'] });
  expect(identityIn('qda-lab boot \nqda-lab prop unknown\nqda-lab soc0 0\n')).toEqual({
    boot: null,
    serials: [],
  });
  expect(identityIn('')).toEqual({ boot: null, serials: [] });
});

describe('the address of a server', () => {
  const nameOf = (text: string): string => {
    const parsed = parseServerAddress(text);
    return parsed.ok ? parsed.value.name : parsed.problem.code;
  };

  it('is read as people and adb write it', () => {
    expect(
      [
        'lab:5038',
        'tcp:lab:5038',
        'tcp:5038',
        '5038',
        'lab',
        '[::1]:5038',
        '[fe80::1%eth0]',
        'localfilesystem:/run/adb',
      ].map(nameOf),
    ).toEqual([
      'lab:5038',
      'lab:5038',
      '127.0.0.1:5038',
      '127.0.0.1:5038',
      'lab:5037',
      '[::1]:5038',
      '[fe80::1%eth0]:5037',
      '/run/adb',
    ]);
    for (const text of ['', ':', 'a:b', 'a:0', 'a:70000', 'a:5037:1', 'http://a', 'a b', '::1'])
      expect(nameOf(text)).toBe('adb-server-address');
  });

  it('is the one that adb itself would ask', () => {
    const usual = (env: Record<string, string>): string => {
      const address = usualServer(env);
      return address.ok ? address.value.name : address.problem.message;
    };
    expect(usual({})).toBe('127.0.0.1:5037');
    expect(usual({ ADB_SERVER_SOCKET: '' })).toBe('127.0.0.1:5037');
    expect(usual({ ANDROID_ADB_SERVER_PORT: '6037' })).toBe('127.0.0.1:6037');
    expect(usual({ ANDROID_ADB_SERVER_ADDRESS: 'lab' })).toBe('lab:5037');
    expect(usual({ ANDROID_ADB_SERVER_ADDRESS: '::1', ANDROID_ADB_SERVER_PORT: '6037' })).toBe('[::1]:6037');
    expect(usual({ ADB_SERVER_SOCKET: 'tcp:lab:1', ANDROID_ADB_SERVER_PORT: '6037' })).toBe('lab:1');
    expect(usual({ ANDROID_ADB_SERVER_PORT: 'x' })).toBe('"127.0.0.1:x" is no address of an adb server.');
  });

  it('counts once, also where the user names the usual one', () => {
    const names = serverAddresses(['lab:1', '127.0.0.1:5037', 'lab:1', 'nonsense:x'], {}).map((address) =>
      address.ok ? [address.value.name, address.value.named] : address.problem.code,
    );
    expect(names).toEqual([['lab:1', true], ['127.0.0.1:5037', true], 'adb-server-address']);
  });
});

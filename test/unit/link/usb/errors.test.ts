import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { faultOf, usbProblem, type UsbFault } from '../../../../electron/link/usb/errors.ts';
import { BORROWED, generic } from './fake-usb.ts';

/** As npm usb 3.1.0 throws them: seen on Linux, by its sources (node-usb-rs 3.1.0, nusb 0.2.7) for the rest. */
const CAPTURED: readonly (readonly [string, UsbFault])[] = [
  ['claimInterface error: interface is busy (errno 16)', 'busy'],
  ['selectConfiguration error: device is busy (errno 16)', 'busy'],
  ['open error: failed to open device (error 5)', 'busy'],
  ['claimInterface error: failed to open device (error 32)', 'busy'],
  ['claimInterface error: could not open interface for exclusive access (error 0xe00002c5)', 'busy'],
  ['open error: failed to open device (errno 13)', 'no-permission'],
  ['open error: permission denied (errno 1)', 'no-permission'],
  ['open error: failed to open device (error 0xe00002e2)', 'no-permission'],
  ['open error: device not found (errno 2)', 'gone'],
  ['claimInterface error: device disconnected (errno 19)', 'gone'],
  ['transferIn error: Disconnected', 'gone'],
  ['transferOut error: Disconnected', 'gone'],
  ['transferIn error: Stall', 'stalled'],
  ['controlTransferIn error: endpoint stalled', 'stalled'],
  ['transferOut error: Cancelled', 'timed-out'],
  ['transferIn error: Fault', 'fault'],
  ['transferIn error: Unknown(12)', 'no-memory'],
  ['claimInterface error: incompatible driver is installed for this device', 'no-driver'],
  ['claimInterface error: incompatible driver is installed for this interface', 'no-driver'],
  ['claimInterface error: could not determine driver for interface', 'no-driver'],
  ['claimInterface error: failed to initialize WinUSB (error 8)', 'no-driver'],
  [BORROWED, 'own'],
  ['transferIn error: endpoint not found', 'unknown'],
  ['transferIn error: Unknown(125)', 'unknown'],
  ['claimInterface error: failed to claim interface (errno 161)', 'unknown'],
];

test.each(CAPTURED)('"%s" is %s', (text, fault) => {
  expect(faultOf(generic(text))).toBe(fault);
});

test('what is no error has its words as well', () => {
  expect(faultOf('device disconnected')).toBe('gone');
  expect(faultOf(undefined)).toBe('unknown');
});

const NATIVE = 'node_modules/@node-usb/usb-linux-x64-gnu/usb.linux-x64-gnu.node';

test.runIf(existsSync(NATIVE))('the native module that is installed has these texts', () => {
  const module = readFileSync(NATIVE, 'latin1');
  for (const words of [
    'interface is busy',
    'device is busy',
    'failed to open device',
    'permission denied',
    'device not found',
    'device disconnected',
    'endpoint stalled',
    'hardware fault or protocol violation',
    'CancelledStallDisconnectedFaultInvalidArgumentUnknown',
    'endpoint already in use',
    'cannot be borrowed mutably while another borrow is active',
  ])
    expect(module).toContain(words);
});

describe('sentences', () => {
  const context = { board: 'board S1 on USB 1-2', platform: 'linux', holder: null } as const;
  const faults = [...new Set(CAPTURED.map(([, fault]) => fault))];

  test.each(faults)('%s says which board, and what to do', (fault) => {
    for (const platform of ['linux', 'win32', 'darwin'] as const) {
      const problem = usbProblem(fault, { ...context, platform }, 'words');
      if (fault !== 'no-driver') expect(problem.message).toContain('board S1 on USB 1-2');
      expect(problem.remedy.length).toBeGreaterThan(10);
    }
  });

  test('busy names its holder', () => {
    const { message, remedy } = usbProblem('busy', { ...context, holder: 'adb (process 1234)' }, '');
    expect(message).toContain('adb (process 1234) holds its adb interface');
    expect(remedy).toContain('through that server by itself');
    expect(usbProblem('busy', { ...context, platform: 'win32' }, '').remedy).toContain('Android Studio');
  });

  test('no permission brings the rule, on Linux only', () => {
    const { remedy } = usbProblem('no-permission', context, '');
    const [, installed = '', from = ''] = /sudo tee (\S+) <(\S+) && sudo udevadm control/.exec(remedy) ?? [];
    expect([dirname(installed), basename(installed)]).toEqual(['/etc/udev/rules.d', basename(from)]);
    expect(readFileSync(from, 'utf8')).toContain('*:ff4201:*');
    expect(usbProblem('no-permission', { ...context, platform: 'darwin' }, '').remedy).not.toContain('udev');
  });

  test('what has no sentence keeps the words of the library', () => {
    expect(usbProblem('unknown', context, 'transferIn error: Unknown(125)').message).toContain(
      'Unknown(125)',
    );
  });
});

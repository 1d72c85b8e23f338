import { expect, test } from 'vitest';
import { parseTcpAddress, tcpAddresses } from '../../../electron/link/tcp/address.ts';

test.each([
  ['10.0.0.7:6000', { host: '10.0.0.7', port: 6000, name: '10.0.0.7:6000' }],
  ['board-7', { host: 'board-7', port: 5555, name: 'board-7:5555' }],
  [' [fe80::1%eth0]:5555 ', { host: 'fe80::1%eth0', port: 5555, name: '[fe80::1%eth0]:5555' }],
])('%s', (text, value) => {
  expect(parseTcpAddress(text)).toEqual({ ok: true, value });
});

test.each(['', ':5555', 'host:0', 'host:65536', 'a b', 'http://x', 'fe80::1', '[fe80::1'])(
  '%j is no address',
  (text) => {
    expect(parseTcpAddress(text)).toMatchObject({ ok: false, problem: { code: 'tcp-address' } });
  },
);

test('those of the options, then those of the environment, each once', () => {
  const all = tcpAddresses(['a', 'b:1'], { QDA_LAB_TCP: 'b:1, c ,,a:5555,d:x' });
  expect(all.map((one) => (one.ok ? one.value.name : one.problem.code))).toEqual([
    'a:5555',
    'b:1',
    'c:5555',
    'tcp-address',
  ]);
  expect(tcpAddresses([], {})).toEqual([]);
});

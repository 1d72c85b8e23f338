// Which way to a board is taken, and that a board is one however many ways there are to it.
import { expect, it } from 'vitest';
import { boardsSeen, chooseBoard, findBoards } from '../../../electron/host/boards.ts';
import { compose, type Lab } from '../../../electron/host/compose.ts';
import { wantedTransports } from '../../../electron/host/transports.ts';
import type { Provider, Target } from '../../../electron/link/interfaces/link.ts';
import type { BoardSummary } from '../../../electron/model/board.ts';
import { fail, ok } from '../../../electron/model/outcome.ts';

const target = (id: string, transport: BoardSummary['transport'], state: BoardSummary['state']): Target => ({
  summary: { id, transport, label: id, simulated: false, state, detail: `${transport} ${state}` },
  deploy: async () => fail('no', 'Not asked for.'),
});

const labOf = (...lists: readonly (readonly Target[])[]): Lab => ({
  providers: lists.map((list): Provider => ({ transport: 'adb', list: async () => ok(list) })),
  storePath: '',
  home: '',
  version: '',
  buildId: '',
});

const chosen = async (lab: Lab, id?: string): Promise<string> => {
  const board = await chooseBoard(lab, id);
  return board.ok ? board.value.summary.detail : board.problem.code;
};

it('takes a way that can be used before one that cannot, then the adb server, then the cable, then the network', async () => {
  const [adb, usb, tcp] = (['adb', 'usb', 'tcp'] as const).map((transport) =>
    target('a', transport, 'ready'),
  );
  if (!adb || !usb || !tcp) throw new Error('there are three');
  expect(await chosen(labOf([tcp], [usb], [adb]), 'a')).toBe('adb ready');
  expect(await chosen(labOf([tcp], [usb]))).toBe('usb ready');
  expect(await chosen(labOf([target('a', 'adb', 'offline')], [tcp]))).toBe('tcp ready');
  expect(await chosen(labOf([target('a', 'adb', 'unauthorized')], [target('a', 'usb', 'busy')]))).toBe(
    'adb unauthorized',
  );
  expect(await chosen(labOf([target('a', 'adb', 'failed')], [target('a', 'usb', 'busy')]))).toBe('usb busy');
});

it('counts a board once, whatever its name is made of', async () => {
  const odd = 'ab c:5555 $(reboot)\'"ü';
  const lab = labOf([target(odd, 'adb', 'ready')], [target(odd, 'usb', 'busy'), target(odd, 'tcp', 'ready')]);
  const seen = boardsSeen(await findBoards(lab));
  expect(seen.map(({ target: { summary }, transports }) => [summary.id, transports])).toEqual([
    [odd, ['adb', 'tcp', 'usb']],
  ]);
  expect(await chosen(lab)).toBe('adb ready');
  expect(await chosen(lab, odd)).toBe('adb ready');
  expect(await chosen(labOf([target('a', 'adb', 'ready'), target('b', 'adb', 'ready')]))).toBe(
    'several-boards',
  );
});

/** A way that never comes to anything. */
const dead = (transport: BoardSummary['transport']): Provider => ({
  transport,
  list: () => new Promise(() => undefined),
});
const way = (...list: readonly Target[]): Provider => ({
  transport: list[0]?.summary.transport ?? 'tcp',
  list: async () => ok(list),
});

it('does not wait for a dead address where the board that is asked for can be used', async () => {
  const lab = (...providers: readonly Provider[]): Lab => ({ ...labOf(), providers });
  const [adb, usb] = [target('a', 'adb', 'ready'), target('a', 'usb', 'ready')];
  expect(await chosen(lab(dead('tcp'), way(adb)), 'a')).toBe('adb ready');
  expect(await chosen(lab(dead('tcp'), way(target('a', 'adb', 'offline')), way(usb)), 'a')).toBe('usb ready');
  expect(await chosen(lab(dead('adb'), dead('tcp'), way(usb)), 'a')).toBe('usb ready');
});

it('waits a moment for a better way to the board that is asked for', async () => {
  const late: Provider = {
    transport: 'adb',
    list: async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return ok([target('a', 'adb', 'ready')]);
    },
  };
  const lab = { ...labOf(), providers: [way(target('a', 'tcp', 'ready')), late] };
  expect(await chosen(lab, 'a')).toBe('adb ready');
});

it('looks everywhere for a board that cannot be used, or is none', async () => {
  const late = (of: Target): Provider => ({
    transport: of.summary.transport,
    list: async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return ok([of]);
    },
  });
  const lab = { ...labOf(), providers: [way(target('a', 'usb', 'busy')), late(target('a', 'tcp', 'ready'))] };
  expect(await chosen(lab, 'a')).toBe('tcp ready');
  expect(await chosen(lab, 'b')).toBe('unknown-board');
  expect(await chosen({ ...labOf(), providers: [] }, 'b')).toBe('unknown-board');
});

it('tests see no boards of whoever works on this machine', () => {
  expect(compose().providers.map(({ transport }) => transport)).toEqual(['virtual']);
});

it('looks at the ways that the environment names, and says which word names none', async () => {
  expect(wantedTransports('').has('usb')).toBe(true);
  const named = wantedTransports('virtual, adb');
  expect((['virtual', 'adb', 'usb', 'tcp'] as const).map((one) => named.has(one))).toEqual([
    true,
    true,
    false,
    false,
  ]);
  expect(named.complaint).toBe(null);
  expect(await wantedTransports('virtal').complaint?.list()).toMatchObject({
    problem: { code: 'bad-transports', message: 'QDA_LAB_TRANSPORTS names no way to boards with "virtal".' },
  });
});

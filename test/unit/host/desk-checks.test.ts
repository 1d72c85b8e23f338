// Checks of a board and runs on it keep out of each other's way.
import { expect, test } from 'vitest';
import type { Boards } from '../../../electron/host/desk/boards.ts';
import { Checks } from '../../../electron/host/desk/checks.ts';
import type { Faces } from '../../../electron/host/desk/face.ts';
import type { Target } from '../../../electron/link/interfaces/link.ts';
import type { Check } from '../../../electron/model/board.ts';
import { fail } from '../../../electron/model/outcome.ts';

const check: Check = { name: 'adb', state: 'ok', read: 'r', why: 'w', remedy: '' };

/** A board whose shell never tells its second check, until the look is given up. */
function boardThatHangs() {
  let looked = 0;
  const target: Target = {
    summary: { id: 'b', transport: 'usb', label: 'l', simulated: false, state: 'ready', detail: '' },
    deploy: async () => fail('no', 'no'),
    async *preflight({ signal }) {
      looked += 1;
      yield check;
      await new Promise((resolve) => signal?.addEventListener('abort', resolve));
      yield { ...check, state: 'unknown' };
    },
  };
  const boards = {
    entry: () => ({ targets: [target], open: null }),
    opened: () => null,
  } as unknown as Boards;
  const faces = { offer: () => undefined } as unknown as Faces;
  return { checks: new Checks(boards, faces), looks: () => looked };
}

const begun = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('a look at a board is given up where a run is about to begin, and none begins until it is over', async () => {
  const { checks, looks } = boardThatHangs();
  const going = checks.of('b', false);
  await begun();
  const again = await checks.pause('b');
  expect(await going).toMatchObject({ ok: false, problem: { code: 'busy' } });
  expect(await checks.of('b', false)).toMatchObject({ ok: false, problem: { code: 'busy' } });
  expect(looks()).toBe(1);
  again();
  const next = checks.of('b', false);
  await begun();
  expect(looks()).toBe(2);
  checks.close();
  await next;
});

test('the looks at other boards go on', async () => {
  const { checks } = boardThatHangs();
  const going = checks.of('b', false);
  await checks.pause('another');
  const first = await Promise.race([going, new Promise((resolve) => setTimeout(resolve, 50, 'goes on'))]);
  expect(first).toBe('goes on');
  checks.close();
  await going;
});

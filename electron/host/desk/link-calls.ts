import type { Target } from '../../link/interfaces/link.ts';
import type { Check } from '../../model/board.ts';
import { fail, ok, type Outcome } from '../../model/outcome.ts';
import { appLogTail, logLine } from '../app-log.ts';
import { boardChecks, wayChecks } from '../checks.ts';
import { cleanedText } from '../clean-board.ts';
import { makeDoctor } from '../doctor.ts';
import type { CallsOf, DeskContext } from './context.ts';
import { unknownBoard } from './seen-boards.ts';

type LinkCall =
  'boards.checks' | 'boards.ways' | 'boards.clean' | 'boards.addAddress' | 'boards.removeAddress';

/** What has to do with the ways to boards. */
export function linkCalls(desk: DeskContext): Pick<CallsOf<'boards'>, LinkCall> {
  const { boards, addresses, checks } = desk;
  return {
    'boards.checks': ({ board, agent }) => checks.of(board, agent !== false),
    'boards.ways': async () => {
      const list: Check[] = [];
      for await (const check of wayChecks(desk.lab, {})) list.push(check);
      return ok(list);
    },
    'boards.clean': async ({ board }) => {
      const text = await clean(desk, board);
      if (text.ok) desk.log.say('info', text.value, board);
      return text.ok ? ok({ text: text.value }) : text;
    },
    'boards.addAddress': async ({ kind, address }) => {
      const added = addresses.add(kind, address);
      if (!added.ok) return added;
      await boards.look();
      boards.tell();
      return ok({ address: added.value });
    },
    'boards.removeAddress': async ({ kind, address }) => {
      const removed = addresses.remove(kind, address);
      if (!removed.ok) return removed;
      await boards.look();
      boards.tell();
      return ok(undefined);
    },
  };
}

async function clean({ boards, benches }: DeskContext, board: string): Promise<Outcome<string>> {
  if (boards.opened(board)?.session.state.kind === 'running') return RUNNING;
  await benches.end(board, 'Cancelled: the user cleaned the board.');
  await boards.close(board);
  const target = boards.entry(board)?.targets[0];
  if (target === undefined) return unknownBoard(board);
  const cleaned = await target.clean?.({});
  if (cleaned === undefined) return ok(cleanedText({ board, removed: [], ended: 0 }));
  return cleaned.ok ? ok(cleanedText({ board, ...cleaned.value })) : cleaned;
}

const RUNNING = fail(
  'busy',
  'A run goes on on this board.',
  'Wait for its end, or cancel it, then clean the board.',
);

/** Lines of this host's own log that go into the file: those before it are in the log's file. */
const OWN_LINES = 2_000;

export const doctorCall = (desk: DeskContext): Pick<CallsOf<'app'>, 'app.doctor'> => ({
  'app.doctor': async () => {
    const { lab, electron, log, boards } = desk;
    const own = log.after(Math.max(0, log.newest - OWN_LINES), OWN_LINES).entries.map(logLine);
    const made = await makeDoctor({
      lab,
      electron,
      checksOf: (targets) => quietChecks(desk, targets),
      log: [...new Set([...appLogTail(lab.home), ...own])],
      nowMs: Date.now(),
    });
    log.say('info', `A file for a report of a defect was made: ${made.holds}.`);
    void boards.look();
    return ok(made);
  },
});

/** What has an agent of ours is asked through it, and no other is put anywhere; a run is not disturbed. */
async function* quietChecks(
  { boards, checks }: DeskContext,
  targets: readonly Target[],
): AsyncGenerator<Check> {
  const board = targets[0]?.summary.id ?? '';
  if (boards.opened(board) === null) {
    yield* boardChecks(targets, null, {});
    return;
  }
  const asked = await checks.of(board, true);
  if (asked.ok) yield* asked.value;
  else
    yield {
      name: 'agent',
      state: 'unknown',
      read: asked.problem.message,
      why: '',
      remedy: asked.problem.remedy,
    };
}

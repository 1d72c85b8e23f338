import { leavesBehind, makePlan, planSeconds } from '../../bench/plan.ts';
import type { PlanEstimate } from '../../contract/calls.ts';
import type { Push } from '../../contract/pushes.ts';
import type { LiveRunChange } from '../../model/live-run.ts';
import { fail, ok, type Outcome } from '../../model/outcome.ts';
import { nodeOf, type OpenBoard } from '../open-board.ts';
import { driverName } from './board-entry.ts';
import type { PlanRequest } from '../../bench/plan.ts';
import type { CallGroup, DeskContext } from './context.ts';

export function benchCalls({ boards, benches, faces }: DeskContext): CallGroup<'bench'> {
  const whole = (board: string): Push | null => {
    const run = benches.current(board);
    return run === null ? null : { push: 'bench', value: { kind: 'run', run } };
  };
  benches.events.on('change', (change) => {
    const push: Push = { push: 'bench', value: change };
    const board = boardOf(change);
    // Before there is a run, the newest word stands for all; afterwards the whole run does.
    faces.offer(
      `bench/${board}`,
      () => push,
      () => whole(board) ?? push,
    );
  });
  return {
    calls: {
      'bench.estimate': async ({ board, plan }) => {
        const opened = await boards.open(board, false);
        return opened.ok ? estimate(opened.value, plan) : opened;
      },
      'bench.start': async (request) => {
        const started = await benches.start(request);
        return started.ok ? ok({ run: started.value }) : started;
      },
      'bench.cancel': ({ board }) =>
        benches.cancel(board) ? ok(undefined) : fail('no-run', 'No run goes on on this board.'),
    },
    greet: (face) => {
      for (const run of benches.all()) {
        const push: Push = { push: 'bench', value: { kind: 'run', run } };
        face.offer(
          `bench/${run.board}`,
          () => push,
          () => whole(run.board),
        );
      }
    },
  };
}

const boardOf = (change: LiveRunChange): string => (change.kind === 'run' ? change.run.board : change.board);

function estimate({ identity }: OpenBoard, request: PlanRequest): Outcome<PlanEstimate> {
  const node = nodeOf(identity, request.dsp);
  if (!node.ok) return node;
  const plan = makePlan(request, identity.benchmarks);
  if (!plan.ok) return plan;
  return ok({
    points: plan.value.points.length,
    repeats: plan.value.repeats,
    seconds: planSeconds(plan.value),
    leaves: leavesBehind(plan.value, node.value, identity),
    dsp: request.dsp,
    node: `${node.value.path} (${driverName(node.value.generation ?? '')})`,
  });
}

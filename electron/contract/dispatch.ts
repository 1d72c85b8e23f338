import * as v from 'valibot';
import { fail, type Outcome } from '../model/outcome.ts';
import { CALLS, type CallName } from './calls.ts';
import type { Handlers, Reply, Request } from './face.ts';

const request = v.object({
  id: v.pipe(v.number(), v.safeInteger()),
  call: v.pipe(v.string(), v.maxLength(100)),
  args: v.unknown(),
});

/**
 * Parses what a face sent and calls the handler. Fails with 'bad-message' (no request at all; its id is 0 where none could be read),
 * 'unknown-call', 'bad-arguments' naming the place that does not fit, or 'bug' where a handler threw.
 */
export async function dispatch<Ctx>(
  handlers: Handlers<Ctx>,
  message: unknown,
  face: Ctx,
  onBug: (call: string, error: unknown) => void,
): Promise<Reply> {
  const parsed = v.safeParse(request, message);
  if (!parsed.success) return { id: 0, outcome: fail('bad-message', 'A message is no request.', RELOAD) };
  const { id, call } = parsed.output;
  if (!isCall(call)) return { id, outcome: fail('unknown-call', `There is no call "${call}".`, RELOAD) };
  const args = v.safeParse(CALLS[call].args, parsed.output.args);
  if (!args.success) return { id, outcome: badArguments(call, args.issues) };
  try {
    const handler = handlers[call] as (
      args: unknown,
      face: Ctx,
    ) => Outcome<unknown> | Promise<Outcome<unknown>>;
    return { id, outcome: await handler(args.output, face) };
  } catch (error) {
    onBug(call, error);
    const text = error instanceof Error ? error.message : String(error);
    return { id, outcome: fail('bug', `"${call}" failed inside the tool: ${text}`, REPORT) };
  }
}

const RELOAD = 'Load the page again: it may belong to another version of the host.';
const REPORT = 'This is a defect of the tool. Copy the log (Log view) into a report of it.';

const isCall = (name: Request['call']): name is CallName => Object.hasOwn(CALLS, name);

function badArguments(call: string, issues: readonly v.BaseIssue<unknown>[]): Outcome<never> {
  const first = issues[0];
  const where = first?.path?.map((item) => String(item.key)).join('.') ?? '';
  const what = first?.message ?? 'it does not fit';
  return fail(
    'bad-arguments',
    `The argument of "${call}" does not fit${where ? ` at ${where}` : ''}: ${what}`,
  );
}

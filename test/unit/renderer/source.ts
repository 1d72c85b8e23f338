import type { CallName, CallResult } from '../../../electron/contract/calls.ts';
import type { PushName, Pushes } from '../../../electron/contract/pushes.ts';
import { fail, type Outcome } from '../../../electron/model/outcome.ts';
import type { Source } from '../../../renderer/state/source.ts';

type Answers = {
  [N in CallName]?: (args: never) => Outcome<CallResult<N>> | Promise<Outcome<CallResult<N>>>;
};

/** A host that gives the answers of a test, and tells what it was asked. */
export class FakeSource implements Source {
  readonly asked: { readonly call: string; readonly args: unknown }[] = [];
  answers: Answers;
  readonly #listeners = new Map<string, ((value: never) => void)[]>();

  constructor(answers: Answers = {}) {
    this.answers = answers;
  }

  async call<N extends CallName>(name: N, args: unknown): Promise<Outcome<CallResult<N>>> {
    this.asked.push({ call: name, args });
    const answer = this.answers[name] as ((args: unknown) => Outcome<CallResult<N>>) | undefined;
    return answer === undefined ? fail('no-answer', `Nobody answers "${name}".`) : answer(args);
  }

  on<N extends PushName>(push: N, listener: (value: Pushes[N]) => void): () => void {
    this.#listeners.set(push, [...(this.#listeners.get(push) ?? []), listener]);
    return () => undefined;
  }

  push<N extends PushName>(push: N, value: Pushes[N]): void {
    for (const listener of this.#listeners.get(push) ?? []) listener(value as never);
  }

  calls(name: CallName): unknown[] {
    return this.asked.filter(({ call }) => call === name).map(({ args }) => args);
  }
}

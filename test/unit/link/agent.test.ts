import { afterAll, describe, expect, it } from 'vitest';
import { buildIdOf, startAgent } from '../../../electron/link/virtual/agent.ts';
import type { Outcome } from '../../../electron/model/outcome.ts';
import { Programs } from './programs.ts';

const programs = new Programs();
afterAll(() => {
  programs.remove();
});

const BUILD = 'test "$1" = --build-id && { echo 0123456789abcdef; exit 0; }';
const agent = (script: string): string => programs.add(`${BUILD}\n${script}`);

function problemOf(outcome: Outcome<unknown>): { code: string; message: string; remedy: string } {
  if (outcome.ok) throw new Error('no problem');
  return outcome.problem;
}

describe('starting an agent', () => {
  it('gives it the board, the generation, the grace of a call and a fresh token on its standard input', async () => {
    const program = agent(
      'read token; echo "$token $*" >&2; echo listening qda-lab/0/b/agent-1; exec sleep 100',
    );
    const first = await startAgent(program, 'b', { generation: 'v1', callGraceS: 3 });
    const second = await startAgent(program, 'b', {});
    if (!first.ok || !second.ok) throw new Error('did not start');
    expect(first.value.buildId).toBe('0123456789abcdef');
    expect(first.value.token).toMatch(/^[0-9a-f]{64}$/);
    expect(second.value.token).not.toBe(first.value.token);
    await first.value.stop();
    await second.value.stop();
    const { message } = await first.value.ended;
    expect(message).toContain(`${first.value.token} --vqda qda-lab/`);
    expect(message).toContain(
      '/b/vqda --board b --idle-exit 60 --keep-results 60 --generation v1 --call-grace 3',
    );
    expect((await second.value.ended).message).not.toContain('--call-grace');
  });

  it('its death is told with its last words', async () => {
    const outcome = await startAgent(agent('echo listening x; echo Segfault >&2; kill -9 $$'), 'b', {});
    if (!outcome.ok) throw new Error(outcome.problem.message);
    expect(await outcome.value.ended).toMatchObject({ code: 'agent-died' });
    expect((await outcome.value.ended).message).toMatch(/was killed by SIGKILL.*Its last words: Segfault/);
  });

  it.each([
    ['ends at once', 'echo "no virtual QDA answers" >&2; exit 2', /exit code 2.*no virtual QDA answers/],
    ['says something else', 'echo hello; exec sleep 100', /It said 'hello'/],
  ])('one that %s is a problem', async (_what, script, text) => {
    const problem = problemOf(await startAgent(agent(script), 'b', {}));
    expect(problem.code).toBe('agent-start');
    expect(problem.message).toMatch(text);
  });

  it.each([
    ['tells no build id', 'exit 0'],
    ['tells nonsense', 'echo "usage: ..."'],
    ['fails', 'echo broken >&2; exit 1'],
  ])('one that %s is refused', async (_what, script) => {
    expect(problemOf(await buildIdOf(programs.add(script))).code).toBe('bad-agent');
  });

  it('can be cancelled', async () => {
    const abort = new AbortController();
    const outcome = startAgent(agent('exec sleep 100'), 'b', { signal: abort.signal });
    setTimeout(() => {
      abort.abort();
    }, 300);
    expect(problemOf(await outcome).code).toBe('cancelled');
    expect(problemOf(await startAgent(agent('exec sleep 100'), 'b', { signal: abort.signal })).code).toBe(
      'cancelled',
    );
  });
});

import { ok, type Outcome, type Problem } from '../../model/outcome.ts';
import { systemClock } from '../../session/clock.ts';
import { mayLive, ownLife } from '../../store/lives.ts';
import type { Store } from '../../store/store.ts';
import type { CallGroup, DeskContext } from './context.ts';
import type { HeavyName, HeavyWork } from './runs/heavy.ts';
import { StoreAccess, StoreWatch } from './runs/store-access.ts';
import { HeavyThread } from './runs/thread.ts';

/** The stored runs, for faces. */
export function runsCalls({
  lab,
  faces,
  log,
  runsChanged,
}: Pick<DeskContext, 'lab' | 'faces' | 'log' | 'runsChanged'>): CallGroup<'runs'> {
  const life = ownLife();
  const access = new StoreAccess(lab.storePath, systemClock);
  const thread = new HeavyThread(lab.storePath);
  const watch = new StoreWatch(lab.storePath, access, runsChanged);
  const warm = atSecond(() => {
    thread.warm();
  });
  const unfollow = watch.follow(systemClock, () => {
    if (faces.count > 0) warm();
    return faces.count > 0;
  });
  const write = async (work: (store: Store) => Outcome<void>): Promise<Outcome<undefined>> => {
    const done = await access.write(work);
    await watch.look();
    return done.ok ? ok(undefined) : done;
  };
  const heavy = <N extends HeavyName>(name: N) => {
    return (args: HeavyWork[N]['args']): Promise<Outcome<HeavyWork[N]['result']>> => thread.do(name, args);
  };
  const tell = (problem: Problem): void => {
    log.problem(null, problem);
  };
  purge(access, thread, tell).catch((error: unknown) => {
    log.say('error', `Deleted runs could not be removed for good: ${String(error)}`);
  });
  return {
    calls: {
      'runs.list': () => {
        thread.warm();
        return access.read((store) => store.rows());
      },
      'runs.open': heavy('open'),
      'runs.crossovers': heavy('crossovers'),
      'runs.annotate': ({ run, label, notes }) => write((store) => store.annotate(run, label, notes)),
      'runs.delete': ({ runs }) => write((store) => store.hide(runs, life)),
      'runs.restore': ({ runs }) => write((store) => store.unhide(runs)),
      'runs.import': async (args) => {
        const done = await thread.do('import', args);
        await watch.look();
        return done;
      },
      'runs.compare': heavy('compare'),
      'runs.export': heavy('export'),
    },
    close: async () => {
      unfollow();
      await thread.close();
    },
  };
}

/**
 * At the second call, which is a second after the first face came: the thread is there before a run is opened, and its beginning is not in the
 * way of the page's own.
 */
function atSecond(work: () => void): () => void {
  let calls = 0;
  return () => {
    calls += 1;
    if (calls === 2) work();
  };
}

/** Removes for good what hosts deleted that have ended since. */
async function purge(
  access: StoreAccess,
  thread: HeavyThread,
  tell: (problem: Problem) => void,
): Promise<void> {
  const lives = await access.readIfThere((store) => store.lives());
  if (!lives.ok) {
    tell(lives.problem);
    return;
  }
  const over = (lives.value ?? []).filter((life) => !mayLive(life));
  if (over.length === 0) return;
  const done = await thread.do('purge', { lives: over });
  if (!done.ok && done.problem.code !== 'store-closed') tell(done.problem);
}

// The real host in this process, over a store of its own and the boards that it is told of only: what else runs on the machine
// does not come into the pictures.
import { startServing, type Serving } from '../../electron/serve/server.ts';
import { compose } from '../../electron/host/compose.ts';
import { createDesk } from '../../electron/host/desk/desk.ts';
import { stopVirtualBoard } from '../../electron/host/virtual-board.ts';
import type { Provider } from '../../electron/link/interfaces/link.ts';
import { runningBoards } from '../../electron/link/virtual/sockets.ts';
import { ok } from '../../electron/model/outcome.ts';
import { join } from 'node:path';
import { must } from '../bench/bench-lab.ts';
import { rendererOut } from '../renderer.ts';

export interface OwnHost {
  /** Where a browser finds it. */
  readonly url: string;
  /** Ends the host; boards go on. */
  end(): Promise<void>;
  /** Ends the host and all of its boards. */
  close(): Promise<void>;
}

/** Boards whose names begin so, and no others. */
const only = (provider: Provider, prefix: string): Provider => ({
  transport: provider.transport,
  list: async () => {
    const list = await provider.list();
    return list.ok ? ok(list.value.filter(({ summary }) => summary.id.startsWith(prefix))) : list;
  },
});

/** Names of boards begin with the prefix. The store is in `home`. */
export async function startOwnHost(home: string, prefix: string): Promise<OwnHost> {
  process.env['QDA_LAB_TRANSPORTS'] = 'virtual';
  const { providers, ...rest } = compose();
  const lab = {
    ...rest,
    home,
    storePath: join(home, 'runs.sqlite'),
    providers: providers.map((provider) => only(provider, prefix)),
  };
  const desk = createDesk(lab, { electron: null });
  const say = (): void => undefined;
  const serving: Serving = must(await startServing({ desk, page: rendererOut, port: 0, say }));
  let ended: Promise<void> | null = null;
  const end = (): Promise<void> =>
    (ended ??= (async () => {
      await serving.close();
      await desk.close();
    })());
  return {
    url: serving.url,
    end,
    close: async () => {
      await end();
      for (const name of must(runningBoards())) if (name.startsWith(prefix)) await stopVirtualBoard(name);
    },
  };
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createDesk } from '../../host/desk/desk.ts';
import { startServing } from '../../serve/server.ts';
import { wholeNumber } from '../arguments.ts';
import type { Command } from '../command.ts';
import { EXIT } from '../exit.ts';

/** The same each time, so that the browser finds what it remembers of the page (its theme, its sizes). */
const DEFAULT_PORT = 7717;
const PAGE = fileURLToPath(new URL('../../../out/renderer/', import.meta.url));

export const serve: Command = {
  name: 'serve',
  summary: 'Serve the desktop app to a browser of this machine',
  usage: '[--port N]',
  words: [0, 0],
  boards: true,
  options: [
    {
      name: 'port',
      value: 'N',
      help: `Port on 127.0.0.1 (default ${DEFAULT_PORT}); 0 takes any free one`,
    },
  ],
  notes: [
    'Only programs of this machine reach it, and only with the token in the printed address, which is new each time. Whoever has the address can do what you can do here: do not pass it on.',
    'Ctrl-C ends it: boards are closed, what is being recorded is saved.',
  ],
  async run(args, { lab, screen, signal }) {
    const port = wholeNumber(args, 'port', [0, 65_535]) ?? DEFAULT_PORT;
    if (!existsSync(join(PAGE, 'index.html'))) {
      screen.problem({
        code: 'not-built',
        message: 'The page of the app is not built.',
        remedy: 'Build it: npm run build',
      });
      return EXIT.couldNotRun;
    }
    const desk = createDesk(lab, { electron: null });
    const say = (text: string): void => {
      screen.note(text);
      desk.say('warn', text);
    };
    const serving = await startServing({ desk, page: PAGE, port, say });
    if (serving.ok) {
      screen.out(serving.value.url);
      screen.note('Open this address in a browser of this machine. Ctrl-C ends it.');
      await untilAborted(signal);
      await serving.value.close();
    } else screen.problem(serving.problem);
    await desk.close();
    return serving.ok ? EXIT.pass : EXIT.couldNotRun;
  },
};

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => {
      resolve();
    });
  });
}

// The board of the machine: adbd behind a gadget in memory, and a virtual QDA behind the agent.
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { promisify } from 'node:util';
import { ROOT } from '../../electron/link/deploy/built.ts';
import { nativeProgram } from '../../electron/link/deploy/paths.ts';
import { startBoard } from '../../electron/link/virtual/board.ts';
import { socketName } from '../../electron/link/virtual/sockets.ts';
import { ok } from '../../electron/model/outcome.ts';
import { valueOf } from '../board/session-lab.ts';
import { REPORT, type Report, type User } from './asking/board.ts';
import type { AskingBoard, Rig } from './rig.ts';

const run = promisify(execFile);

/** Odd on purpose: what a serial may hold beside letters and digits. */
const SERIAL = 'VQ-0001.usb_a';
const QDA = 'usb';

async function gadget(...args: readonly string[]): Promise<void> {
  await run('sh', [`${ROOT}build/usb-machine/gadget.sh`, ...args], { timeout: 60_000 });
}

/** A program of its own plays it, out of the file that this one runs from. */
async function plugAsking(user: User): Promise<AskingBoard> {
  rmSync(REPORT, { force: true });
  await gadget('plug', process.execPath, process.argv[1] ?? '', 'ask', user);
  return { report: () => JSON.parse(readFileSync(REPORT, 'utf8')) as Report };
}

/** The agent lies where an adbd that is root puts it. */
const FOLDERS = ['/tmp/qda-lab-0', '/run/qda-lab-0', '/data/local/tmp/qda-lab-0', '/dev/shm/qda-lab-0'];

function agentProcesses(): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/exe`).includes('/qda-lab-');
      } catch {
        return false; // it has no program, or ended meanwhile
      }
    })
    .map((pid) => `process ${pid}`);
}

/** Abstract sockets of this tool, but for those of the virtual QDA itself. */
function agentSockets(): readonly string[] {
  const lines = readFileSync('/proc/net/unix', 'utf8').split('\n');
  return lines.filter((line) => line.includes('@qda-lab/') && !line.includes(`/${QDA}/`));
}

export async function machineRig(): Promise<Rig> {
  const { QDA_USB_ADB: program = '', QDA_USB_ADB_LIBRARIES: libraries = '' } = process.env;
  if (program === '') throw new Error('This runs in the machine of build/usb-machine only.');
  const board = valueOf(await startBoard({ name: QDA, dsp: 'none' }));
  const bytes = readFileSync(valueOf(nativeProgram('agent')));
  await gadget('make', SERIAL);
  return {
    what: 'a board in memory',
    serial: SERIAL,
    agents: () => ok({ bytes, buildId: null, args: ['--vqda', socketName(QDA, 'vqda')] }),
    plug: () => gadget('plug'),
    unplug: () => gadget('unplug'),
    plugAsking,
    adb: { program, env: { LD_LIBRARY_PATH: libraries } },
    startUdev: () => gadget('udevd'),
    remains: () => [...agentProcesses(), ...agentSockets(), ...FOLDERS.filter(existsSync)],
    close: () => board.stop(),
  };
}

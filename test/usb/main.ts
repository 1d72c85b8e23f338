// The whole path over a USB, with the real adbd at its other end: run in the machine of build/usb-machine (see build/usb-machine/suite.ts), or
// on a real board whose serial QDA_LAB_SERIAL says. Debian's adbd asks for no
// authentication: a front before it does, as over TCP (test/link).
import assert from 'node:assert/strict';
import { readdirSync, readlinkSync } from 'node:fs';
import { fail } from '../../electron/model/outcome.ts';
import { hardwareRig } from './hardware-rig.ts';
import { UsbLab } from './lab.ts';
import { machineRig } from './machine-rig.ts';
import { playAskingBoard, type User } from './asking/board.ts';
import { asked } from './parts/asked.ts';
import { debianFirst } from './parts/debian.ts';
import { discovery } from './parts/discovery.ts';
import { held, look } from './parts/held.ts';
import { measuring } from './parts/measuring.ts';
import { pulled } from './parts/pulled.ts';
import type { Rig } from './rig.ts';
import { Tap } from './tap.ts';

/** Files of the USB that this process has open. */
const open = (): readonly string[] =>
  readdirSync('/proc/self/fd').flatMap((name) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${name}`);
      return path.startsWith('/dev/bus/usb') ? [path] : [];
    } catch {
      return []; // the folder itself, closed by now
    }
  });

async function runAll(tap: Tap, rig: Rig): Promise<void> {
  console.log(`# ${rig.what}`);
  const strays: unknown[] = [];
  process.on('unhandledRejection', (reason) => strays.push(reason));
  await rig.plug();
  await debianFirst(tap, rig);
  const lab = new UsbLab(rig.serial, rig.agents);
  await discovery(tap, rig, lab);
  await held(tap, rig, lab);
  await measuring(tap, rig, lab);
  await pulled(tap, lab, rig);
  await lab.close();
  await asked(tap, rig);
  await tap.check('nothing is left here: no file of the USB', () => {
    assert.deepEqual(open(), []);
  });
  if (rig.remains)
    await tap.check('nothing is left on the board', () => {
      assert.deepEqual(rig.remains?.(), []);
    });
  await tap.check('no rejection went unhandled', () => {
    assert.deepEqual(strays, []);
  });
}

async function main(): Promise<number> {
  const [what, board = ''] = process.argv.slice(2);
  if (what === 'look') {
    await look(new UsbLab(board, () => fail('no-agent', 'Nothing is started by whoever only looks.')));
    return 0;
  }
  if (what === 'ask') return playAskingBoard(board as User);
  const tap = new Tap();
  const serial = process.env['QDA_LAB_SERIAL'] ?? '';
  const rig = serial === '' ? await machineRig() : hardwareRig(serial);
  if (typeof rig === 'string') {
    console.error(rig);
    return 1;
  }
  try {
    await runAll(tap, rig);
  } finally {
    await rig.close();
  }
  return tap.end();
}

process.exitCode = await main();

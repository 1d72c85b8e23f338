import assert from 'node:assert/strict';
import { until } from '../../board/session-lab.ts';
import type { UsbLab } from '../lab.ts';
import type { Rig } from '../rig.ts';
import type { Tap } from '../tap.ts';

const listed = async (lab: UsbLab): Promise<boolean> => (await lab.find())?.summary.state === 'ready';

/** Pulled and plugged in again, it goes and comes by itself: nobody asks for the list before the provider has told. */
async function goesAndComes(rig: Rig, lab: UsbLab): Promise<void> {
  let told = lab.told;
  await rig.unplug();
  await until('the provider to tell that it went', () => lab.told > told);
  await until('the board to be gone', async () => (await lab.find()) === undefined);
  told = lab.told;
  await rig.plug();
  await until('the provider to tell that it came', () => lab.told > told);
  await until('the board to be listed', () => listed(lab));
}

/** Finding the board, and hearing of its cable, without udevd and with it. */
export async function discovery(tap: Tap, rig: Rig, lab: UsbLab): Promise<void> {
  await tap.check('the board is found by its serial', async () => {
    await until('the board to be listed', () => listed(lab));
    const { summary } = await lab.target();
    assert.deepEqual([summary.id, summary.transport], [rig.serial, 'usb']);
    assert.match(summary.via ?? '', /^USB \d+-\d+/);
    return `${summary.label}, ${summary.detail}`;
  });
  if (rig.startUdev === undefined) {
    await tap.check('a pulled cable is told, and one that is put back', () => goesAndComes(rig, lab));
    return;
  }
  await tap.check('without udevd: a pulled cable is told, and one that is put back', () =>
    goesAndComes(rig, lab),
  );
  await rig.startUdev();
  await tap.check('with udevd: a pulled cable is told, and one that is put back', () =>
    goesAndComes(rig, lab),
  );
}

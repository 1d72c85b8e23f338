// The adb interface of a device, made by FunctionFS: what adbd does when it serves the USB (include/uapi/linux/usb/functionfs.h).
import { openSync, writeSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

const FOLDER = '/dev/usb-ffs/adb';

/** FUNCTIONFS_DESCRIPTORS_MAGIC_V2 and FUNCTIONFS_STRINGS_MAGIC; descriptors of full speed and of high speed follow. */
const [DESCRIPTORS, STRINGS, BOTH_SPEEDS] = [3, 2, 1 | 2];
const ENGLISH = 0x0409;
/** Bulk endpoints: from the host, and to it. */
const [OUT, IN] = [0x01, 0x82];

const words = (...numbers: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(4 * numbers.length);
  numbers.forEach((number, index) => bytes.writeUInt32LE(number, 4 * index));
  return bytes;
};

/** Class ff, subclass 42, protocol 01: adb. Its name is the first string. */
const adbInterface = Buffer.of(9, 4, 0, 0, 2, 0xff, 0x42, 1, 1);

const bulk = (address: number, size: number): Buffer =>
  Buffer.of(7, 5, address, 2, size & 0xff, size >> 8, 0);

const atSpeed = (size: number): Buffer => Buffer.concat([adbInterface, bulk(OUT, size), bulk(IN, size)]);

function descriptors(): Buffer {
  const body = Buffer.concat([words(3, 3), atSpeed(64), atSpeed(512)]);
  return Buffer.concat([words(DESCRIPTORS, 12 + body.length, BOTH_SPEEDS), body]);
}

function strings(): Buffer {
  const body = Buffer.concat([Buffer.of(ENGLISH & 0xff, ENGLISH >> 8), Buffer.from('adb\0')]);
  return Buffer.concat([words(STRINGS, 16 + body.length, 1, 1), body]);
}

export interface Endpoints {
  readonly fromHost: FileHandle;
  readonly toHost: FileHandle;
}

/** Makes the interface, which lasts as long as this process. */
export async function makeEndpoints(): Promise<Endpoints> {
  const control = openSync(`${FOLDER}/ep0`, 'r+');
  writeSync(control, descriptors());
  writeSync(control, strings());
  return { fromHost: await open(`${FOLDER}/ep1`, 'r'), toHost: await open(`${FOLDER}/ep2`, 'w') };
}

// The archive that a Linux kernel unpacks as its first root: cpio "newc" (Documentation/driver-api/early-userspace/buffer-format.rst).

/** One file of the archive. Folders stand before what is in them. */
export interface Entry {
  readonly path: string;
  /** Type and permission bits, as st_mode. */
  readonly mode: number;
  readonly content?: Uint8Array;
  /** Major and minor number of a device node. */
  readonly device?: readonly [number, number];
}

export const folder = (path: string): Entry => ({ path, mode: 0o040755 });
export const file = (path: string, content: Uint8Array | string, mode = 0o755): Entry => ({
  path,
  mode: 0o100000 | mode,
  content: typeof content === 'string' ? Buffer.from(content) : content,
});
export const charDevice = (path: string, device: readonly [number, number]): Entry => ({
  path,
  mode: 0o020600,
  device,
});

const padded = (bytes: Uint8Array): Buffer =>
  Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);

function record(entry: Entry, inode: number): Buffer {
  const name = Buffer.from(`${entry.path}\0`);
  const content = entry.content ?? new Uint8Array();
  const [major, minor] = entry.device ?? [0, 0];
  const fields = [inode, entry.mode, 0, 0, 1, 0, content.length, 0, 0, major, minor, name.length, 0];
  const head = `070701${fields.map((value) => value.toString(16).padStart(8, '0')).join('')}`;
  return Buffer.concat([padded(Buffer.concat([Buffer.from(head), name])), padded(content)]);
}

/** The whole archive. */
export const archive = (entries: readonly Entry[]): Buffer =>
  Buffer.concat(
    [...entries, { path: 'TRAILER!!!', mode: 0 }].map((entry, index) => record(entry, index + 1)),
  );

import { mkdir, open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fail, ok, type Outcome } from '../model/outcome.ts';

/**
 * Writes a text file in whole: into a new file beside it, which then takes its name. A reader sees the old file or the new
 * one, and a failure leaves the old one as it was and nothing beside it. The value is the path. Fails with 'disk-full',
 * 'not-writable', 'no-folder', 'is-folder' or 'write-failed'.
 */
export async function writeText(path: string, text: string): Promise<Outcome<string>> {
  written += 1;
  const beside = join(dirname(path), `.${basename(path).slice(0, 64)}.${process.pid}-${written}.tmp`);
  try {
    await writeWhole(beside, text);
    await rename(beside, path);
    return ok(path);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    return writeProblem(error, path);
  }
}

/** Writes a text file that was not there before: what has that name, a link too, is left alone. Fails as writeText does, or with 'exists'. */
export async function writeNew(path: string, text: string): Promise<Outcome<string>> {
  let ours = false;
  try {
    const file = await open(path, 'wx', 0o644);
    ours = true;
    await fill(file, text);
    return ok(path);
  } catch (error) {
    if (ours) await rm(path, { force: true }).catch(() => undefined);
    return writeProblem(error, path);
  }
}

/**
 * Makes a folder and those above it, one by one, where they are not there yet: Node's recursive mkdir does not end where a
 * parent can never be made. Fails as writeText does.
 */
export async function makeFolder(path: string): Promise<Outcome<string>> {
  try {
    await makeEach(resolve(path));
    return ok(path);
  } catch (error) {
    return writeProblem(error, path);
  }
}

async function makeEach(path: string): Promise<void> {
  if (await isFolder(path)) return;
  await makeEach(dirname(path));
  await mkdir(path).catch(async (error: unknown) => {
    if (!(await isFolder(path))) throw error;
  });
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

/** Files of this process so far: with its pid the name beside is nobody else's, and one left by a crash is replaced. */
let written = 0;

async function writeWhole(path: string, text: string): Promise<void> {
  await rm(path, { force: true });
  await fill(await open(path, 'wx', 0o644), text);
}

async function fill(file: FileHandle, text: string): Promise<void> {
  try {
    await file.writeFile(text, 'utf8');
    await file.sync();
  } finally {
    await file.close();
  }
}

type Cause = readonly [code: string, what: string, remedy: string];

const full = (what: string): Cause => ['disk-full', what, 'Free space, or write to another disk.'];
const barred = (what: string): Cause => ['not-writable', what, 'Name a path in a folder that you may write.'];

const CAUSES: Readonly<Record<string, Cause>> = {
  ENOSPC: full('the disk is full'),
  EDQUOT: full('your quota on that disk is used up'),
  EFBIG: full('the file is larger than allowed there'),
  EROFS: barred('the file system is read-only'),
  EACCES: barred('the folder may not be written by you'),
  EPERM: barred('the system does not permit it'),
  ENOENT: ['no-folder', 'its folder does not exist', 'Create the folder first, or name another path.'],
  ENOTDIR: ['no-folder', 'a part of the path is no folder', 'Name a path in an existing folder.'],
  EEXIST: ['exists', 'something of that name is there already', 'Name another file.'],
  EISDIR: ['is-folder', 'a folder has that name', 'Name a file.'],
  ENAMETOOLONG: ['write-failed', 'the name is too long', 'Choose a shorter name.'],
  EIO: ['write-failed', 'the disk gave an error', 'Check the disk, or write to another one.'],
};

/** A file-system error as a problem; anything else is a bug and is thrown on. */
function writeProblem(error: unknown, path: string): Outcome<string> {
  if (!(error instanceof Error && 'code' in error && 'syscall' in error)) throw error;
  const errno = String(error.code);
  const [code, what, remedy] = CAUSES[errno] ?? [
    'write-failed',
    'the system gave an error',
    'Name another path.',
  ];
  return fail(code, `${path} was not written: ${what} (${errno}).`, remedy);
}

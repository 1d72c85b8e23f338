// Who may import whom: build/node build/imports.ts. The table is build/imports.json.
// A room is a folder under native/ or electron/; it may import itself, the rooms of its row and, in electron/, model. The window
// (renderer/) is one room.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, normalize, sep } from 'node:path';
import ts from 'typescript';
import { at, root } from './run.ts';

interface Row {
  /** Rooms, or folders in rooms, that may be imported. */
  readonly may?: readonly string[];
  /** npm packages. */
  readonly packages?: readonly string[];
  /** Node's own modules, without `node:`. */
  readonly node?: readonly string[] | 'any';
  /** native/: may call the kernel without the seam. */
  readonly kernel?: boolean;
}

interface Exception extends Row {
  /** A file or folder, from native/ or electron/, that may more than its room. */
  readonly file: string;
  readonly because: string;
}

export interface Table {
  readonly native: Readonly<Record<string, Row>>;
  readonly nativeExceptions: readonly Exception[];
  readonly electron: Readonly<Record<string, Row>>;
  readonly electronExceptions: readonly Exception[];
  /** `may` names rooms of electron/. */
  readonly renderer: Row;
}

/** A source file: its path from native/ or electron/, and its text. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

const roomOf = (path: string): string => path.split('/')[0] ?? '';

const within = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`);

/** The rows that hold for a file: its room's, and those of its exceptions. */
function rowsFor(
  path: string,
  rooms: Readonly<Record<string, Row>>,
  exceptions: readonly Exception[],
): readonly Row[] {
  const room = rooms[roomOf(path)];
  const own = exceptions.filter(
    (exception) => within(path, exception.file) || within(path, `${exception.file}.ts`),
  );
  return room === undefined ? [] : [room, ...own];
}

const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

const mayImport = (rows: readonly Row[], path: string, target: string): boolean =>
  roomOf(target) === roomOf(path) ||
  rows.some((row) => row.may?.some((folder) => within(target, folder)) === true);

/** What is wrong with one import of a file in electron/; undefined if nothing. */
function judge(path: string, specifier: string, rows: readonly Row[]): string | undefined {
  if (specifier.startsWith('.')) {
    const target = normalize(join(dirname(path), specifier))
      .split(sep)
      .join('/');
    if (target.startsWith('..')) return `imports ${specifier}, outside electron/`;
    if (roomOf(target) === 'model' || mayImport(rows, path, target)) return undefined;
    return `imports ${target}, and ${roomOf(path)} may not import ${roomOf(target)}`;
  }
  if (specifier.startsWith('node:') || builtinModules.includes(specifier)) {
    const name = specifier.replace(/^node:/, '').split('/')[0] ?? '';
    if (!specifier.startsWith('node:')) return `imports '${specifier}' without 'node:'`;
    if (rows.some((row) => row.node === 'any' || row.node?.includes(name) === true)) return undefined;
    return `imports ${specifier}, and ${roomOf(path)} may not use it`;
  }
  const name = packageOf(specifier);
  if (rows.some((row) => row.packages?.includes(name) === true)) return undefined;
  return `imports the package ${name}, and ${roomOf(path)} may not use it`;
}

/** Findings in one file of electron/. */
export function checkElectron(source: Source, table: Table): readonly string[] {
  const rows = rowsFor(source.path, table.electron, table.electronExceptions);
  if (rows.length === 0)
    return [`electron/${source.path}: the room '${roomOf(source.path)}' has no row in build/imports.json`];
  const imports = ts.preProcessFile(source.text, true, true).importedFiles.map((file) => file.fileName);
  return imports.flatMap((specifier) => {
    const wrong = judge(source.path, specifier, rows);
    return wrong === undefined ? [] : [`electron/${source.path}: ${wrong}`];
  });
}

/** The code of a component: its script blocks; other files as they are. */
const scriptOf = ({ path, text }: Source): string =>
  path.endsWith('.svelte')
    ? [...text.matchAll(/<script\b[^>]*>([\s\S]*?)<\/script>/g)].map((match) => match[1] ?? '').join('\n')
    : text;

function judgeRenderer(path: string, specifier: string, row: Row): string | undefined {
  if (!specifier.startsWith('.')) {
    if (specifier.startsWith('node:') || builtinModules.includes(specifier))
      return `imports ${specifier}, and the window has no Node`;
    const name = packageOf(specifier);
    return row.packages?.includes(name) === true
      ? undefined
      : `imports the package ${name}, and the window may not use it`;
  }
  const target = normalize(join('renderer', dirname(path), specifier.replace(/\?.*$/, '')))
    .split(sep)
    .join('/');
  if (within(target, 'renderer')) return undefined;
  const room = target.replace(/^electron\//, '');
  if (room !== target && row.may?.some((folder) => within(room, folder)) === true) return undefined;
  return `imports ${target}, and the window may not import it`;
}

/** Findings in one file of renderer/. */
export function checkRenderer(source: Source, table: Table): readonly string[] {
  const imports = ts.preProcessFile(scriptOf(source), true, true).importedFiles.map((file) => file.fileName);
  return imports.flatMap((specifier) => {
    const wrong = judgeRenderer(source.path, specifier, table.renderer);
    return wrong === undefined ? [] : [`renderer/${source.path}: ${wrong}`];
  });
}

const includePattern = /^[ \t]*#[ \t]*include[ \t]*"([^"]+)"/gm;

/** Calls that only the seam makes. Members (`sys->ops->open(...)`) and longer names are not meant. */
const kernelCall =
  /(?<![\w.>])(?:open|openat|close|read|write|ioctl|mmap|munmap|poll|lseek|fstat|stat|readlink|opendir|fopen|mkdir|rmdir|clock_gettime|fork|execve?|execv|waitpid|kill|socket|socketpair|sendmsg|recvmsg|memfd_create)[ \t]*\(/;

/** The text with comments, strings and character constants blanked out; lines stay where they are. */
export const withoutComments = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g, (part) =>
    part.replace(/[^\n]/g, ' '),
  );

function kernelCalls(source: Source): readonly string[] {
  const lines = withoutComments(source.text).split('\n');
  return lines.flatMap((line, index) => {
    const call = kernelCall.exec(line)?.[0];
    if (call === undefined || /^\s*#/.test(line)) return [];
    return [
      `native/${source.path}:${index + 1}: calls '${call}...)' itself; the kernel is called through struct qda_sys`,
    ];
  });
}

/** Findings in one file of native/. Files of the room may be named without their folder only if they lie beside the includer. */
export function checkNative(
  source: Source,
  table: Table,
  exists: (path: string) => boolean,
): readonly string[] {
  const rows = rowsFor(source.path, table.native, table.nativeExceptions);
  if (rows.length === 0)
    return [`native/${source.path}: the room '${roomOf(source.path)}' has no row in build/imports.json`];
  const includes = [...source.text.matchAll(includePattern)].map((match) => match[1] ?? '');
  const wrong = includes.flatMap((target) => {
    if (exists(join(dirname(source.path), target))) {
      target = normalize(join(dirname(source.path), target));
    } else if (!exists(target)) {
      return [
        `native/${source.path}: includes "${target}", which is not in native/ (includes start at native/)`,
      ];
    }
    if (mayImport(rows, source.path, target)) return [];
    return [
      `native/${source.path}: includes ${target}, and ${roomOf(source.path)} may not include ${roomOf(target)}`,
    ];
  });
  const calls = rows.some((row) => row.kernel === true) ? [] : kernelCalls(source);
  return [...wrong, ...calls];
}

/** Exceptions that name nothing that exists, in rooms that do. */
function stale(
  folder: string,
  exceptions: readonly Exception[],
  files: readonly string[],
): readonly string[] {
  return exceptions
    .filter(({ file }) => files.some((path) => roomOf(path) === roomOf(file)))
    .filter(({ file }) => !files.some((path) => within(path, file) || within(path, `${file}.ts`)))
    .map(({ file }) => `build/imports.json: an exception names ${folder}/${file}, which does not exist`);
}

const list = (folder: string, pattern: string): readonly string[] =>
  globSync(pattern, { cwd: join(root, folder) })
    .map((path) => path.split(sep).join('/'))
    .filter((path) => !path.includes('/gen/'))
    .sort();

const load = (folder: string, path: string): Source => ({
  path,
  text: readFileSync(at(folder, path), 'utf8'),
});

/** Checks the whole repository. */
export function checkImports(): readonly string[] {
  const table = JSON.parse(readFileSync(at('build/imports.json'), 'utf8')) as Table;
  const native = list('native', '**/*.{c,h}');
  const electron = list('electron', '**/*.{ts,svelte}');
  const exists = (path: string): boolean => existsSync(at('native', path));
  return [
    ...native.flatMap((path) => checkNative(load('native', path), table, exists)),
    ...electron.flatMap((path) => checkElectron(load('electron', path), table)),
    ...list('renderer', '**/*.{ts,svelte}').flatMap((path) => checkRenderer(load('renderer', path), table)),
    ...stale('native', table.nativeExceptions, native),
    ...stale('electron', table.electronExceptions, electron),
  ];
}

if (import.meta.main) {
  const found = checkImports();
  for (const line of found) console.error(line);
  if (found.length > 0) process.exitCode = 1;
}

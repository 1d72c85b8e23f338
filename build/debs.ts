// Debian packages unpacked into a folder of .build, by an apt of our own: nothing of the system is touched, and no root is needed.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { userInfo } from 'node:os';
import { join, relative } from 'node:path';
import { fail, ok, type Outcome, type Problem } from '../electron/model/outcome.ts';
import { locked } from './locked.ts';
import { at, run } from './run.ts';

/** Packages that are unpacked together. */
export interface DebSet {
  readonly packages: readonly string[];
  /** Taken from the release's backports. */
  readonly backports?: boolean;
  /** Only the packages of such a name, also where they are installed. Left out: the named ones and all that they need, as far as not installed. */
  readonly only?: RegExp;
}

/** A place that packages come from, as the machine's own apt names it. */
export interface Mirror {
  readonly uri: string;
  /** Path of its key ring; null: those that apt trusts anyway. */
  readonly key: string | null;
}

const REMEDY = 'It needs Debian with its package sources in reach; everything else works without it.';

const field = (stanza: string, name: string): string | null =>
  new RegExp(`^${name}:[ \\t]*(\\S.*)$`, 'im').exec(stanza)?.[1]?.trim() ?? null;

function fromStanza(stanza: string, suite: string): Mirror | null {
  const suites = (field(stanza, 'Suites') ?? '').split(/\s+/);
  const uri = (field(stanza, 'URIs') ?? '').split(/\s+/)[0] ?? '';
  const off = (field(stanza, 'Enabled') ?? 'yes').toLowerCase() === 'no';
  const key = field(stanza, 'Signed-By');
  if (off || uri === '' || !suites.includes(suite)) return null;
  return { uri, key: key?.startsWith('/') === true ? key : null };
}

function fromLine(line: string, suite: string): Mirror | null {
  const parts = /^deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s/.exec(line);
  const uri = parts?.[2];
  if (uri === undefined || parts?.[3] !== suite) return null;
  return { uri, key: /signed-by=(\/\S+)/.exec(parts[1] ?? '')?.[1] ?? null };
}

/** Where a text of apt's sources (a .list or a .sources file) says that a release comes from; null: it names no such place. */
export function mirrorIn(text: string, suite: string): Mirror | null {
  for (const line of text.split('\n')) {
    const found = fromLine(line.trim(), suite);
    if (found) return found;
  }
  for (const stanza of text.split(/\n\s*\n/)) {
    const found = fromStanza(stanza.replace(/^#.*\n?/gm, ''), suite);
    if (found) return found;
  }
  return null;
}

function sourceTexts(): readonly string[] {
  const folder = '/etc/apt/sources.list.d';
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  const files = names.filter((name) => /\.(?:list|sources)$/.test(name)).map((name) => `${folder}/${name}`);
  return ['/etc/apt/sources.list', ...files].filter(existsSync).map((file) => readFileSync(file, 'utf8'));
}

const osRelease = (key: string): string | null =>
  existsSync('/etc/os-release')
    ? (new RegExp(`^${key}=["']?([^"'\\n]+)`, 'm').exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? null)
    : null;

/** Code name of this Debian, and where its packages come from. */
function release(): Outcome<{ readonly suite: string; readonly mirror: Mirror }> {
  const suite = osRelease('ID') === 'debian' ? osRelease('VERSION_CODENAME') : null;
  if (suite === null) return fail('not-debian', 'This is not a Debian system.', REMEDY);
  for (const text of sourceTexts()) {
    const mirror = mirrorIn(text, suite);
    if (mirror) return ok({ suite, mirror });
  }
  return fail('no-mirror', `apt's own sources name no place for ${suite}.`, REMEDY);
}

const APT = at('.build/apt');

/** apt with lists of its own; what the system has installed need not be fetched. */
function apt(command: string, args: readonly string[], cwd = APT): ReturnType<typeof run> {
  const settings = [
    `APT::Sandbox::User=${userInfo().username}`,
    `Dir::State=${APT}/state`,
    `Dir::State::lists=${APT}/lists`,
    `Dir::State::status=${APT}/status`,
    `Dir::Cache=${APT}/cache`,
    `Dir::Etc::sourcelist=${APT}/sources.list`,
    'Dir::Etc::sourceparts=/dev/null',
    'Debug::NoLocking=1',
    'Acquire::Languages=none',
    'Acquire::http::Timeout=30',
  ];
  return run(command, ['-q', ...settings.flatMap((setting) => ['-o', setting]), ...args], { cwd });
}

/** apt's own reason; what could not be fetched says more than that something could not. */
const cannot = (what: string, output: string): { readonly ok: false; readonly problem: Problem } => {
  const lines = output.split('\n');
  const why =
    lines.find((line) => /^[WE]: Failed to fetch/.test(line)) ??
    lines.findLast((line) => line.startsWith('E:'));
  const words = (why ?? output.trimEnd().slice(-300)).replace(/^[WE]: /, '').trim();
  return fail('no-packages', `${what} cannot be had: ${words}`, REMEDY);
};

/** What dpkg has installed, less some packages: those would not be fetched again. */
const statusWithout = (only: RegExp | undefined): string =>
  readFileSync('/var/lib/dpkg/status', 'utf8')
    .split('\n\n')
    .filter((stanza) => only?.test(field(stanza, 'Package') ?? '') !== true)
    .join('\n\n');

/** Brings the lists up to date. */
async function updateLists(suite: string, mirror: Mirror): Promise<Outcome<undefined>> {
  for (const folder of ['state', 'lists/partial', 'cache/archives/partial'])
    mkdirSync(`${APT}/${folder}`, { recursive: true });
  const signed = mirror.key === null ? '' : `[signed-by=${mirror.key}] `;
  const lines = [suite, `${suite}-backports`].map((name) => `deb ${signed}${mirror.uri} ${name} main\n`);
  writeFileSync(`${APT}/sources.list`, lines.join(''));
  writeFileSync(`${APT}/status`, statusWithout(undefined));
  const done = await apt('apt-get', ['update', '--error-on=any']);
  return done.ok ? ok(undefined) : cannot('Package lists', done.output);
}

/** The packages that a set comes to: "NAME=VERSION". */
async function resolve(set: DebSet, suite: string): Promise<Outcome<readonly string[]>> {
  const from = set.backports === true ? ['-t', `${suite}-backports`] : [];
  writeFileSync(`${APT}/status`, statusWithout(set.only));
  const done = await apt('apt-get', [...from, '--no-install-recommends', '-s', 'install', ...set.packages]);
  if (!done.ok) return cannot(set.packages.join(', '), done.output);
  const found = [...done.output.matchAll(/^Inst (\S+)(?: \[[^\]]*\])? \((\S+)/gm)];
  const names = found.filter(([, name]) => set.only === undefined || set.only.test(name ?? ''));
  return names.length > 0
    ? ok(names.map(([, name, version]) => `${name}=${version}`))
    : cannot(set.packages.join(', '), 'E: apt names no package for it');
}

async function unpackSet(set: DebSet, suite: string, folder: string): Promise<Outcome<undefined>> {
  const names = await resolve(set, suite);
  if (!names.ok) return names;
  const files = `${folder}.debs`;
  rmSync(files, { recursive: true, force: true });
  mkdirSync(files, { recursive: true });
  const got = await apt('apt-get', ['download', ...names.value], files);
  if (!got.ok) return cannot(set.packages.join(', '), got.output);
  for (const file of readdirSync(files)) {
    const done = await run('dpkg', ['-x', `${files}/${file}`, folder]);
    if (!done.ok) return cannot(file, `E: ${done.output.trim()}`);
  }
  rmSync(files, { recursive: true });
  return ok(undefined);
}

/** Links from the root, such as /bin/kmod, lead into the folder where their end is in it. */
function bendLinks(folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const link = join(entry.parentPath, entry.name);
    const end = entry.isSymbolicLink() ? readlinkSync(link) : '';
    if (!end.startsWith('/') || !existsSync(`${folder}${end}`)) continue;
    rmSync(link);
    symlinkSync(relative(entry.parentPath, `${folder}${end}`), link);
  }
}

async function make(folder: string, sets: readonly DebSet[]): Promise<Outcome<undefined>> {
  const from = release();
  if (!from.ok) return from;
  const { suite, mirror } = from.value;
  const lists = await updateLists(suite, mirror);
  if (!lists.ok) return lists;
  const fresh = `${folder}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  for (const set of sets) {
    const done = await unpackSet(set, suite, fresh);
    if (!done.ok) return done;
  }
  bendLinks(fresh);
  writeFileSync(`${fresh}/recipe`, recipeOf(sets));
  rmSync(folder, { recursive: true, force: true });
  renameSync(fresh, folder);
  return ok(undefined);
}

const recipeOf = (sets: readonly DebSet[]): string =>
  JSON.stringify({ layout: 2, sets: sets.map((set) => ({ ...set, only: set.only?.source })) });

/**
 * Unpacks packages into a folder (full path in .build), newest as of now; where they were unpacked before, nothing happens.
 * Programs in it want `debsEnv`. Problems: 'not-debian', 'no-mirror', 'no-packages'.
 */
export const unpackDebs = (folder: string, sets: readonly DebSet[]): Promise<Outcome<undefined>> =>
  locked('apt', async () => {
    const recipe = `${folder}/recipe`;
    const stands = existsSync(recipe) && readFileSync(recipe, 'utf8') === recipeOf(sets);
    return stands ? ok(undefined) : make(folder, sets);
  });

/** The environment in which programs of such a folder find each other and their libraries. */
export function debsEnv(folder: string): Readonly<Record<'PATH' | 'LD_LIBRARY_PATH', string>> {
  const programs = ['usr/bin', 'usr/sbin', 'bin', 'sbin', 'usr/lib/android-sdk/platform-tools'];
  const triple = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' }[process.arch as string] ?? '';
  const libraries = [triple, `${triple}/android`, 'systemd'].flatMap((name) => [
    `usr/lib/${name}`,
    `lib/${name}`,
  ]);
  const paths = (names: readonly string[]): string => names.map((name) => `${folder}/${name}`).join(':');
  const system = programs.map((name) => `/${name}`).join(':');
  return {
    PATH: `${paths(programs)}:${process.env['PATH'] ?? ''}:${system}`,
    LD_LIBRARY_PATH: paths(libraries),
  };
}

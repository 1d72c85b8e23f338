// Every file that a document names must exist: build/node build/docs.ts
// Looked at: `code` in text, words in code blocks that start with a folder of ours, and targets of links.
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { at, root } from './run.ts';

/** What a document is checked against. */
export interface Tree {
  /** Whether a path from the root, or a pattern with `*` or `{a,b}`, names something. */
  readonly has: (path: string) => boolean;
  /** Whether any folder has a file of this name. */
  readonly hasName: (name: string) => boolean;
  /** First parts of the repository's paths: `native`, `package.json`, ... */
  readonly top: ReadonlySet<string>;
}

/** Files of these kinds are ours when a document names them without a folder. */
const ownKinds = /\.(?:ts|svelte|c|h|md|proto|build|options|in)$/;

/** Made by building or running: not in a fresh clone. */
const made = /^(?:out|\.build|node_modules)(?:\/|$)/;

const pathCharacters = /^[\w@.*{},/-]+$/;

/** Does a piece of code in a text mean a path of the repository? */
function meansPath(word: string, tree: Tree): boolean {
  if (!pathCharacters.test(word) || word.startsWith('/') || word.startsWith('-') || made.test(word))
    return false;
  if (!word.includes('/')) return ownKinds.test(word);
  return tree.top.has(word.split('/')[0] ?? '') || ownKinds.test(word);
}

/** `build/check.ts:12` and `build/` mean `build/check.ts` and `build`. */
const clean = (word: string): string => word.replace(/:\d+(?:-\d+)?$/, '').replace(/\/$/, '');

interface Named {
  readonly line: number;
  readonly path: string;
  /** From the document's folder, as links are. */
  readonly relative: boolean;
}

function namedInText(text: string, line: number, tree: Tree): readonly Named[] {
  const code = [...text.matchAll(/`([^`]+)`/g)].flatMap((match) => (match[1] ?? '').split(/\s+/));
  const links = [...text.matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g)].map((match) => match[1] ?? '');
  return [
    ...code
      .map(clean)
      .filter((word) => meansPath(word, tree))
      .map((path) => ({ line, path, relative: false })),
    ...links
      .filter((link) => !/^[a-z]+:/.test(link))
      .map((path) => ({ line, path: clean(path), relative: true })),
  ];
}

/** In a block only what starts with a folder of ours is surely a path. */
function namedInBlock(text: string, line: number, tree: Tree): readonly Named[] {
  const words = text
    .split(/[\s'"`()=,;|<>]+/)
    .map((word) => clean(word.replace(/[.:]$/, '').replace(/^\.\//, '')));
  return words
    .filter(
      (word) => word.includes('/') && pathCharacters.test(word) && tree.top.has(word.split('/')[0] ?? ''),
    )
    .map((path) => ({ line, path, relative: false }));
}

function namedPaths(text: string, tree: Tree): readonly Named[] {
  let inBlock = false;
  return text.split('\n').flatMap((line, index) => {
    if (/^\s*(?:```|~~~)/.test(line)) {
      inBlock = !inBlock;
      return [];
    }
    return inBlock ? namedInBlock(line, index + 1, tree) : namedInText(line, index + 1, tree);
  });
}

/** Sentences about paths that a document names and that are not there. */
export function checkDocument(path: string, text: string, tree: Tree): readonly string[] {
  return namedPaths(text, tree).flatMap((named) => {
    const target = named.relative ? join(dirname(path), named.path) : named.path;
    const there = target.includes('/') || named.relative ? tree.has(target) : tree.hasName(target);
    return there ? [] : [`${path}:${named.line}: names ${named.path}, which does not exist`];
  });
}

/** The files that git knows or would take. */
function repositoryFiles(): readonly string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
  });
  return listed
    .toString()
    .split('\0')
    .filter((path) => path !== '' && existsSync(at(path)));
}

function repositoryTree(files: readonly string[]): Tree {
  const names = new Set(files.map((path) => path.slice(path.lastIndexOf('/') + 1)));
  return {
    has: (path) => (/[*{]/.test(path) ? globSync(path, { cwd: root }).length > 0 : existsSync(at(path))),
    hasName: (name) => names.has(name),
    top: new Set(files.map((path) => path.split('/')[0] ?? '')),
  };
}

/** Checks every document of the repository. */
export function checkDocs(): readonly string[] {
  const files = repositoryFiles();
  const tree = repositoryTree(files);
  return files
    .filter((path) => path.endsWith('.md') && !path.startsWith('test/fixtures/'))
    .flatMap((path) => checkDocument(path, readFileSync(at(path), 'utf8'), tree));
}

if (import.meta.main) {
  const found = checkDocs();
  for (const line of found) console.error(line);
  if (found.length > 0) process.exitCode = 1;
}

// Sizes of files and functions: build/node build/caps.ts. The caps, and who may exceed them and why, are in build/caps.json.
import { globSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import { withoutComments } from './imports.ts';
import { at, root } from './run.ts';

export interface Caps {
  /** Lines of a function, first to last. Over `soft` is told, over `hard` fails. */
  readonly function: { readonly soft: number; readonly hard: number };
  /** Lines of a file, by extension. */
  readonly files: Readonly<Record<string, number>>;
  /** Files that may be longer than their cap. */
  readonly exceptions: readonly { readonly file: string; readonly lines: number; readonly because: string }[];
}

export interface FunctionSize {
  readonly name: string;
  /** Line where it starts, from 1. */
  readonly line: number;
  readonly lines: number;
}

export interface Findings {
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

/** Callbacks that only hold other functions: the blocks of a test file. */
const groups = new Set(['describe', 'suite', 'describe.each', 'describe.skipIf', 'describe.runIf']);

function isGroup(node: ts.Node): boolean {
  if (!ts.isCallExpression(node.parent)) return false;
  const callee = node.parent.expression;
  return groups.has((ts.isCallExpression(callee) ? callee.expression : callee).getText());
}

function nameOf(node: ts.FunctionLikeDeclaration): string {
  if (node.name !== undefined) return node.name.getText();
  return ts.isVariableDeclaration(node.parent) ? node.parent.name.getText() : 'a callback';
}

const hasBody = (node: ts.Node): node is ts.FunctionLikeDeclaration =>
  ts.isFunctionLike(node) && 'body' in node && node.body !== undefined;

/** The functions of a TypeScript file. */
export function functionsInTs(text: string): readonly FunctionSize[] {
  const file = ts.createSourceFile('x.ts', text, ts.ScriptTarget.Latest, true);
  const found: FunctionSize[] = [];
  const lineAt = (position: number): number => file.getLineAndCharacterOfPosition(position).line;
  const visit = (node: ts.Node): void => {
    if (hasBody(node) && !isGroup(node)) {
      const first = lineAt(node.getStart());
      found.push({ name: nameOf(node), line: first + 1, lines: lineAt(node.getEnd()) - first + 1 });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** Lines of preprocessor directives, with their continuations, blanked out. */
const withoutDirectives = (text: string): string =>
  text.replace(/^[ \t]*#(?:[^\n]*\\\n)*[^\n]*/gm, (part) => part.replace(/[^\n]/g, ' '));

const functionHead = /(\w+)\s*\([^;{}]*\)\s*(?:__attribute__\s*\(\(.*\)\)\s*)?$/s;

/** The functions of a C file: blocks at the outermost level that follow a parameter list. */
export function functionsInC(text: string): readonly FunctionSize[] {
  const code = withoutDirectives(withoutComments(text));
  const found: FunctionSize[] = [];
  let depth = 0;
  let line = 1;
  let head = '';
  let open: { readonly name: string; readonly line: number } | undefined;
  for (const character of code) {
    if (character === '\n') line += 1;
    if (character === '{') {
      const name = depth === 0 ? functionHead.exec(head)?.[1] : undefined;
      if (name !== undefined) open = { name, line: line - (head.trimStart().split('\n').length - 1) };
      depth += 1;
    } else if (character === '}') {
      depth -= 1;
      if (depth === 0 && open !== undefined) {
        found.push({ ...open, lines: line - open.line + 1 });
        open = undefined;
      }
      head = '';
    } else if (depth === 0) {
      head = character === ';' ? '' : head + character;
    }
  }
  return found;
}

const extensionOf = (path: string): string => path.slice(path.lastIndexOf('.') + 1);

function checkFunctions(path: string, text: string, caps: Caps): Findings {
  const extension = extensionOf(path);
  if (extension === 'svelte') return { errors: [], warnings: [] };
  const functions = extension === 'ts' ? functionsInTs(text) : functionsInC(text);
  const say = ({ name, line, lines }: FunctionSize, cap: number): string =>
    `${path}:${line}: ${name} has ${lines} lines, over ${cap}`;
  const { soft, hard } = caps.function;
  return {
    errors: functions.filter((one) => one.lines > hard).map((one) => say(one, hard)),
    warnings: functions.filter((one) => one.lines > soft && one.lines <= hard).map((one) => say(one, soft)),
  };
}

/** Findings in one file. */
export function checkFile(path: string, text: string, caps: Caps): Findings {
  const { errors, warnings } = checkFunctions(path, text, caps);
  const exception = caps.exceptions.find(({ file }) => file === path);
  const cap = exception?.lines ?? caps.files[extensionOf(path)];
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  if (cap === undefined || lines <= cap) return { errors, warnings };
  return { errors: [`${path}: has ${lines} lines, over ${cap}`, ...errors], warnings };
}

/** Exceptions that nobody needs. */
export function staleExceptions(
  caps: Caps,
  linesOf: (path: string) => number | undefined,
): readonly string[] {
  return caps.exceptions
    .filter(({ file }) => (linesOf(file) ?? 0) <= (caps.files[extensionOf(file)] ?? 0))
    .map(({ file }) => `build/caps.json: the exception for ${file} is not needed`);
}

/** Checks the whole repository. */
export function checkCaps(): Findings {
  const caps = JSON.parse(readFileSync(at('build/caps.json'), 'utf8')) as Caps;
  const files = globSync('{build,electron,renderer,native,test}/**/*.{ts,svelte,c,h}', { cwd: root })
    .filter((path) => !/\/(?:gen|node_modules)\//.test(path))
    .sort();
  const texts = new Map(files.map((path) => [path, readFileSync(at(path), 'utf8')]));
  const each = files.map((path) => checkFile(path, texts.get(path) ?? '', caps));
  return {
    errors: [
      ...each.flatMap(({ errors }) => errors),
      ...staleExceptions(caps, (path) => texts.get(path)?.split('\n').length),
    ],
    warnings: each.flatMap(({ warnings }) => warnings),
  };
}

if (import.meta.main) {
  const { errors, warnings } = checkCaps();
  for (const line of warnings) console.log(`warning: ${line}`);
  for (const line of errors) console.error(line);
  if (errors.length > 0) process.exitCode = 1;
}

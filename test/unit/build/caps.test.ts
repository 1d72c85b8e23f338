import { describe, expect, it } from 'vitest';
import { checkFile, functionsInC, functionsInTs, staleExceptions, type Caps } from '../../../build/caps.ts';

const caps: Caps = {
  function: { soft: 4, hard: 6 },
  files: { ts: 20, c: 20 },
  exceptions: [{ file: 'native/big.c', lines: 30, because: 'a table' }],
};

const lines = (count: number, line = 'x();'): string => `${line}\n`.repeat(count);
const cFunction = (body: number): string => `static int f(int a,\n             int b)\n{\n${lines(body)}}\n`;
const tsFunction = (body: number): string => `function f(): void {\n${lines(body)}}\n`;

describe('function sizes in C', () => {
  it('counts from the first line of the head to the brace', () => {
    expect(functionsInC(`int v;\n\n${cFunction(3)}`)).toEqual([{ name: 'f', line: 3, lines: 7 }]);
  });

  it('is not misled by structs, tables, nested blocks, directives, strings and comments', () => {
    const text = `struct s {\n int a;\n};\nstatic const int t[] = {\n 1, 2 };\n#define M(x) { \\\n  x\n/* } */\nint g(void)\n{\n  if (1) { say("}{"); }\n  char c = '}';\n}\n`;
    expect(functionsInC(text)).toEqual([{ name: 'g', line: 9, lines: 5 }]);
  });
});

describe('function sizes in TypeScript', () => {
  it('counts declarations, methods and arrow functions, each for itself', () => {
    const text = `const a = () => 1;\nclass C {\n  m(): number {\n    return 1;\n  }\n}\n${tsFunction(1)}`;
    expect(functionsInTs(text).map(({ name, lines: count }) => [name, count])).toEqual([
      ['a', 1],
      ['m', 3],
      ['f', 3],
    ]);
  });

  it('leaves out the block of describe, not of it', () => {
    const text = `describe('x', () => {\n${lines(9)}  it('y', () => {\n    z();\n  });\n});\n`;
    expect(functionsInTs(text).map(({ name, lines: count }) => [name, count])).toEqual([['a callback', 3]]);
  });
});

describe('caps', () => {
  it('is content below the soft cap', () => {
    expect(checkFile('build/a.ts', tsFunction(2), caps)).toEqual({ errors: [], warnings: [] });
  });

  it('warns over the soft cap and fails over the hard one', () => {
    expect(checkFile('build/a.ts', tsFunction(3), caps)).toEqual({
      errors: [],
      warnings: ['build/a.ts:1: f has 5 lines, over 4'],
    });
    expect(checkFile('native/a.c', cFunction(3), caps).errors).toEqual([
      'native/a.c:1: f has 7 lines, over 6',
    ]);
  });

  it('fails for a long file, unless an exception is long enough', () => {
    expect(checkFile('native/a.c', lines(20), caps).errors).toEqual([]);
    expect(checkFile('native/a.c', lines(21), caps).errors).toEqual(['native/a.c: has 21 lines, over 20']);
    expect(checkFile('native/big.c', lines(30), caps).errors).toEqual([]);
    expect(checkFile('native/big.c', lines(31), caps).errors).toHaveLength(1);
  });

  it('names exceptions that nobody needs', () => {
    expect(staleExceptions(caps, () => 25)).toEqual([]);
    expect(staleExceptions(caps, () => 20)).toHaveLength(1);
    expect(staleExceptions(caps, () => undefined)).toHaveLength(1);
  });
});

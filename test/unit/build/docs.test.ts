import { describe, expect, it } from 'vitest';
import { checkDocument, type Tree } from '../../../build/docs.ts';

const files = ['native/sys/linux.c', 'build/check.ts', 'DEVELOP.md', 'docs/run.md', 'package.json'];
const tree: Tree = {
  has: (path) => files.some((file) => file === path || file.startsWith(`${path}/`)) || path === 'build/*.ts',
  hasName: (name) => files.some((file) => file.split('/').at(-1) === name),
  top: new Set(files.map((file) => file.split('/')[0] ?? '')),
};
const check = (text: string, path = 'README.md'): readonly string[] => checkDocument(path, text, tree);

describe('documents', () => {
  it('accepts files, folders, lines of files, patterns and bare names that exist', () => {
    expect(
      check('See `native/sys/linux.c`, `native/sys/`, `build/check.ts:12`, `build/*.ts` and `linux.c`.'),
    ).toEqual([]);
  });

  it('finds a path that does not exist, with its line', () => {
    expect(check('fine\nsee `native/sys/gone.c`')).toEqual([
      'README.md:2: names native/sys/gone.c, which does not exist',
    ]);
    expect(check('run `build/node build/gone.ts --check`')).toHaveLength(2);
    expect(check('`gone.c`')).toHaveLength(1);
    expect(check('`elsewhere/gone.ts`')).toHaveLength(1);
    expect(check('`native/*.md`')).toHaveLength(1);
  });

  it('does not take other code for a path', () => {
    expect(
      check('`dma/dma_alloc` `/dev/accel/accel0` `out/report.html` `npm ci && npm test` `application/json`'),
    ).toEqual([]);
  });

  it('looks into code blocks for what starts with a folder of ours', () => {
    expect(check('```\nkernel -> native/sys/linux.c -> a/b\n```\n')).toEqual([]);
    expect(check('```\nkernel -> native/sys/gone -> a/b\n```\n')).toEqual([
      'README.md:2: names native/sys/gone, which does not exist',
    ]);
  });

  it('follows links from the folder of the document', () => {
    expect(check('[a](run.md) [b](../build/check.ts) [c](https://example.org/x)', 'docs/a.md')).toEqual([]);
    expect(check('[a](run.md#part)')).toHaveLength(1);
  });
});

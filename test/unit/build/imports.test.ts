import { describe, expect, it } from 'vitest';
import {
  checkElectron,
  checkNative,
  checkRenderer,
  withoutComments,
  type Table,
} from '../../../build/imports.ts';

const table: Table = {
  native: {
    uapi: {},
    sys: { may: ['uapi'], kernel: true },
    probe: { may: ['sys'] },
    agent: { may: ['probe', 'vqda/client'], kernel: true },
    vqda: { may: ['uapi'], kernel: true },
  },
  nativeExceptions: [{ file: 'vqda/workload', may: ['sys'], because: 'a client like any other' }],
  electron: {
    model: {},
    wire: { packages: ['@bufbuild/protobuf'] },
    link: { may: ['wire'], node: ['net'] },
    session: { may: ['link/interfaces'] },
    cli: { node: 'any' },
  },
  electronExceptions: [{ file: 'link/deploy', node: ['fs'], because: 'reads the agent' }],
  renderer: { may: ['model', 'contract'], packages: ['svelte'] },
};

const electron = (path: string, text: string): readonly string[] => checkElectron({ path, text }, table);
const headers = new Set([
  'sys/sys.h',
  'uapi/qda.h',
  'probe/probe.h',
  'vqda/client/client.h',
  'vqda/core/bank.h',
]);
const native = (path: string, text: string): readonly string[] =>
  checkNative({ path, text }, table, (name) => headers.has(name));

describe('imports of electron/', () => {
  it('lets a room import itself, its row and the model', () => {
    const text =
      "import { a } from './a.ts';\nimport type { B } from '../model/b.ts';\nexport * from '../wire/c.ts';";
    expect(electron('link/x.ts', text)).toEqual([]);
  });

  it('refuses a room outside the row, also as a type and as a re-export', () => {
    expect(electron('wire/x.ts', "import type { A } from '../link/a.ts';")).toHaveLength(1);
    expect(electron('model/x.ts', "export { a } from '../wire/a.ts';")).toHaveLength(1);
    expect(electron('wire/x.ts', "const a = await import('../link/a.ts');")).toHaveLength(1);
  });

  it('takes a folder in a room for no more than that folder', () => {
    expect(electron('session/x.ts', "import type { P } from '../link/interfaces/provider.ts';")).toEqual([]);
    expect(electron('session/x.ts', "import { v } from '../link/virtual.ts';")).toHaveLength(1);
  });

  it('refuses files outside electron/, unknown rooms and packages', () => {
    expect(electron('wire/x.ts', "import { a } from '../../build/run.ts';")).toHaveLength(1);
    expect(electron('nowhere/x.ts', '')).toHaveLength(1);
    expect(electron('wire/x.ts', "import * as s from 'simple-statistics';")).toHaveLength(1);
    expect(electron('wire/x.ts', "import { create } from '@bufbuild/protobuf/codegenv2';")).toEqual([]);
  });

  it("refuses Node's modules but those of the row", () => {
    expect(electron('link/x.ts', "import { connect } from 'node:net';")).toEqual([]);
    expect(electron('link/x.ts', "import { readFileSync } from 'node:fs';")).toHaveLength(1);
    expect(electron('link/x.ts', "import { readFile } from 'node:fs/promises';")).toHaveLength(1);
    expect(electron('link/x.ts', "import { connect } from 'net';")).toHaveLength(1);
    expect(electron('cli/x.ts', "import { readFileSync } from 'node:fs';")).toEqual([]);
  });

  it('allows an exception to its file or folder only', () => {
    const text = "import { readFileSync } from 'node:fs';";
    expect(electron('link/deploy.ts', text)).toEqual([]);
    expect(electron('link/deploy/agent.ts', text)).toEqual([]);
    expect(electron('link/deployment.ts', text)).toHaveLength(1);
  });
});

describe('includes of native/', () => {
  it('lets a room include its row and the files beside it', () => {
    expect(native('probe/btf.c', '#include "sys/sys.h"\n#include "probe.h"\n#include <stdio.h>\n')).toEqual(
      [],
    );
  });

  it('refuses a room outside the row, and a file that is not there', () => {
    expect(native('probe/btf.c', '#include "uapi/qda.h"\n')).toHaveLength(1);
    expect(native('probe/btf.c', '#include "sys/gone.h"\n')).toHaveLength(1);
    expect(native('nowhere/a.c', '')).toHaveLength(1);
  });

  it('lets the agent see the client of the virtual QDA, not its inside', () => {
    expect(native('agent/main.c', '#include "vqda/client/client.h"\n')).toEqual([]);
    expect(native('agent/main.c', '#include "vqda/core/bank.h"\n')).toHaveLength(1);
    expect(native('vqda/workload/leak.c', '#include "sys/sys.h"\n')).toEqual([]);
    expect(native('vqda/core/bank.c', '#include "sys/sys.h"\n')).toHaveLength(1);
  });

  it('finds a call of the kernel beside the seam', () => {
    expect(native('probe/a.c', 'int f(void)\n{\n    return open("/dev/x", 0);\n}\n')).toEqual([
      "native/probe/a.c:3: calls 'open(...)' itself; the kernel is called through struct qda_sys",
    ]);
    expect(native('sys/linux.c', 'return open("/dev/x", 0);')).toEqual([]);
  });

  it('takes members, longer names, comments and strings for no call', () => {
    const text = 'sys->ops->open(sys); vq_open(a); x.close(1); /* open(1) */ // close(2)\nsay("read(");';
    expect(native('probe/a.c', text)).toEqual([]);
  });
});

describe('withoutComments', () => {
  it('keeps the lines where they are', () => {
    expect(withoutComments('a /* x\ny */ b "//" c')).toBe('a     \n     b      c');
  });
});

describe('imports of renderer/', () => {
  const renderer = (path: string, text: string): readonly string[] => checkRenderer({ path, text }, table);

  it('lets the window import itself, its rooms and its packages, also in components', () => {
    const text =
      "<script lang=\"ts\">\nimport { a } from '../app/a.ts';\nimport type { B } from '../../electron/model/b.ts';\nimport { tick } from 'svelte';\n</script>\n<p>import x from 'y'</p>";
    expect(renderer('widgets/X.svelte', text)).toEqual([]);
    expect(renderer('main.ts', "import './style/base.css';\nimport css from './style/a.css?raw';")).toEqual(
      [],
    );
  });

  it('refuses Node, rooms of the host and other packages', () => {
    expect(renderer('main.ts', "import { join } from 'node:path';")).toHaveLength(1);
    expect(renderer('main.ts', "import { Store } from '../electron/store/store.ts';")).toHaveLength(1);
    expect(renderer('main.ts', "import { root } from '../build/run.ts';")).toHaveLength(1);
    const component = '<script lang="ts">import * as v from \'valibot\';</script>';
    expect(renderer('app/App.svelte', component)).toHaveLength(1);
  });
});

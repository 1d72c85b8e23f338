import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { differences } from '../../../build/gen.ts';
import { at } from '../../../build/run.ts';

describe('generated code', () => {
  const folder = 'electron/wire/gen';
  let fresh = '';

  beforeEach(() => {
    fresh = mkdtempSync(join(tmpdir(), 'qda-lab-gen-test-'));
    cpSync(at(folder), fresh, { recursive: true });
  });
  afterEach(() => {
    rmSync(fresh, { recursive: true });
  });

  it('finds nothing between equal folders', () => {
    expect(differences(folder, fresh)).toEqual([]);
  });

  it('finds a changed, a missing and a superfluous file', () => {
    writeFileSync(join(fresh, 'qda_lab_pb.js'), 'another schema');
    writeFileSync(join(fresh, 'new_pb.js'), '');
    rmSync(join(fresh, 'qda_lab_pb.d.ts'));
    expect(differences(folder, fresh).map((sentence) => sentence.split(':')[0])).toEqual([
      'electron/wire/gen/new_pb.js',
      'electron/wire/gen/qda_lab_pb.d.ts',
      'electron/wire/gen/qda_lab_pb.js',
    ]);
  });
});

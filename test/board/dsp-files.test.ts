import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import {
  bench,
  boardWith,
  closeLab,
  expectNothingHeld,
  GENERATIONS,
  lab,
  NO_LEAKS,
  PING,
  plain,
  reasons,
  stored,
} from './dsp-lab.ts';

/** What code on the DSP can read of the board's files: nothing, and below one folder where the user named it. */
const READER = fileURLToPath(
  new URL('../../.build/host/test/native/dsp_shells/dsp_shell_reads_files', import.meta.url),
);
const FOLDER = '/usr/lib/rfsa/adsp';
/** A shell that asks for files each time before it loads our skel, and logs what it was given. */
const READS = [...PING, '--shell', `${FOLDER}/reader`];
const NO_SUCH_FILE = '0x45';
const NOT_PERMITTED = '0x4e';

afterEach(closeLab);

async function boardWithNote(generation: (typeof GENERATIONS)[number] = 'v1'): Promise<void> {
  const shells = mkdtempSync(join(tmpdir(), 'qda-lab-files-'));
  onTestFinished(() => {
    rmSync(shells, { recursive: true });
  });
  copyFileSync(READER, join(shells, 'reader'));
  writeFileSync(join(shells, 'note.txt'), 'words of the board');
  await boardWith({ generation, shells, quirks: NO_LEAKS });
}

const logged = (): string[] => [...new Set(stored().dspLog.lines.map(({ text }) => text))].sort();

const ENDS = ['none.txt', '../adsp/note.txt', `${FOLDER}/note.txt`, '/etc/os-release'];

describe('files of the board for the DSP', () => {
  test('without a folder there is none', async () => {
    await boardWithNote();
    expect((await bench(...READS)).code).toBe(0);
    expect(logged()).toEqual(
      ['note.txt', ...ENDS].map((name) => `${name} is not given: ${NO_SUCH_FILE}`).sort(),
    );
    expect(stored().plan.dspFiles).toBe('');
    await expectNothingHeld();
  });

  test.each(GENERATIONS)(
    'below a folder that is named they are read, and no other, on %s',
    async (generation) => {
      await boardWithNote(generation);
      const said = await bench(...READS, '--dsp-files', `${FOLDER}/`);
      expect(said.code).toBe(0);
      const lines = logged();
      expect(lines).toContain('note.txt says: words of the board');
      expect(lines).toContain(`none.txt is not given: ${NO_SUCH_FILE}`);
      for (const name of ENDS.slice(1)) {
        expect(lines).toContain(`${name} is not given: ${NOT_PERMITTED}`);
        expect(lines).toContainEqual(expect.stringContaining(`the DSP asked for "${name}": refused`));
      }
      expect(stored().plan.dspFiles).toBe(FOLDER);
      expect(plain(said)).toContain(`could read the board's files below ${FOLDER}`);
      expect(readFileSync(join(lab.folder, 'out', 'report.html'), 'utf8')).toContain(
        `below <code>${FOLDER}<`,
      );
      await expectNothingHeld();
    },
  );

  test('a folder that is none is said with what to do', async () => {
    await boardWithNote();
    const says = async (folder: string): Promise<readonly [number | null, string]> => {
      const said = await bench(...READS, '--dsp-files', folder);
      return [said.code, plain(said)];
    };
    expect(await says('/no/such')).toEqual([0, expect.stringContaining('(--dsp-files /no/such)')]);
    expect(reasons('skip')).toEqual([
      expect.stringContaining('there is no such folder on the board; make it'),
    ]);
    expect(await says(`${FOLDER}/note.txt`)).toEqual([0, expect.stringContaining('that is no folder; name')]);
    for (const path of ['files', './files', '/usr/../etc', ''])
      expect(await says(path)).toEqual([3, expect.stringContaining('--dsp-files wants the absolute path')]);
    const long = await says(`/${'f'.repeat(300)}`);
    expect(long).toEqual([2, expect.stringContaining("its folder of the DSP's files has 301 bytes")]);
    await expectNothingHeld();
  });
});

// What the scripts of a deploy print, as boards of several kinds did, and as none should.
import { describe, expect, it } from 'vitest';
import { builtAgents } from '../../../electron/link/deploy/agents.ts';
import { folderIn, noPlace, parsePlaces, placesFor } from '../../../electron/link/deploy/places.ts';
import { parseAgent, PROBE_SCRIPT, probeOf } from '../../../electron/link/deploy/probe.ts';
import { missingForWantOfRoot } from '../../../electron/link/deploy/root.ts';
import { LONGEST_COMMAND, parseFields, quote, words } from '../../../electron/link/deploy/shell.ts';
import { othersRun } from '../../../electron/link/deploy/notices.ts';

const between = (...lines: readonly string[]): string =>
  ['qda-lab-m-begin', ...lines, 'qda-lab-m-end'].join('\n');
const fieldsOf = (...lines: readonly string[]) => {
  const fields = parseFields(between(...lines), 'm');
  if (fields === null) throw new Error('no fields');
  return fields;
};

describe('the lines of a script', () => {
  it('are those between the marks', () => {
    const text = `Last login: today\nuid=1\r\nqda-lab-m-begin\r\nuid=2000\r\nnoise\nX=no\nuid=0\nqda-lab-m-end\nuid=3\n$ `;
    const fields = parseFields(text, 'm');
    expect(fields?.all('uid')).toEqual(['2000', '0']);
    expect(fields?.get('uid')).toBe('2000');
    expect(fields?.get('X')).toBe('');
  });

  it('are none where the script did not run to its end', () => {
    expect(parseFields('', 'm')).toBeNull();
    expect(parseFields('qda-lab-m-begin\nuid=0\n', 'm')).toBeNull();
    expect(parseFields('uid=0\nqda-lab-m-end', 'm')).toBeNull();
    expect(parseFields('qda-lab-m-end\nqda-lab-m-begin\n', 'm')).toBeNull();
    expect(parseFields(between('uid=0'), 'other')).toBeNull();
  });

  it('hold nothing that a terminal would obey, and an end', () => {
    expect(fieldsOf('serial=\u001b[2Jabc\u0000\u009b').get('serial')).toBe('[2Jabc');
    expect(fieldsOf(`serial=${'x'.repeat(1_000_000)}`).get('serial').length).toBeLessThan(5_000);
    expect(fieldsOf(...Array.from({ length: 50_000 }, () => 'a=b')).all('a').length).toBeLessThan(5_000);
  });

  it('of garbage are taken or not, and never throw', () => {
    let seed = 7;
    const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
    const pieces = [
      'qda-lab-m-begin',
      'qda-lab-m-end',
      '\n',
      '\r\n',
      '=',
      'uid',
      'place',
      '|',
      'agent',
      ' -> ',
      '/proc/1/exe',
      '\u0000',
      '💥',
      'ok',
    ];
    for (let round = 0; round < 5_000; round += 1) {
      const text = Array.from({ length: random(40) }, () => pieces[random(pieces.length)]).join('');
      for (const candidate of [text, between(text)]) {
        const fields = parseFields(candidate, 'm');
        if (fields === null) continue;
        probeOf(fields);
        parsePlaces(fields);
      }
    }
  });
});

describe('a word of the shell', () => {
  it('stands for exactly its text', () => {
    expect(quote("it's $HOME `x` \\")).toBe(`'it'\\''s $HOME \`x\` \\'`);
  });
  it('of the board fits into a sentence', () => {
    expect(words(' a\n\u001b[31m b\r\n', 100)).toBe('a [31m b');
    expect(words('x'.repeat(500)).length).toBeLessThan(310);
  });
});

describe('the probe', () => {
  it('fits into the command of an old daemon', () => {
    expect(PROBE_SCRIPT.length).toBeLessThan(LONGEST_COMMAND - 100);
  });

  it('knows an Android phone', () => {
    const probe = probeOf(
      fieldsOf(
        'uid=2000',
        'user=shell',
        'machine=aarch64',
        'kernel=6.6.30-android15-8',
        'boot=5a1c8c3e-8a3a-4b52-a8f0-8d1f6c7e9b10',
        'shell=/system/bin/sh',
        'sha256=sha256sum',
        'su=yes',
        'home=/',
        'serial=',
        'serial=0',
        'serial=1a2b3c4d',
      ),
    );
    expect(probe).toEqual({
      uid: 2000,
      user: 'shell',
      machine: 'aarch64',
      kernel: '6.6.30-android15-8',
      boot: '5a1c8c3e-8a3a-4b52-a8f0-8d1f6c7e9b10',
      serial: '1a2b3c4d',
      home: '/',
      shell: '/system/bin/sh',
      sha256: 'sha256sum',
      has: { su: true, sudo: false },
      agents: [],
    });
  });

  it('of a board that says nothing has no user, and the least shell', () => {
    expect(probeOf(fieldsOf())).toMatchObject({ uid: null, shell: '/bin/sh', sha256: '', serial: '' });
    expect(probeOf(fieldsOf('uid=root')).uid).toBeNull();
  });

  it('is not misled by what a board says of itself', () => {
    expect(probeOf(fieldsOf('uid=2000', 'serial=x', 'uid=0')).uid).toBe(2000);
  });

  it('finds agents in the words of ls', () => {
    const gnu =
      'lrwxrwxrwx 1 root root 0 Nov 22 22:38 /proc/812/exe -> /data/local/tmp/qda-lab-0/agent-0123456789abcdef';
    const toybox =
      'lrwxrwxrwx 1 shell shell 0 2026-11-22 22:38 /proc/813/exe -> /tmp/qda-lab-2000/agent-01 (deleted)';
    expect(parseAgent(gnu)).toEqual({
      pid: 812,
      path: '/data/local/tmp/qda-lab-0/agent-0123456789abcdef',
      removed: false,
    });
    expect(parseAgent(toybox)).toEqual({ pid: 813, path: '/tmp/qda-lab-2000/agent-01', removed: true });
    for (const line of [
      '',
      'ls: /proc/1/exe: Permission denied',
      '/proc/x/exe -> /a',
      ' /proc/12345678901/exe -> /a',
    ])
      expect(parseAgent(line)).toBeNull();
  });
});

describe('places', () => {
  it('are those that shells of boards can write, each once', () => {
    expect(placesFor({ uid: 1000, home: '/home/lab' })).toEqual([
      '/data/local/tmp',
      '/tmp',
      '/run/user/1000',
      '/run',
      '/dev/shm',
      '/var/tmp',
      '/home/lab',
    ]);
    expect(placesFor({ uid: null, home: '/tmp' }).length).toBe(6);
    expect(placesFor({ uid: 0, home: 'relative; rm -rf /' }).length).toBe(6);
    expect(folderIn('/', 0)).toBe('/qda-lab-0');
    expect(folderIn('/tmp', 2000)).toBe('/tmp/qda-lab-2000');
  });

  const digest = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
  const cases: readonly (readonly [string, string])[] = [
    ['/a|absent|', 'absent'],
    ["/a|write|mkdir: cannot create directory '/a/qda-lab-0': Read-only file system", 'read-only'],
    ["/a|write|mkdir: '/a/qda-lab-2000': Read-only file system", 'read-only'],
    ['/a|write|cat: write error: No space left on device', 'full'],
    ['/a|write|cat: xwrite: No space left on device', 'full'],
    ["/a|write|mkdir: can't create directory: Disk quota exceeded", 'full'],
    ["/a|write|sh: can't create /a/try-1: Permission denied", 'no-permission'],
    ['/a|write|mkdir: Operation not permitted', 'no-permission'],
    ['/a|write|dash: 1: cannot create /a/b: Directory nonexistent', 'absent'],
    ['/a|write|something else', 'failed'],
    ['/a|run|sh: 1: /a/qda-lab-0/try-9: Permission denied', 'noexec'],
    ["/a|run|mksh: /a/try-9: can't execute: Permission denied", 'noexec'],
    ['/a|run|Segmentation fault', 'failed'],
    ['/a|unsafe|', 'unsafe'],
    ['/a|foreign|lrwxrwxrwx 0', 'foreign'],
    [`/a|ok|${digest}`, 'ok'],
    ['/a|hack|', 'failed'],
    ['', 'failed'],
  ];
  for (const [line, state] of cases)
    it(`reads '${line.slice(0, 60)}' as ${state}`, () => {
      expect(parsePlaces(fieldsOf(`place=${line}`))).toMatchObject([{ state }]);
    });

  it('know the digest of what lies there only where it is one', () => {
    expect(parsePlaces(fieldsOf(`place=/a|ok|${digest}`))[0]?.digest).toBe(digest);
    expect(parsePlaces(fieldsOf('place=/a|ok|sha256sum: not found'))[0]?.digest).toBe('');
  });

  it('that all fail make one sentence, with what comes nearest to working', () => {
    const reports = parsePlaces(
      fieldsOf('place=/a|absent|', 'place=/b|write|Read-only file system', 'place=/c|run|Permission denied'),
    );
    const outcome = noPlace(reports, 'shell');
    expect(outcome).toMatchObject({
      ok: false,
      problem: {
        code: 'noexec',
        message:
          'The agent cannot be put on the board: there is no place that shell can write and run it in. ' +
          '/a is not there; /b is read-only; /c lets nothing run (noexec).',
      },
    });
  });
});

describe('what is told beside', () => {
  const rank = {
    root: null,
    uid: 2000,
    as: (script: string) => script,
    tried: ['there is no su', 'there is no sudo'],
  };
  it('names the tiers that need root', () => {
    expect(missingForWantOfRoot({ ...rank, root: 'su' }, 'shell')).toBeNull();
    const notice = missingForWantOfRoot(rank, 'shell');
    for (const word of ['user 2000 (shell)', 'no su', 'proc', 'bufinfo', 'dma', 'kprobe'])
      expect(notice?.message).toContain(word);
  });

  it('names other agents', () => {
    const agent = (pid: number, path: string) => ({ pid, path, removed: false });
    expect(othersRun([], '/a/agent-1')).toEqual([]);
    const told = othersRun(
      [agent(5, '/a/agent-1'), agent(6, '/b/agent-1'), agent(7, '/a/agent-2')],
      '/a/agent-1',
    );
    expect(told).toMatchObject([
      { code: 'other-host', message: expect.stringContaining('process 5, 6') as string },
      { code: 'other-build-runs', message: expect.stringContaining('process 7') as string },
    ]);
  });
});

describe('agents', () => {
  const built = builtAgents()('aarch64');
  it.skipIf(!built.ok)('are small enough to be pushed at every connection', () => {
    expect(built.ok ? built.value.bytes.length : 0).toBeLessThanOrEqual(400 * 1024);
  });

  it('are there for boards with a Hexagon only', () => {
    expect(builtAgents()('x86_64')).toMatchObject({ ok: false, problem: { code: 'no-agent' } });
    expect(builtAgents()('')).toMatchObject({ ok: false, problem: { code: 'no-agent' } });
    expect(builtAgents(() => '/nowhere/qda-agent')('armv8l')).toMatchObject({
      ok: false,
      problem: { code: 'not-built' },
    });
  });
});

import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  readRecording,
  RecordingLibrary,
  saveRecording,
} from '../../../electron/host/desk/recordings/library.ts';
import { MemoryModel } from '../../../electron/memory/model.ts';
import { resetOf } from '../../../electron/memory/delta.ts';
import type { Outcome } from '../../../electron/model/outcome.ts';
import type { Recording, RecordedMoment, RecordingHeader } from '../../../electron/model/recording.ts';
import { headerLine, momentLine } from '../../../electron/report/recording-lines.ts';
import { readLines, RecordingWriter, TooLong } from '../../../electron/store/recording-file.ts';
import { RecordingsFolder } from '../../../electron/store/recordings-folder.ts';
import { fixtureMemory } from '../report/fixture.ts';
import { header as runHeader, identity, point } from '../samples.ts';

let folder = '';
let own: RecordingsFolder;
let library: RecordingLibrary;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'qda-recording-'));
  own = new RecordingsFolder(join(folder, 'own'));
  library = new RecordingLibrary(own, new RecordingsFolder(join(folder, 'shipped')));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function value<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(`${outcome.problem.code}: ${outcome.problem.message}`);
  return outcome.value;
}

const code = (outcome: Outcome<unknown>): string => (outcome.ok ? 'ok' : outcome.problem.code);

const header = (more: Partial<RecordingHeader> = {}): RecordingHeader => ({
  schema: 'qda-lab/recording/1',
  id: 'rec-1',
  startedAt: '2026-11-22T10:00:00.000Z',
  durationMs: 5000,
  board: { id: 'virtual', label: 'virtual' },
  simulated: true,
  app: { version: '0.1.0', buildId: 'app' },
  notes: '',
  omitted: 0,
  ...more,
});

/** One moment of every kind, with addresses above 2^53 and texts that look like something else. */
function moments(): RecordedMoment[] {
  const picture = fixtureMemory();
  const run = runHeader('r', [point(0)]);
  return [
    {
      atMs: 0,
      event: {
        kind: 'board',
        board: {
          id: 'virtual',
          transports: ['virtual'],
          ways: [],
          label: '<script>0x1f n</script>',
          named: true,
          simulated: true,
          state: { kind: 'lost', sinceMs: 3, runId: null },
          open: true,
          detail: '\u0001n5',
          identity,
          dsp: 'cdsp',
          driver: 'QDA v1',
          heardMs: null,
        },
      },
    },
    { atMs: 1, event: { kind: 'watch', state: { kind: 'watching', snapshotMs: 1, everyMs: 2 } } },
    { atMs: 1, event: { kind: 'memory', delta: resetOf(picture, { seq: 1, hostMs: 1_800_000_000_000 }) } },
    {
      atMs: 2.5,
      event: {
        kind: 'run',
        change: {
          kind: 'run',
          run: {
            runId: 'r',
            board: 'virtual',
            label: '',
            simulated: true,
            plan: run.plan,
            node: run.node,
            leaves: 0,
            estimateS: 1.5,
            startedMs: 1,
            phase: 'running',
            points: [
              {
                index: 0,
                status: 'running',
                reason: '',
                series: [{ name: 'alloc', n: 1, p50: 5, interval: null, p99: null, histogram: null }],
              },
            ],
            notices: [{ code: 'x', message: 'y', remedy: '' }],
            end: null,
          },
        },
      },
    },
    {
      atMs: 3,
      event: {
        kind: 'log',
        entry: { seq: 1, atMs: 5, level: 'warn', source: 'cdsp', board: null, text: '__proto__', remedy: '' },
      },
    },
  ];
}

const recording = (): Recording => ({ header: header(), moments: moments() });

function file(name: string, bytes: Buffer | string): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

const linesOf = (one: Recording): string[] => [headerLine(one.header), ...one.moments.map(momentLine)];

test('a recording comes back as it was, packed and as text', async () => {
  value(await saveRecording(own, recording()));
  expect(value(await library.open('rec-1'))).toEqual(recording());
  const made = value(await library.export('rec-1'));
  expect(value(await readRecording(file('text', made.text)))).toEqual(recording());
  expect(new MemoryModel().picture().mappings).toEqual([]);
});

test('the list reads headers only, newest first, and those that came with the app last', async () => {
  value(await saveRecording(own, recording()));
  value(await saveRecording(own, { ...recording(), header: header({ id: 'rec-2' }) }));
  value(await saveRecording(new RecordingsFolder(join(folder, 'shipped')), recording()));
  file('own/junk.qdarec', 'junk');
  const lines = value(await library.list());
  expect(lines.map((line) => [line.name, line.shipped])).toEqual([
    ['rec-2', false],
    ['rec-1', false],
    ['shipped:rec-1', true],
  ]);
  expect(lines[0]?.bytes).toBe(readFileSync(own.fileOf('rec-2')).length);
  expect(value(await library.open('shipped:rec-1')).moments).toHaveLength(5);
  expect(code(await library.delete('shipped:rec-1'))).toBe('came-with-app');
  value(await library.delete('rec-1'));
  expect(code(await library.delete('rec-1'))).toBe('unknown-recording');
  for (const name of ['../rec-2', '/etc/passwd', 'shipped:../own/rec-2', ''])
    expect([name, code(await library.open(name))]).toEqual([name, 'unknown-recording']);
});

test('a file is imported once, and by what it says of itself, not by its name', async () => {
  const path = file('any.name', `${linesOf(recording()).join('\n')}\n`);
  expect(value(await library.import(path))).toEqual({ name: 'rec-1' });
  expect(value(await library.open('rec-1'))).toEqual(recording());
  expect(code(await library.import(path))).toBe('recording-stored');
});

test('what does not fit is refused with its line and place', async () => {
  const [head = '', board = '', watch = '', memory = '', ...rest] = linesOf(recording());
  const whole = [head, board, watch, memory, ...rest];
  const cases: readonly (readonly [string, readonly string[], string])[] = [
    ['not-a-recording', [], 'empty'],
    ['not-a-recording', ['<script>alert(1)</script>'], 'line 1 is not JSON'],
    ['not-a-recording', ['{"schema":"qda-lab/run/1"}'], '"schema"'],
    ['recording-newer', [head.replace('recording/1', 'recording/2')], 'version 2'],
    ['not-a-recording', [head.replace('"rec-1"', '"../x"')], 'id'],
    ['not-a-recording', [head, board.replace('"lost"', '"asleep"')], 'line 2: event.board.state.kind'],
    ['not-a-recording', [head, watch, board], 'line 3 lies before'],
    ['not-a-recording', [head, memory.replace(/"0x[0-9a-f]+"/, '"0xzz"')], 'dmaAddr'],
    ['not-a-recording', [head, watch.replace('"atMs"', '"__proto__":{"a":1},"atMs"')], '__proto__'],
    ['not-a-recording', [...whole, '{"atMs":9,"event":{"kind":"none"}}'], 'line 7: event.kind'],
  ];
  for (const [wanted, lines, text] of cases) {
    const read = await readRecording(file('bad', lines.map((line) => `${line}\n`).join('')));
    expect([wanted, text, code(read)]).toEqual([wanted, text, wanted]);
    if (!read.ok) expect(read.problem.message).toContain(text);
  }
});

test('every cut of a packed file is refused or whole, and none is a crash', async () => {
  value(await saveRecording(own, recording()));
  const bytes = readFileSync(own.fileOf('rec-1'));
  for (let at = 0; at < bytes.length; at += 97)
    expect([at, code(await readRecording(file('cut', bytes.subarray(0, at))))]).toEqual([
      at,
      'not-a-recording',
    ]);
  const turned = Buffer.from(bytes);
  turned[bytes.length >> 1] = (turned[bytes.length >> 1] ?? 0) ^ 0xff;
  expect(code(await readRecording(file('turned', turned)))).toBe('not-a-recording');
  expect(code(await readRecording(join(folder, 'none')))).toBe('unreadable-file');
  expect(code(await readRecording('/dev/zero'))).toBe('unreadable-file');
});

test('a file that unpacks to more than is read is given up on the way', async () => {
  const bomb = file('bomb', gzipSync(Buffer.alloc(8 * 2 ** 20, 'x')));
  const read = async (text: number, line: number): Promise<number> => {
    let lines = 0;
    for await (const one of readLines(bomb, { text, line })) lines += one.length;
    return lines;
  };
  await expect(read(2 ** 20, 2 ** 30)).rejects.toBeInstanceOf(TooLong);
  await expect(read(2 ** 30, 2 ** 20)).rejects.toBeInstanceOf(TooLong);
});

test('what a crashed host had flushed is saved by the next one, and says so', async () => {
  own.make();
  const part = own.partOf('rec-9').replace(`.${process.pid}.`, '.4194305.');
  const writer = new RecordingWriter(
    part,
    headerLine(header({ id: 'rec-9', durationMs: 0 })),
    () => undefined,
  );
  for (const moment of moments()) writer.write(momentLine(moment));
  writer.flush();
  await expect.poll(() => writer.bytes, { timeout: 30_000 }).toBeGreaterThan(500);
  const said = await library.recover();
  expect(said).toEqual([expect.stringContaining('rec-9')]);
  const saved = value(await library.open('rec-9'));
  expect(saved.moments).toEqual(moments());
  expect([saved.header.durationMs, saved.header.notes]).toEqual([3, 'The tool ended while it was recorded.']);
  expect(readdirSync(own.path)).toEqual(['rec-9.qdarec']);
});

test('what a host before with the same process id left is saved, what this one writes is left alone', async () => {
  own.make();
  const lines = `${headerLine(header({ id: 'rec-8', durationMs: 0 }))}\n`;
  writeFileSync(join(own.path, `rec-8.${process.pid}.part`), gzipSync(lines));
  writeFileSync(own.partOf('rec-7'), gzipSync(lines));
  expect(await library.recover()).toEqual([expect.stringContaining('rec-8')]);
  expect(readdirSync(own.path).sort()).toEqual([`rec-7.${process.pid}.part`, 'rec-8.qdarec']);
});

test('a folder that cannot be written is said, and nothing is left behind', async () => {
  const nowhere = new RecordingsFolder(join(file('plain', ''), 'below'));
  expect(code(await saveRecording(nowhere, recording()))).toBe('recording-not-saved');
});

test('the recording that comes with the app opens, says that it is simulated, and holds every kind of event', async () => {
  const shipped = new RecordingLibrary(
    own,
    new RecordingsFolder(join(import.meta.dirname, '../../../resources/recordings')),
  );
  const [line] = value(await shipped.list());
  expect(line).toMatchObject({ name: 'shipped:virtual-board', shipped: true, header: { simulated: true } });
  expect(line?.bytes).toBeLessThan(300 * 1024);
  const { header: head, moments: all } = value(await shipped.open('shipped:virtual-board'));
  expect(head.durationMs).toBeGreaterThan(10_000);
  expect(new Set(all.map((moment) => moment.event.kind))).toEqual(
    new Set(['board', 'memory', 'watch', 'run', 'log']),
  );
  for (const { event } of all) if (event.kind === 'board') expect(event.board.simulated).toBe(true);
  expect(JSON.stringify(all, (_, one: unknown) => (typeof one === 'bigint' ? String(one) : one))).not.toMatch(
    /\/(tmp|home|root)\//,
  );
});

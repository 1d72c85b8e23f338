import { describe, expect, it } from 'vitest';
import {
  add,
  lastLine,
  mesonLog,
  mesonProgram,
  mustRun,
  nothing,
  oneFailed,
  onePassed,
  tapPoints,
  vitestReport,
} from '../../../build/tally.ts';

const counts = ({
  passed,
  failed,
  skipped,
}: {
  passed: number;
  failed: number;
  skipped: number;
}): number[] => [passed, failed, skipped];

describe('tallies', () => {
  it('end in the line that others read', () => {
    expect(lastLine(add(onePassed, onePassed))).toBe('2 passed, 0 failed');
    expect(lastLine(add(oneFailed('x'), { ...nothing, skipped: 3 }))).toBe('0 passed, 1 failed, 3 skipped');
  });

  it('take a suite that ran nothing for a failure', () => {
    expect(counts(mustRun('x', nothing))).toEqual([0, 1, 0]);
    expect(mustRun('x', onePassed)).toBe(onePassed);
  });
});

describe('meson', () => {
  it('counts the points of a TAP stream', () => {
    const text = 'ok 1 - a\nnot ok 2 - b\n# not ok\nok 3 - c # SKIP no board\nnot ok 4 - d # TODO\n1..4\n';
    expect(counts(tapPoints(text))).toEqual([2, 1, 1]);
  });

  it('counts a program that crashed, timed out or wrote nothing', () => {
    const crashed = mesonProgram({
      name: 'a',
      result: 'ERROR',
      stdout: 'ok 1 - x\n',
      stderr: 'AddressSanitizer: leak\n',
    });
    expect(counts(crashed)).toEqual([1, 1, 0]);
    expect(crashed.failures[0]).toContain('AddressSanitizer: leak');
    expect(counts(mesonProgram({ name: 'a', result: 'TIMEOUT' }))).toEqual([0, 1, 0]);
    expect(counts(mesonProgram({ name: 'a', result: 'OK' }))).toEqual([1, 0, 0]);
    expect(counts(mesonProgram({ name: 'a', result: 'SKIP' }))).toEqual([0, 0, 1]);
  });

  it('sums the lines of the log', () => {
    const log =
      '{"name":"a","result":"OK","stdout":"ok 1\\nok 2\\n"}\n{"name":"b","result":"FAIL","stdout":"not ok 1\\n"}\n';
    expect(counts(mesonLog(log))).toEqual([2, 1, 0]);
  });
});

describe('vitest', () => {
  const file = (status: string, ...states: string[]): object => ({
    name: 'x.test.ts',
    status,
    assertionResults: states.map((state) => ({ fullName: state, status: state })),
  });
  const report = (success: boolean, ...testResults: object[]): number[] =>
    counts(vitestReport(JSON.stringify({ success, testResults })));

  it('counts tests, and what did not run as skipped', () => {
    expect(report(false, file('failed', 'passed', 'failed', 'pending', 'todo'))).toEqual([1, 1, 2]);
  });

  it('counts a file that does not load and an error outside of any test', () => {
    expect(report(false, file('failed'), file('passed', 'passed'))).toEqual([1, 1, 0]);
    expect(report(false, file('passed', 'passed'))).toEqual([1, 1, 0]);
  });
});

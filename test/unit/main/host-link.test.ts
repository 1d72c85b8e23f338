// The host's process as the shell keeps it, over processes of the test's own.
import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

class Child extends EventEmitter {
  readonly said: unknown[] = [];
  postMessage(message: unknown): void {
    this.said.push(message);
  }
  kill(): void {
    this.emit('exit', 9);
  }
}

const children: Child[] = [];
class Port extends EventEmitter {
  readonly sent: unknown[] = [];
  postMessage(data: unknown): void {
    this.sent.push(data);
  }
  start(): void {
    return;
  }
}
vi.mock('electron', () => ({
  utilityProcess: {
    fork: (): Child => {
      const child = new Child();
      children.push(child);
      return child;
    },
  },
  MessageChannelMain: class {
    readonly port1 = new Port();
    readonly port2 = new Port();
  },
}));
const { HostLink } = await import('../../../electron/main/host-link.ts');

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
  children.length = 0;
});
afterEach(() => {
  vi.useRealTimers();
});

function started() {
  const told: boolean[] = [];
  const dead: string[] = [];
  const link = new HostLink(
    '/host.js',
    (there) => told.push(there),
    (reason) => dead.push(reason),
  );
  link.start();
  const crashAfter = (ms: number): void => {
    children.at(-1)?.emit('spawn');
    vi.advanceTimersByTime(ms);
    children.at(-1)?.emit('exit', 134);
  };
  return { link, told, dead, crashAfter };
}

test('a host that crashed is started again, and windows are told', () => {
  const { told, dead, crashAfter } = started();
  crashAfter(60_000);
  children.at(-1)?.emit('spawn');
  expect([children.length, told, dead]).toEqual([2, [false, true], []]);
});

test('a host that ends right after its start is given up the second time', () => {
  const { link, dead, crashAfter } = started();
  crashAfter(100);
  crashAfter(100);
  expect([children.length, dead.length, link.face()]).toEqual([2, 1, null]);
});

test('a host that crashes over and over is given up; one that crashes now and then is not', () => {
  const often = started();
  for (let at = 0; at < 6; at += 1) often.crashAfter(8_000);
  expect([children.length, often.dead.length]).toEqual([6, 1]);
  const rarely = started();
  for (let at = 0; at < 20; at += 1) rarely.crashAfter(3_600_000);
  expect(rarely.dead).toEqual([]);
});

test('what was asked of a host that ends is answered', async () => {
  const { link, crashAfter } = started();
  const asked = link.call('app.info', {});
  crashAfter(60_000);
  expect(await asked).toMatchObject({ ok: false, problem: { code: 'host-gone' } });
});

test('the end of the app waits for the host, and kills one that does not end', async () => {
  const { link, told } = started();
  const stopping = link.stop();
  expect(children[0]?.said).toEqual([{ kind: 'close' }]);
  vi.advanceTimersByTime(30_000);
  await stopping;
  expect([children.length, told]).toEqual([1, []]);
});

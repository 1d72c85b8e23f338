import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { create, fromBinary, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { afterEach, describe, expect, it } from 'vitest';
import { connectBoard } from '../../../electron/link/virtual/control.ts';
import { virtualProvider } from '../../../electron/link/virtual/provider.ts';
import { socketName } from '../../../electron/link/virtual/sockets.ts';
import type { Outcome } from '../../../electron/model/outcome.ts';
import { encodeFrame, FrameDecoder } from '../../../electron/wire/framing.ts';
import {
  FailureCode,
  FromBoardSchema,
  ToBoardSchema,
  type ToBoard,
} from '../../../electron/wire/gen/qda_lab_pb.js';

type Body = NonNullable<MessageInitShape<typeof FromBoardSchema>['body']>;

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

type Answer = (request: ToBoard['request'], socket: Socket) => Body | Uint8Array | null;

/** A board that answers as told; null: it hangs up. Other tests that list the boards of this machine ask it too. */
async function board(answer: Answer): Promise<string> {
  const name = `t-${randomUUID().slice(0, 8)}`;
  const server = createServer((socket: Socket) => {
    const frames = new FrameDecoder();
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      for (const frame of frames.push(bytes).frames) {
        const { id, request } = fromBinary(ToBoardSchema, frame);
        const body = answer(request, socket);
        if (body === null) socket.destroy();
        else if (body instanceof Uint8Array) socket.write(body);
        else
          socket.write(
            encodeFrame(toBinary(FromBoardSchema, create(FromBoardSchema, { replyTo: id, body }))),
          );
      }
    });
  });
  servers.push(server.listen({ path: `\0${socketName(name, 'ctl')}` }));
  await once(server, 'listening');
  return name;
}

function valueOf<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(outcome.problem.message);
  return outcome.value;
}

const done: Body = { case: 'done', value: {} };
const info: Body = {
  case: 'info',
  value: {
    name: 'x',
    generation: 'v1',
    iommu: 'translated',
    nodes: [{ dsp: 'cdsp', plugged: true }, { dsp: 'adsp' }],
  },
};

describe('the control of a virtual board', () => {
  it('asks and is answered', async () => {
    const asked = new Map<Socket, (string | undefined)[]>();
    const name = await board((request, socket) => {
      asked.set(socket, [...(asked.get(socket) ?? []), request.case]);
      if (request.case === 'status') return info;
      return request.case === 'startWorkload' ? { case: 'workload', value: { pids: [7] } } : done;
    });
    const control = valueOf(await connectBoard(name));
    expect(valueOf(await control.status())).toMatchObject({ generation: 'v1', iommu: 'translated' });
    expect(valueOf(await control.startWorkload({ kind: 'share' }))).toEqual([7]);
    const rest = [
      control.setFault({ kind: 'alloc', count: 1 }),
      control.clearFaults(),
      control.stopWorkload(),
      control.unplug('cdsp'),
      control.replug('cdsp'),
      control.killClient(7),
    ];
    expect((await Promise.all(rest)).every(({ ok }) => ok)).toBe(true);
    control.close();
    await control.closed;
    expect([...asked.values()]).toContainEqual([
      'status',
      'startWorkload',
      'setFault',
      'clearFaults',
      'stopWorkload',
      'unplug',
      'replug',
      'killClient',
    ]);
  });

  it('passes on a refusal, and notices an answer to something else', async () => {
    const message = 'No such process.';
    const refusal: Body = { case: 'failure', value: { code: FailureCode.FAILURE_BAD_REQUEST, message } };
    const name = await board((request) => (request.case === 'killClient' ? refusal : done));
    const control = valueOf(await connectBoard(name));
    expect(await control.killClient(1)).toMatchObject({ problem: { code: 'bad-request', message } });
    expect(await control.status()).toMatchObject({ problem: { code: 'unexpected-reply' } });
    control.close();
  });

  it('stops a board that goes without a word', async () => {
    const control = valueOf(await connectBoard(await board(() => null)));
    expect(await control.stop()).toEqual({ ok: true, value: undefined });
  });

  it('a board that goes or sends garbage ends every request with the reason', async () => {
    const gone = valueOf(await connectBoard(await board(() => null)));
    expect(await gone.status()).toMatchObject({ problem: { code: 'connection-lost' } });
    expect(await gone.status()).toMatchObject({ problem: { code: 'connection-lost' } });
    const garbage = await board(() => encodeFrame(Uint8Array.from([255])));
    const spoilt = valueOf(await connectBoard(garbage));
    expect(await spoilt.status()).toMatchObject({ problem: { code: 'bad-frame' } });
    await spoilt.closed;
  });

  it('is refused where no board runs', async () => {
    expect(await connectBoard('t-nobody')).toMatchObject({ ok: false, problem: { code: 'unknown-board' } });
    expect(await connectBoard('no/name')).toMatchObject({ ok: false, problem: { code: 'bad-board-name' } });
  });
});

describe('the provider of virtual boards', () => {
  it('lists those that run, with what they say of themselves', async () => {
    const names = [await board(() => info), await board(() => null)];
    const targets = valueOf(await virtualProvider().list()).filter(({ summary }) =>
      names.includes(summary.id),
    );
    const byId = new Map(targets.map(({ summary }) => [summary.id, summary]));
    expect(byId.get(names[0] ?? '')).toEqual({
      id: names[0],
      transport: 'virtual',
      label: `virtual board ${names[0]}`,
      simulated: true,
      state: 'ready',
      detail: 'QDA v1, IOMMU translated, cdsp and adsp (unplugged)',
      boot: '0',
    });
    expect(byId.get(names[1] ?? '')).toMatchObject({
      state: 'offline',
      detail: 'The stream was closed by the virtual board.',
    });
  });
});

// Loaded into the process of a stand-in utility process before its entry: gives it `process.parentPort`.
import { EventEmitter } from 'node:events';
import { StandInPort } from './ports.ts';
import type { ChannelMessage } from './utility-process.ts';

const parentPort = new EventEmitter();
const ports = new Map<number, StandInPort>();

const send = (message: ChannelMessage): void => {
  // An app that is gone takes nothing any more; `disconnect` follows.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
};

/** The end that the entry gets; what it says goes up. */
function portOf(id: number): StandInPort {
  const [mine, theirs] = StandInPort.pair();
  ports.set(id, theirs);
  theirs.handOn(
    (data) => {
      send({ kind: 'port', port: id, data });
    },
    () => {
      ports.delete(id);
      send({ kind: 'port-closed', port: id });
    },
  );
  return mine;
}

process.on('message', (message: ChannelMessage) => {
  if (message.kind === 'message')
    parentPort.emit('message', { data: message.data, ports: message.ports.map(portOf) });
  else if (message.kind === 'port') ports.get(message.port)?.postMessage(message.data);
  else ports.get(message.port)?.close();
});
process.on('disconnect', () => {
  process.exit(1);
});
Object.defineProperty(process, 'parentPort', { value: parentPort });

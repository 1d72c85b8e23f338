import { contextBridge, ipcRenderer, webUtils } from 'electron';
import type { Bridge } from '../contract/shell.ts';

type Listener<T> = (value: T) => void;

/** Values for one listener; those that come before it are kept for it. */
class Mailbox<T> {
  private listener: Listener<T> | null = null;
  private kept: T[] = [];

  put(value: T): void {
    if (this.listener) this.listener(value);
    else this.kept.push(value);
  }

  take(listener: Listener<T>): () => void {
    this.listener = listener;
    for (const value of this.kept.splice(0)) listener(value);
    return () => {
      if (this.listener === listener) this.listener = null;
    };
  }
}

const texts = new Mailbox<string>();
const hosts = new Mailbox<boolean>();
const commands = new Mailbox<string>();
const opened = new Mailbox<string>();
let port: MessagePort | null = null;

ipcRenderer.on('face', ({ ports }) => {
  port?.close();
  port = ports[0] ?? null;
  if (!port) return;
  port.onmessage = ({ data }: MessageEvent<string>) => {
    texts.put(data);
  };
  hosts.put(true);
});
ipcRenderer.on('host', (_event, there: boolean) => {
  port?.close(); // the host before may not speak any more
  port = null;
  if (there) ipcRenderer.send('face');
  else hosts.put(false);
});
ipcRenderer.on('command', (_event, command: string) => {
  commands.put(command);
});
ipcRenderer.on('open', (_event, path: string) => {
  opened.put(path);
});

const bridge: Bridge = {
  send: (text) => {
    port?.postMessage(text);
  },
  // What was handed on is said: the host holds back while more is on its way than the page takes.
  onText: (listener) =>
    texts.take((text) => {
      try {
        listener(text);
      } finally {
        port?.postMessage(1); // also where the page failed over it: the host would wait for it for ever
      }
    }),
  onHost: (listener) => hosts.take(listener),
  onCommand: (listener) => commands.take(listener),
  onOpen: (listener) => opened.take(listener),
  pathOf: (file) => webUtils.getPathForFile(file as File),
  shell: (call, args) => ipcRenderer.invoke('shell', call, args) as ReturnType<Bridge['shell']>,
};

contextBridge.exposeInMainWorld('qdaLab', bridge);
ipcRenderer.send('face');

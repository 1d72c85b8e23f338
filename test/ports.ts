import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

/** What the kernel gives to whoever asks for any port: one of them may be another's as soon as it is free. */
const [firstGiven = 32_768] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8')
  .split(/\s+/)
  .map(Number);
/** Above what servers of a machine listen at as a rule; the adb server connects to 5555 to 5585 by itself. */
const FIRST = 20_000;
const COUNT = Math.max(1_000, firstGiven - FIRST);
/** Each process begins elsewhere. */
let next = (process.pid * 97) % COUNT;

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
      .on('error', () => {
        resolve(false);
      })
      .listen(port, '127.0.0.1', () => {
        server.close(() => {
          resolve(true);
        });
      });
  });
}

/** A port of the loopback that nobody has, and that nobody is given who asks for any: it stays free while its test does not listen. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < COUNT; tries += 1) {
    const port = FIRST + next;
    next = (next + 1) % COUNT;
    if (await isFree(port)) return port;
  }
  throw new Error(`no port from ${FIRST} on is free`);
}

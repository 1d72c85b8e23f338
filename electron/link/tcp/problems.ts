import type { Problem } from '../../model/outcome.ts';
import { connectionLost } from '../adb/problems.ts';

const problem = (code: string, message: string, remedy: string): Problem => ({ code, message, remedy });

const LISTEN =
  'Is the board on, and does its adbd listen there (adb tcpip 5555 over a cable, or setprop service.adb.tcp.port)?';

/** Sentences for what a socket reports (errno(3)) while it connects. */
export function socketProblem(error: NodeJS.ErrnoException, address: string): Problem {
  switch (error.code) {
    case 'ECONNREFUSED':
      return problem(
        'offline',
        `The machine at ${address} is there, but no adb daemon listens at that port.`,
        LISTEN,
      );
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'EHOSTDOWN':
      return problem('offline', `Nobody answers at ${address}.`, `${LISTEN} Is it in this network?`);
    case 'ENETUNREACH':
      return problem(
        'offline',
        `This computer has no way to ${address}.`,
        'Look at the network of this computer.',
      );
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return problem(
        'offline',
        `No machine is known by the name in ${address}.`,
        'Look at the name, or give the address in numbers.',
      );
    case 'EACCES':
    case 'EPERM':
      return problem(
        'no-permission',
        `This computer forbids a connection to ${address}.`,
        'Look at its firewall.',
      );
    default:
      return problem('offline', `No connection to ${address}: ${error.message}.`, LISTEN);
  }
}

/** `inside`: in the middle of a packet. */
export const badEnd = (inside: boolean): Problem =>
  connectionLost(inside ? 'it ended in the middle of a packet' : 'the board closed it');

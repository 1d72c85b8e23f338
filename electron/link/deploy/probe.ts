import { ok, type Outcome } from '../../model/outcome.ts';
import type { AdbDevice } from '../adb/device.ts';
import { ask, type AskOptions, type Fields } from './shell.ts';

/** An agent, or a process that one started, that runs on the board. */
export interface RunningAgent {
  readonly pid: number;
  /** Full path of its program on the board. */
  readonly path: string;
  /** Its program was removed since. */
  readonly removed: boolean;
}

/** What the board's shell says before anything is put there. Texts are empty where the board does not tell. */
export interface BoardProbe {
  /** Of the shell, which is the daemon's; null: not told. */
  readonly uid: number | null;
  readonly user: string;
  /** As `uname -m` says. */
  readonly machine: string;
  readonly kernel: string;
  /** Another one after each start of the kernel. */
  readonly boot: string;
  readonly serial: string;
  readonly home: string;
  /** Full path of a shell for "#!". */
  readonly shell: string;
  /** Command that prints a file's SHA-256 as its first word; empty: there is none. */
  readonly sha256: string;
  /** Ways to become root that are installed, tried or not. */
  readonly has: { readonly su: boolean; readonly sudo: boolean };
  /** As far as this user may see them. */
  readonly agents: readonly RunningAgent[];
}

/** What a process of ours looks like in `ls -l /proc/PID/exe`; the folder is named in places.ts. */
export const OUR_AGENT = '/qda-lab-[0-9]*/agent-';

/** Prints agent= lines of all processes of ours that this user may see. */
export const LIST_AGENTS = `ls -l /proc/[0-9]*/exe 2>/dev/null|grep '${OUR_AGENT}'|while read -r l;do echo "agent=$l";done`;

/**
 * Reads only. For whatever shell the board has: Android's mksh with toybox, busybox, dash, bash. What the board says of itself comes after
 * what is decided by, so that no serial number can pass for a user id.
 */
export const PROBE_SCRIPT = `
LC_ALL=C;export LC_ALL
c(){ cat "$1" 2>/dev/null|tr -d '\\000'|head -n 1;}
h(){ command -v "$1" >/dev/null 2>&1;}
echo "uid=$(id -u 2>/dev/null)"
echo "user=$(id -un 2>/dev/null)"
echo "machine=$(uname -m)"
echo "kernel=$(uname -r)"
echo "boot=$(c /proc/sys/kernel/random/boot_id)"
for s in /system/bin/sh /bin/sh;do [ -x $s ]&&echo "shell=$s"&&break;done
for t in sha256sum 'toybox sha256sum' 'busybox sha256sum' 'openssl dgst -sha256 -r';do
case $($t </dev/null 2>/dev/null) in e3b0c44298fc1c14*)echo "sha256=$t";break;;esac;done
h su&&echo su=yes
h sudo&&echo sudo=yes
echo "home=$HOME"
h getprop&&echo "serial=$(getprop ro.serialno)"
for f in /sys/devices/soc0/serial_number /sys/firmware/devicetree/base/serial-number;do
[ -r $f ]&&echo "serial=$(c $f)";done
${LIST_AGENTS}
`.trim();

/** A process in a line of `ls -l /proc/PID/exe`. */
export function parseAgent(line: string): RunningAgent | null {
  const found = / \/proc\/(\d{1,10})\/exe -> (\/.*?)( \(deleted\))?$/.exec(line);
  if (found === null) return null;
  return { pid: Number(found[1]), path: found[2] ?? '', removed: found[3] !== undefined };
}

export function probeOf(fields: Fields): BoardProbe {
  const uid = fields.get('uid');
  return {
    uid: /^\d{1,10}$/.test(uid) ? Number(uid) : null,
    user: fields.get('user'),
    machine: fields.get('machine'),
    kernel: fields.get('kernel'),
    boot: fields.get('boot'),
    serial: fields.all('serial').find((serial) => serial !== '' && serial !== '0') ?? '',
    home: fields.get('home'),
    shell: fields.get('shell') || '/bin/sh',
    sha256: fields.get('sha256'),
    has: { su: fields.get('su') !== '', sudo: fields.get('sudo') !== '' },
    agents: fields.all('agent').flatMap((line) => parseAgent(line) ?? []),
  };
}

/** Asks the board's shell. Changes nothing there. */
export async function probeBoard(device: AdbDevice, options: AskOptions = {}): Promise<Outcome<BoardProbe>> {
  const fields = await ask(device, PROBE_SCRIPT, options);
  return fields.ok ? ok(probeOf(fields.value)) : fields;
}

import { fail, ok, type Outcome } from '../../model/outcome.ts';
import type { AdbDevice } from '../adb/device.ts';
import type { BoardProbe } from './probe.ts';
import { ask, quote, words, type Fields } from './shell.ts';

/** What became of one place: everything but 'ok' is the reason why not. */
export type PlaceState =
  'ok' | 'absent' | 'read-only' | 'full' | 'no-permission' | 'noexec' | 'foreign' | 'unsafe' | 'failed';

export interface PlaceReport {
  readonly place: string;
  readonly state: PlaceState;
  /** The board's own words. */
  readonly said: string;
  /** SHA-256 of the agent of that name that lies there already; empty: none, or the board cannot tell. */
  readonly digest: string;
}

/** Name of our folder in a place: one for each user that a daemon runs as. */
export const folderIn = (place: string, uid: number): string =>
  `${place === '/' ? '' : place}/qda-lab-${uid}`;

/** Where an agent may be put, the first that works is taken: what shells of boards can usually write and run. */
export function placesFor({ uid, home }: Pick<BoardProbe, 'uid' | 'home'>): readonly string[] {
  const own = /^\/[\w./-]*$/.test(home) ? [home] : [];
  const all = ['/data/local/tmp', '/tmp', `/run/user/${uid ?? 0}`, '/run', '/dev/shm', '/var/tmp', ...own];
  return [...new Set(all)];
}

/**
 * Tries one place after the other by really writing and running a file in our own folder there, and ends with the first that works. The
 * folder is ours alone: no link, our user's, closed to others; a place where anybody may exchange it (writable for all, without the sticky
 * bit) is left out. Through `cat` because its words for a full disk are the kernel's; a shell's own echo says "I/O error".
 */
const PLACES_SCRIPT = `
LC_ALL=C;export LC_ALL
o(){ echo "place=$p|$1|$(echo "$2"|tr '\\n' ' ')";}
t(){ p=$1;d=\${p%/}/qda-lab-$u
[ -d "$p" ]||{ o absent;return 1;}
case $(ls -ld "$p/.") in d???????w[!tT]*)o unsafe;return 1;;esac
m=;if ! ls -ld "$d" >/dev/null 2>&1;then m=1;e=$(mkdir -m 700 "$d" 2>&1)||{ o write "$e";return 1;};fi
set -- $(ls -ldn "$d")
case $1$3 in d*[!0-9]$u);;*)o foreign "$1 $3";return 1;;esac
chmod 700 "$d";f=$d/try-$$
e=$({ printf '#!%s\\necho ran\\n' "$s"|cat >"$f";} 2>&1);[ -s "$f" ]||e="$e "
if [ -n "$e" ];then k=write;else k=run;e=$({ chmod 700 "$f"&&"$f";} 2>&1);[ "$e" = ran ]&&k=ok;fi
rm -f "$f"
if [ $k = ok ];then h=;[ -n "$g" ]&&[ -f "$d/$n" ]&&set -- $($g "$d/$n" 2>/dev/null)&&h=$1
o ok "$h";return 0;fi
[ -n "$m" ]&&rmdir "$d"
o $k "$e";return 1;}
`.trim();

/** Names of the errno in the words of glibc, musl, bionic and busybox. */
const WRITE_REASONS: readonly (readonly [RegExp, PlaceState])[] = [
  [/read-only file ?system/i, 'read-only'],
  [/no space left|quota exceeded/i, 'full'],
  [/permission denied|operation not permitted/i, 'no-permission'],
  [/no such file|nonexistent|not a directory/i, 'absent'],
];

function stateOf(step: string, said: string): PlaceState {
  switch (step) {
    case 'ok':
    case 'absent':
    case 'unsafe':
    case 'foreign':
      return step;
    case 'run':
      return /permission denied|can't execute|cannot execute|not executable/i.test(said)
        ? 'noexec'
        : 'failed';
    case 'write':
      return WRITE_REASONS.find(([pattern]) => pattern.test(said))?.[1] ?? 'failed';
    default:
      return 'failed';
  }
}

/** The reports in what the script printed. */
export function parsePlaces(fields: Fields): readonly PlaceReport[] {
  return fields.all('place').map((line) => {
    const [place = '', step = '', ...rest] = line.split('|');
    const said = words(rest.join('|'));
    const state = stateOf(step, said);
    const digest = state === 'ok' && /^[0-9a-f]{64}$/.test(said) ? said : '';
    return { place, state, said: state === 'ok' ? '' : said, digest };
  });
}

export interface TryOptions {
  readonly probe: BoardProbe;
  readonly places: readonly string[];
  /** Name of the agent's file. */
  readonly name: string;
  readonly signal?: AbortSignal;
}

/** Tries the places in their order up to the first that works. Leaves our empty folder in that one. */
export async function tryPlaces(
  device: AdbDevice,
  { probe, places, name, signal }: TryOptions,
): Promise<Outcome<readonly PlaceReport[]>> {
  const given = `u=${probe.uid ?? 0};s=${quote(probe.shell)};n=${quote(name)};g=${quote(probe.sha256)}`;
  const loop = `for x in ${places.map(quote).join(' ')};do t "$x"&&break;done`;
  const fields = await ask(
    device,
    [given, PLACES_SCRIPT, loop].join('\n'),
    signal === undefined ? {} : { signal },
  );
  // Only what was asked about: the agent is put where a report says.
  return fields.ok ? ok(parsePlaces(fields.value).filter(({ place }) => places.includes(place))) : fields;
}

const REASONS: Readonly<Record<Exclude<PlaceState, 'ok'>, string>> = {
  absent: 'is not there',
  'read-only': 'is read-only',
  full: 'is full',
  'no-permission': 'may not be written by this user',
  noexec: 'lets nothing run (noexec)',
  foreign: 'holds a folder of our name that is not ours, so it was not touched',
  unsafe: 'may be changed by anybody (no sticky bit), so nothing is run from there',
  failed: 'does not work',
};

const reportText = ({ place, state, said }: PlaceReport): string =>
  state === 'ok' ? `${place} works` : `${place} ${REASONS[state]}${state === 'failed' ? ` (${said})` : ''}`;

/** The problem that names a board where no place works, by what comes nearest to working. */
const WORST: readonly (readonly [PlaceState, string, string])[] = [
  ['noexec', 'noexec', 'Remount one of them as root: mount -o remount,exec /tmp'],
  ['full', 'board-full', 'Make room on the board: df tells where.'],
  ['read-only', 'read-only', 'Remount one of them as root (mount -o remount,rw), or mount a tmpfs at /tmp.'],
  ['unsafe', 'no-place', 'Give one of them the sticky bit as root: chmod +t /tmp'],
  ['foreign', 'no-place', 'Look who made that folder (ls -ld), and remove it.'],
];

/** No place works: each with its reason. */
export function noPlace(reports: readonly PlaceReport[], user: string): Outcome<never> {
  const [, code, remedy] = WORST.find(([state]) => reports.some((report) => report.state === state)) ?? [
    null,
    'no-place',
    'Give the user that adbd runs as a folder that it can write, or let adbd run as root (adb root).',
  ];
  return fail(
    code,
    `The agent cannot be put on the board: there is no place that ${user === '' ? 'this user' : user} can write and run it in. ` +
      `${reports.map(reportText).join('; ')}.`,
    remedy,
  );
}

import { ok, type Outcome } from '../../model/outcome.ts';
import type { AdbDevice } from '../adb/device.ts';
import type { Cleaned } from '../interfaces/link.ts';
import { placesFor } from './places.ts';
import { OUR_AGENT, probeBoard, type BoardProbe } from './probe.ts';
import { findRank, type Rank } from './root.ts';
import { ask, quote, type Fields } from './shell.ts';

/** Its steps wait for processes that end. */
const CLEAN_MS = 30_000;

/**
 * Ends every agent of this tool on the board, whoever's host started it, and removes its files: in every place that an agent is ever put,
 * only in folders that are called ours, are no links and belong to the user in their name; only files with names that we give.
 */
export async function cleanBoard(
  device: AdbDevice,
  options: { readonly signal?: AbortSignal; readonly places?: readonly string[] } = {},
): Promise<Outcome<Cleaned>> {
  const { places, ...during } = options;
  const probe = await probeBoard(device, during);
  if (!probe.ok) return probe;
  const rank = await findRank(device, probe.value, during);
  const script = cleanScript(places ?? placesFor(probe.value), ownersFor(probe.value, rank));
  const answer = await ask(device, script, { ...during, as: rank.as, timeoutMs: CLEAN_MS });
  return answer.ok ? ok(cleanedOf(answer.value)) : answer;
}

/** Whose folders are ours to remove; adbd may have been root once and Android's shell (2000) at another time. */
const ownersFor = ({ uid }: BoardProbe, { root }: Rank): readonly number[] => [
  ...new Set([uid ?? 0, ...(root === null ? [] : [0, 2000])]),
];

/**
 * Agents first: a process whose program is gone lives on. Root trusts neither the folders of Android's shell nor the place that they are in,
 * which belongs to that user too (/data/local/tmp), and who may exchange them at any time. So a folder is entered and asked where it stands,
 * as the kernel names it (/tmp may be a link), and what is removed is removed there, by bare names. A process is taken from a list of many,
 * in which the name of its program may hold a line about another one, and asked for alone.
 */
const cleanScript = (places: readonly string[], owners: readonly number[]): string => `
LC_ALL=C;export LC_ALL
D=
o(){ set -- $(ls -ldn "$1" 2>/dev/null);case $1$3 in d*[!0-9]$u);;*)return 1;;esac;}
e(){ o "$d"&&cd "$d" 2>/dev/null&&o .||return 1
c=$(ls -l /proc/self/cwd 2>/dev/null);c=\${c#*/proc/self/cwd -> }
case $c in *[!A-Za-z0-9._/-]*)return 1;;*/qda-lab-$u);;*)return 1;;esac;}
a(){ for x in ${places.map(quote).join(' ')};do for u in ${owners.join(' ')};do d=\${x%/}/qda-lab-$u;$1;done;done;}
f(){ D="$D $(e&&echo "$c")";}
r(){ (e||exit;for f in agent-* try-*;do case $f in *[!A-Za-z0-9._-]*)continue;;esac
[ -f "$f" ]&&rm -f "$f"&&echo "removed=$c/$f";done
rmdir "$d"&&echo "removed=$c") 2>/dev/null;}
p(){ for q in $(ls -l /proc/[0-9]*/exe 2>/dev/null|sed -n 's|^[^/]* /proc/\\([0-9]*\\)/exe -> .*${OUR_AGENT}.*|\\1|p');do
l=$(ls -l /proc/$q/exe 2>/dev/null);for d in $D;do case $l in *" /proc/$q/exe -> $d/agent-"*)echo $q;;esac;done;done;}
a f
p|sed 's/^/ran=/'
for q in $(p);do kill $q 2>/dev/null;done
i=0;while [ -n "$(p)" ]&&[ $i -lt 40 ];do i=$((i+1));sleep 0.1 2>/dev/null||{ sleep 1;i=$((i+9));};done
for q in $(p);do kill -9 $q 2>/dev/null;done
[ -n "$(p)" ]&&sleep 1
p|sed 's/^/left=/'
a r
true
`;

function cleanedOf(fields: Fields): Cleaned {
  const left = new Set(fields.all('left'));
  return {
    removed: fields.all('removed'),
    ended: fields.all('ran').filter((pid) => !left.has(pid)).length,
  };
}

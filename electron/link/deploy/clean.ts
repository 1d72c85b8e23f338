import { ok, type Outcome } from '../../model/outcome.ts';
import type { AdbDevice } from '../adb/device.ts';
import type { Cleaned } from '../interfaces/link.ts';
import { placesFor } from './places.ts';
import { LIST_AGENTS, parseAgent, probeBoard, type BoardProbe } from './probe.ts';
import { findRank, type Rank } from './root.ts';
import { ask, quote, type Fields } from './shell.ts';

/** Its steps wait for processes that end. */
const CLEAN_MS = 30_000;

/**
 * Ends every agent of this tool on the board, whoever's host started it, and removes its files: in every place that an agent is ever put,
 * only in folders that are called ours, are no links and belong to the user in their name.
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

/** Agents first: a process whose program is gone lives on. Folders by where they really are, as the kernel names programs: /tmp may be a link. */
const cleanScript = (places: readonly string[], owners: readonly number[]): string => `
LC_ALL=C;export LC_ALL
D=
for x in ${places.map(quote).join(' ')};do for u in ${owners.join(' ')};do d=\${x%/}/qda-lab-$u
set -- $(ls -ldn "$d" 2>/dev/null)
case $1$3 in d*[!0-9]$u)D="$D $(cd "$d"&&pwd -P)";;esac;done;done
k(){ ${LIST_AGENTS}|while read -r l;do for d in $D;do case $l in *" -> $d/agent-"*)echo "$l";;esac;done;done;}
p(){ k|sed 's|.* /proc/||;s|/exe -> .*||';}
k|sed 's/^agent=/ran=/'
for q in $(p);do kill $q 2>/dev/null;done
i=0;while [ -n "$(p)" ]&&[ $i -lt 40 ];do i=$((i+1));sleep 0.1 2>/dev/null||{ sleep 1;i=$((i+9));};done
for q in $(p);do kill -9 $q 2>/dev/null;done
[ -n "$(p)" ]&&sleep 1
k|sed 's/^agent=/left=/'
for d in $D;do for f in "$d"/agent-* "$d"/try-*;do [ -f "$f" ]&&rm -f "$f"&&echo "removed=$f";done
rmdir "$d"&&echo "removed=$d";done 2>/dev/null
true
`;

function cleanedOf(fields: Fields): Cleaned {
  const left = new Set(fields.all('left').flatMap((line) => parseAgent(line)?.pid ?? []));
  const ended = fields.all('ran').flatMap((line) => parseAgent(line)?.pid ?? []);
  return {
    removed: fields.all('removed'),
    ended: ended.filter((pid) => !left.has(pid)).length,
  };
}

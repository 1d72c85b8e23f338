import { ok, type Outcome } from '../../model/outcome.ts';
import type { Lease } from './leases.ts';
import { folderIn, placesFor } from './places.ts';
import { probeBoard } from './probe.ts';
import { findRank } from './root.ts';
import { ask, quote } from './shell.ts';

/** Lines of the newest log that are taken. */
const LINES = 200;

/**
 * The newest lines that our agents left on the board, with the file they stand in; empty: there are none. Changes nothing there. Only folders that
 * belong to our user, and no links: it is read as root and sent to others.
 */
export async function agentLog(
  { device }: Pick<Lease, 'device'>,
  options: { readonly signal?: AbortSignal; readonly places?: readonly string[] } = {},
): Promise<Outcome<string>> {
  const { places, ...during } = options;
  const probe = await probeBoard(device, during);
  if (!probe.ok) return probe;
  const rank = await findRank(device, probe.value, during);
  const uid = probe.value.uid ?? 0;
  const folders = (places ?? placesFor(probe.value)).map((place) => folderIn(place, uid));
  const script = `
for d in ${folders.map(quote).join(' ')};do
set -- $(ls -ldn "$d" 2>/dev/null)
case $1$3 in d*[!0-9]${uid});;*)continue;;esac
f=$(ls -t "$d"/agent-*.log 2>/dev/null|head -n 1)
[ -f "$f" ]&&[ ! -L "$f" ]||continue
echo "log=$f"
tail -n ${LINES} "$f" 2>/dev/null|sed 's/^/log=/'
done`;
  const said = await ask(device, script, { ...during, as: rank.as });
  return said.ok ? ok(said.value.all('log').join('\n')) : said;
}

import { ok, type Outcome } from '../../model/outcome.ts';
import type { Lease } from './leases.ts';
import { folderIn, placesFor } from './places.ts';
import { probeBoard } from './probe.ts';
import { findRank } from './root.ts';
import { ask, quote } from './shell.ts';

/** Lines of the newest log that are taken. */
const LINES = 200;

/** The newest lines that our agents left on the board, with the file they stand in; empty: there are none. Changes nothing there. */
export async function agentLog(
  { device }: Pick<Lease, 'device'>,
  options: { readonly signal?: AbortSignal } = {},
): Promise<Outcome<string>> {
  const probe = await probeBoard(device, options);
  if (!probe.ok) return probe;
  const rank = await findRank(device, probe.value, options);
  const folders = placesFor(probe.value).map((place) => folderIn(place, probe.value.uid ?? 0));
  const script = `
for d in ${folders.map(quote).join(' ')};do
f=$(ls -t "$d"/agent-*.log 2>/dev/null|head -n 1);[ -n "$f" ]||continue
echo "log=$f"
tail -n ${LINES} "$f" 2>/dev/null|sed 's/^/log=/'
done`;
  const said = await ask(device, script, { ...options, as: rank.as });
  return said.ok ? ok(said.value.all('log').join('\n')) : said;
}

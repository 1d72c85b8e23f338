import type { Run } from '../model/run.ts';
import type { Json } from './codec.ts';
import { derivedOf } from './derived.ts';
import { jsonText } from './json-text.ts';
import { runCodec } from './run-codec.ts';
import { statementOf } from './statement.ts';

/**
 * The run as a run file (run.schema.json): the mark of simulation first, then everything as stored, with the raw samples,
 * and what follows from them under "derived". The same run gives the same text; `parseRun` reads it back.
 */
export function runToJson(run: Run): string {
  const { schema, simulated, points, ...rest } = runCodec.write(run) as { readonly [key: string]: Json };
  return jsonText({
    schema: schema ?? null,
    simulated: simulated ?? null,
    statement: statementOf(run),
    ...rest,
    derived: derivedOf(run),
    points: points ?? null,
  });
}

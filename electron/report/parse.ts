import { fail, ok, type Outcome } from '../model/outcome.ts';
import type { Run } from '../model/run.ts';
import { Misfit } from './codec.ts';
import { runCodec, SCHEMA } from './run-codec.ts';

const REMEDY = 'Use a file as "qda-lab report RUN --format json" wrote it.';

/**
 * The run in the text of a run file; `where` names the file in messages. Fails with 'not-a-run' (no JSON, or a value that does
 * not fit, named by its path), 'run-newer' (a schema of a later version) or 'run-contradictory' (its marks of
 * simulation disagree). The digests of the samples are not checked here: pure code has no hash.
 */
export function parseRun(text: string, where: string): Outcome<Run> {
  const json = parseJson(text, where);
  if (!json.ok) return json;
  const schema = checkSchema(json.value, where);
  if (!schema.ok) return schema;
  try {
    return consistent(runCodec.read(json.value, ''), where);
  } catch (error) {
    if (error instanceof Misfit) return fail('not-a-run', `${where}: ${error.message}`, REMEDY);
    throw error;
  }
}

function parseJson(text: string, where: string): Outcome<unknown> {
  try {
    return ok(JSON.parse(text.replace(/^\uFEFF/, '')));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return fail('not-a-run', `${where} is no run file: it is not JSON (${error.message}).`, REMEDY);
  }
}

function checkSchema(json: unknown, where: string): Outcome<null> {
  const schema = typeof json === 'object' && json !== null && 'schema' in json ? json.schema : undefined;
  if (schema === SCHEMA) return ok(null);
  const version = typeof schema === 'string' ? /^qda-lab\/run\/(\d+)$/.exec(schema)?.[1] : undefined;
  if (version !== undefined && Number(version) > 1) {
    return fail(
      'run-newer',
      `${where} is a run of schema version ${version}; this QDA Lab reads version 1.`,
      'Open it with the version of QDA Lab that wrote it, or a later one.',
    );
  }
  return fail('not-a-run', `${where} is no run file: its "schema" is not "${SCHEMA}".`, REMEDY);
}

/** One mark for a whole run: simulated and hardware numbers never share a file. */
function consistent(run: Run, where: string): Outcome<Run> {
  const other = run.points.findIndex((result) => result.simulated !== run.simulated);
  if (other < 0 && run.board.identity.simulated === run.simulated) return ok(run);
  const place = other < 0 ? 'board.identity.simulated' : `points[${other}].simulated`;
  return fail(
    'run-contradictory',
    `${where}: "simulated" is ${run.simulated} for the run and ${!run.simulated} in ${place}. The file was changed after the run, or mixes two.`,
    REMEDY,
  );
}

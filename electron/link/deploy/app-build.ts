import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { built } from './built.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What the host side of this tool is: SHA-256 (first 16 hex digits) over the sources that run, in the order of their names. */
export function appBuildId(root = ROOT): string {
  if (built && root === ROOT) return built.buildId;
  const hash = createHash('sha256');
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.(ts|js)$/.test(name),
  );
  for (const name of names.sort())
    hash
      .update(name)
      .update('\0')
      .update(readFileSync(join(root, name)));
  return hash.digest('hex').slice(0, 16);
}

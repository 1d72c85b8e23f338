import { readFileSync } from 'node:fs';
import { built } from './built.ts';

/** Version of the tool, as its package says. */
export function packageVersion(): string {
  if (built) return built.version;
  const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return version;
}

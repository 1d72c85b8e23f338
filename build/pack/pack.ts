// Packs the app: npm run pack [-- linux|win|mac] [-- dir]. Builds what goes in first. Takes Electron's program from the package's
// download, or from the folder that QDA_LAB_ELECTRON_DIST names.
import { build, Platform, type Configuration } from 'electron-builder';
import { buildStale } from '../app.ts';
import { buildTree } from '../native.ts';
import { root } from '../run.ts';
import { buildShell } from '../shell.ts';
import { config } from './config.ts';

const PLATFORMS = { linux: Platform.LINUX, win: Platform.WINDOWS, mac: Platform.MAC } as const;
type PlatformName = keyof typeof PLATFORMS;

const isPlatform = (word: string): word is PlatformName => Object.hasOwn(PLATFORMS, word);

/** What one call of electron-builder gets: its platform, everything or only the unpacked folder, and where Electron is taken from. */
export function request(
  platform: PlatformName,
  dir: boolean,
  electronDist: string | undefined,
  output?: string,
) {
  const own: Configuration = {
    ...config,
    ...(electronDist === undefined ? {} : { electronDist }),
    ...(output === undefined ? {} : { directories: { ...config.directories, output } }),
  };
  return {
    projectDir: root,
    publish: 'never' as const,
    targets: PLATFORMS[platform].createTarget(dir ? ['dir'] : null),
    config: own,
  };
}

/** Everything that goes into the package. */
export async function buildParts(): Promise<void> {
  for (const tree of ['host', 'aarch64'] as const) {
    const built = await buildTree(tree);
    if (!built.ok) throw new Error(built.output);
  }
  await buildStale();
  await buildShell();
}

async function main(words: readonly string[]): Promise<number> {
  const unknown = words.filter((word) => !isPlatform(word) && word !== 'dir');
  if (unknown.length > 0) {
    console.error(
      `pack: unknown word '${unknown.join("', '")}'; say linux, win or mac, and dir for the folder alone`,
    );
    return 3;
  }
  await buildParts();
  const platforms = words.filter(isPlatform);
  for (const platform of platforms.length > 0 ? platforms : (['linux'] as const))
    await build(request(platform, words.includes('dir'), process.env['QDA_LAB_ELECTRON_DIST']));
  return 0;
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));

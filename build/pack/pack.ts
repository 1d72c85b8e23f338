// Packs the app: npm run pack [-- linux|win|mac] [-- dir]. Builds what goes in first. Takes Electron's program from the package's
// download, or from the folder that QDA_LAB_ELECTRON_DIST names.
import { existsSync, readFileSync } from 'node:fs';
import { build, Platform, type Configuration } from 'electron-builder';
import { buildStale } from '../app.ts';
import { buildTree } from '../native.ts';
import { at, root } from '../run.ts';
import { buildShell } from '../shell.ts';
import { config, NATIVE_USB } from './config.ts';

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

/** The native part of npm `usb` that npm left out here, since it is another system's; null: it is there. */
export function missingNative(platform: PlatformName, arch: string = process.arch): string | null {
  const name = NATIVE_USB[platform].replace('${arch}', arch);
  return existsSync(at('node_modules', name, 'package.json')) ? null : name;
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
  const named = words.filter(isPlatform);
  const platforms = named.length > 0 ? named : (['linux'] as const);
  for (const missing of platforms.flatMap((platform) => missingNative(platform) ?? [])) {
    console.error(
      `pack: ${missing} is not installed, without which the packed app finds no board on the USB.`,
    );
    const { version } = JSON.parse(readFileSync(at('node_modules/usb/package.json'), 'utf8')) as {
      version: string;
    };
    console.error(`Run: npm install --no-save --force ${missing}@${version}`);
    return 2;
  }
  await buildParts();
  for (const platform of platforms)
    await build(request(platform, words.includes('dir'), process.env['QDA_LAB_ELECTRON_DIST']));
  return 0;
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));

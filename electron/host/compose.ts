import { appBuildId } from '../link/deploy/app-build.ts';
import { packageVersion } from '../link/deploy/version.ts';
import type { Provider } from '../link/interfaces/link.ts';
import { addressesPath, NO_ADDRESSES, readAddresses, type Addresses } from '../store/addresses.ts';
import { dataFolder, storePath } from '../store/paths.ts';
import { Links } from './links.ts';

/** The parts that every operation works with. */
export interface Lab {
  readonly providers: readonly Provider[];
  /** Where `providers` come from; left out: they are fixed. */
  readonly links?: Links;
  readonly storePath: string;
  /** Folder of everything that is kept for this user. */
  readonly home: string;
  readonly version: string;
  /** What the host side of the tool is, as runs record it. */
  readonly buildId: string;
}

/** `named`: where else to look for boards, beside the addresses that are kept and those in the environment. */
export function compose(named: Addresses = NO_ADDRESSES): Lab {
  const home = dataFolder();
  const kept = readAddresses(addressesPath(home));
  const links = new Links(withEnvironment(named), kept);
  return {
    providers: links.providers,
    links,
    storePath: storePath(),
    home,
    version: packageVersion(),
    buildId: appBuildId(),
  };
}

/** QDA_LAB_ADB_SERVER and QDA_LAB_TCP: addresses with commas between them. */
const withEnvironment = ({ adbServers, tcp }: Addresses): Addresses => ({
  adbServers: [...adbServers, ...wordsIn(process.env['QDA_LAB_ADB_SERVER'])],
  tcp: [...tcp, ...wordsIn(process.env['QDA_LAB_TCP'])],
});

const wordsIn = (text = ''): readonly string[] => text.split(/[\s,]+/).filter((word) => word !== '');

/** Ends what the ways to boards keep open. A later look opens it again. */
export async function closeProviders({ providers }: Pick<Lab, 'providers'>): Promise<void> {
  await Promise.all(providers.map((provider) => provider.close?.() ?? Promise.resolve()));
}

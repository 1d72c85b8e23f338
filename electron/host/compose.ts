import { appBuildId } from '../link/deploy/app-build.ts';
import { packageVersion } from '../link/deploy/version.ts';
import type { Provider } from '../link/interfaces/link.ts';
import { virtualProvider } from '../link/virtual/provider.ts';
import { dataFolder, storePath } from '../store/paths.ts';
import { wantedTransports } from './transports.ts';

/** The parts that every operation works with. */
export interface Lab {
  readonly providers: readonly Provider[];
  readonly storePath: string;
  /** Folder of everything that is kept for this user. */
  readonly home: string;
  readonly version: string;
  /** What the host side of the tool is, as runs record it. */
  readonly buildId: string;
}

export function compose(): Lab {
  const wanted = wantedTransports();
  return {
    providers: [
      ...(wanted.has('virtual') ? [virtualProvider()] : []),
      ...(wanted.complaint === null ? [] : [wanted.complaint]),
    ],
    storePath: storePath(),
    home: dataFolder(),
    version: packageVersion(),
    buildId: appBuildId(),
  };
}

/** Ends what the ways to boards keep open. A later look opens it again. */
export async function closeProviders({ providers }: Pick<Lab, 'providers'>): Promise<void> {
  await Promise.all(providers.map((provider) => provider.close?.() ?? Promise.resolve()));
}

import type { Configuration, FileSet } from 'electron-builder';

/** Native programs of the virtual board and its agent, as they lie under .build/host and in the installed app alike. */
const HOST_PROGRAMS = [
  'native/agent/qda-agent',
  'native/vqda/vqda',
  'native/vqda/vqda-workload',
  'native/vqda/vqda-sandbox.so',
] as const;

const resource = (from: string, to: string): { from: string; to: string } => ({ from, to });

/** What comes with the app on every system: the board's agent, the shipped recording, the licence. */
const everywhere = [
  resource('.build/aarch64/native/agent/qda-agent', 'agents/aarch64/qda-agent'),
  resource('resources/recordings', 'recordings'),
  resource('LICENSE', 'LICENSE.txt'),
];

const UDEV = '51-qda-lab.rules';

/** A folder of node_modules as it is, with what is loaded of it. */
const modules = (name: string, filter: readonly string[]): FileSet => ({
  from: `node_modules/${name}`,
  to: `node_modules/${name}`,
  filter: [...filter],
});

/** npm `usb`: its JavaScript, and of its native parts the one for the system that is packed for. */
const usb = modules('usb', ['package.json', 'index.js', 'dist/index.js', 'LICENSE.md']);

/** Packages of the native parts, ${arch} as electron-builder fills it in. */
export const NATIVE_USB = {
  linux: '@node-usb/usb-linux-${arch}-gnu',
  win: '@node-usb/usb-win32-${arch}-msvc',
  mac: '@node-usb/usb-darwin-${arch}',
} as const;

const nativeUsb = (system: keyof typeof NATIVE_USB): FileSet =>
  modules(NATIVE_USB[system], ['package.json', '*.node']);

/**
 * How the app is packed. Everything that runs is in the bundles of out/ (build/shell.ts, build/renderer.ts), so no
 * node_modules go along but npm `usb`, which has a native part.
 */
export const config: Configuration = {
  appId: 'lab.qda.app',
  productName: 'QDA Lab',
  executableName: 'qda-lab-app',
  artifactName: 'qda-lab-${version}-${os}-${arch}.${ext}',
  directories: { output: 'out/dist', buildResources: 'build/pack' },
  files: [
    'out/main/**',
    'out/preload/**',
    'out/renderer/**',
    'package.json',
    '!**/*.map',
    '!node_modules',
    usb,
  ],
  asar: true,
  // The system loads it, from a file.
  asarUnpack: ['node_modules/@node-usb/**/*.node'],
  npmRebuild: false,
  extraResources: everywhere,
  electronFuses: {
    runAsNode: false,
    enableCookieEncryption: true,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    // The page is loaded from its file.
    grantFileProtocolExtraPrivileges: true,
  },
  linux: {
    target: ['AppImage', 'deb'],
    category: 'Development',
    synopsis: 'Profile boards with a Qualcomm Hexagon DSP',
    maintainer: 'QDA Lab',
    icon: 'build/pack/icons',
    files: [nativeUsb('linux')],
    extraResources: [
      ...HOST_PROGRAMS.map((path) => resource(`.build/host/${path}`, path)),
      resource(`resources/udev/${UDEV}`, `udev/${UDEV}`),
    ],
  },
  deb: {
    // The virtual board's DSP needs qemu-hexagon; without it those benchmarks are skipped.
    recommends: ['qemu-user', 'adb'],
    fpm: [`resources/udev/${UDEV}=/usr/lib/udev/rules.d/${UDEV}`],
  },
  win: { target: ['nsis'], icon: 'build/pack/icons/icon.ico', files: [nativeUsb('win')] },
  nsis: { oneClick: false, perMachine: false, allowToChangeInstallationDirectory: true },
  mac: {
    target: ['dmg'],
    icon: 'build/pack/icons/icon.icns',
    files: [nativeUsb('mac')],
    category: 'public.app-category.developer-tools',
    hardenedRuntime: true,
  },
  publish: updateChannel(process.env['QDA_LAB_UPDATES']),
};

/**
 * Where an installed app looks for updates: the address given when it was packed, else nowhere. Looking is off until the user's
 * settings switch it on (electron/main/updates.ts).
 */
function updateChannel(url: string | undefined): NonNullable<Configuration['publish']> | null {
  return url === undefined || url === '' ? null : { provider: 'generic', url, channel: 'latest' };
}

import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LinkError } from '../../../electron/link/adb/packet.ts';
import { createOnce } from '../../../electron/link/keys/files.ts';
import { adbKeyPath, configFolder, ownKeyPath } from '../../../electron/link/keys/paths.ts';
import { keyCheck } from '../../../electron/link/checks/keys.ts';
import { KeyStore } from '../../../electron/link/keys/store.ts';
import type { Problem } from '../../../electron/model/outcome.ts';
import { readPublicKey } from '../../link/auth-front.ts';

let home = '';
let notices: Problem[] = [];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'qda-lab-keys-'));
  notices = [];
});
afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

const where = () => ({ platform: 'linux' as const, env: {}, home });
const store = () => new KeyStore({ ...where(), name: 'me@here', onNotice: (notice) => notices.push(notice) });

const pem = (bits = 2048): string =>
  generateKeyPairSync('rsa', { modulusLength: bits })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();

const put = (path: string, text: string, mode = 0o600): void => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, mode);
};

const problemOfThrown = (work: () => unknown): Problem => {
  try {
    work();
  } catch (error) {
    if (error instanceof LinkError) return error.problem;
    throw error;
  }
  throw new Error('nothing was thrown');
};

test('a key that cannot be closed to others leaves nothing', async () => {
  const folder = join(home, 'config');
  const protect = (): never => {
    throw new Error('icacls failed');
  };
  await expect(createOnce(join(folder, 'adbkey'), 'secret', protect)).rejects.toThrow('icacls failed');
  expect(readdirSync(folder)).toEqual([]);
});

describe('a file system without hard links', () => {
  const noLinks = (): never => {
    throw Object.assign(new Error('EPERM: operation not permitted, link'), { code: 'EPERM' });
  };
  const create = (text: string) => createOnce(join(home, 'adbkey'), text, () => undefined, noLinks);
  const key = () => readFileSync(join(home, 'adbkey'), 'utf8');

  test('holds a key as any other', async () => {
    expect(await create('mine')).toBe(true);
    expect(key()).toBe('mine');
    expect(statSync(join(home, 'adbkey')).mode & 0o777).toBe(0o600);
    expect(await create('later')).toBe(false);
    expect(key()).toBe('mine');
    expect(readdirSync(home)).toEqual(['adbkey']);
  });

  test('holds the key of one of many that make one at the same time', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `key ${String(index)}`);
    const made = await Promise.all(names.map(create));
    const [winner] = names.filter((_, index) => made[index]);
    expect(made.filter(Boolean)).toHaveLength(1);
    expect(key()).toBe(winner);
    expect(readdirSync(home)).toEqual(['adbkey']);
  });

  test('lets whoever is at it finish', async () => {
    writeFileSync(join(home, 'adbkey.claim'), '');
    const waiting = create('mine');
    writeFileSync(join(home, 'adbkey'), 'theirs');
    rmSync(join(home, 'adbkey.claim'));
    expect(await waiting).toBe(false);
    expect(key()).toBe('theirs');
  });

  test('does not wait for ever for one that died at it', async () => {
    writeFileSync(join(home, 'adbkey.claim'), '');
    expect(await create('mine')).toBe(true);
    expect(readdirSync(home)).toEqual(['adbkey']);
  });

  test('that cannot be written says so, and nothing stays', async () => {
    mkdirSync(join(home, 'adbkey.claim'));
    await expect(create('mine')).rejects.toThrow();
    expect(readdirSync(home)).toEqual(['adbkey.claim']);
  });
});

describe('keys of a user', () => {
  test('there is none until one is asked for; it is made for this user alone and stays', async () => {
    const keys = store();
    expect([...keys.iterateKeys()]).toEqual([]);
    const made = await keys.generateKey();
    const path = ownKeyPath(where());
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
    expect(readdirSync(dirname(path)).sort()).toEqual(['adbkey', 'adbkey.pub']);
    expect(made.name).toBe('me@here');
    expect(createPublicKey(readFileSync(path)).asymmetricKeyDetails).toMatchObject({
      modulusLength: 2048,
      publicExponent: 65537n,
    });
    expect([...store().iterateKeys()]).toEqual([made]);
    expect(await store().generateKey()).toEqual(made);
    expect(notices).toEqual([]);
  });

  test('its public half lies beside it, as a board without a screen takes it', async () => {
    await store().generateKey();
    const path = ownKeyPath(where());
    const { pem: half, name } = readPublicKey(readFileSync(`${path}.pub`));
    const whole = createPublicKey(readFileSync(path)).export({ type: 'spki', format: 'pem' });
    expect([half, name]).toEqual([whole, 'me@here\n']);
  });

  test('is used also where its public half cannot be written', async () => {
    mkdirSync(`${ownKeyPath(where())}.pub`, { recursive: true });
    expect(await store().generateKey()).toMatchObject({ name: 'me@here' });
    expect(notices.map(({ code }) => code)).toEqual(['key-not-told']);
  });

  test('two that make one at the same time end with the same', async () => {
    const [a, b] = await Promise.all([store().generateKey(), store().generateKey()]);
    expect(a).toEqual(b);
  });

  test("adb's own key comes first, then ours", async () => {
    const ours = await store().generateKey();
    put(adbKeyPath(where()), pem());
    const [first, second] = [...store().iterateKeys()];
    expect(first?.buffer).not.toEqual(ours.buffer);
    expect(second).toEqual(ours);
  });

  test("a key of adb's that others may read is said, and left as it is", () => {
    put(adbKeyPath(where()), pem(), 0o644);
    const keys = store();
    expect([...keys.iterateKeys()]).toHaveLength(1);
    expect([...keys.iterateKeys()]).toHaveLength(1);
    expect(notices.map(({ code }) => code)).toEqual(['key-open']);
    expect(statSync(adbKeyPath(where())).mode & 0o777).toBe(0o644);
  });

  test('a key of ours that others may read is closed to them, and that is said', async () => {
    await store().generateKey();
    chmodSync(ownKeyPath(where()), 0o640);
    expect([...store().iterateKeys()]).toHaveLength(1);
    expect(statSync(ownKeyPath(where())).mode & 0o777).toBe(0o600);
    expect(notices.map(({ code }) => code)).toEqual(['key-was-open']);
    expect(notices[0]?.message).toContain('mode 640');
  });

  test.each([
    ['garbage', () => 'nothing of the kind', 'no private key'],
    ['the wrong size', () => pem(1024), 'it has 1024 bits'],
    [
      'another kind',
      () => generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      'not RSA',
    ],
    [
      'encrypted',
      () =>
        generateKeyPairSync('rsa', { modulusLength: 2048 })
          .privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
          .toString(),
      'it is encrypted',
    ],
  ])('%s: passed over where it is adb’s, refused where it is ours', (_, text, why) => {
    put(adbKeyPath(where()), text());
    expect([...store().iterateKeys()]).toEqual([]);
    expect(notices[0]).toMatchObject({ code: 'key-unusable' });
    expect(notices[0]?.message).toContain(why);
    put(ownKeyPath(where()), text());
    expect(problemOfThrown(() => [...store().iterateKeys()])).toMatchObject({ code: 'key-broken' });
  });

  test('a file that cannot be read, and a folder that cannot be made', async () => {
    mkdirSync(adbKeyPath(where()), { recursive: true });
    expect([...store().iterateKeys()]).toEqual([]);
    expect(notices[0]?.code).toBe('key-unusable');
    put(join(home, '.config'), 'a file where the folder would be');
    await expect(store().generateKey()).rejects.toMatchObject({ problem: { code: 'key-not-made' } });
  });
});

test('the check of keys: none yet, one, one that was open, one that is broken', async () => {
  const check = () => keyCheck((onNotice) => new KeyStore({ ...where(), name: 'me@here', onNotice }));
  expect(check()).toMatchObject({ name: 'key', state: 'ok' });
  expect(check().read).toContain('none yet');
  await store().generateKey();
  expect(check().read).toMatch(/^([0-9a-f]{2}:){15}[0-9a-f]{2}$/);
  chmodSync(ownKeyPath(where()), 0o644);
  expect(check()).toMatchObject({ state: 'warn' });
  expect(check()).toMatchObject({ state: 'ok' });
  put(ownKeyPath(where()), 'spoilt');
  expect(check()).toMatchObject({ state: 'fail' });
  expect(check().remedy).toContain('a fresh key is made');
});

test('where settings are kept on each system', () => {
  const of = (platform: NodeJS.Platform, env: Record<string, string>, folder: string): string =>
    configFolder({ platform, env, home: folder });
  expect(of('linux', {}, '/home/me')).toBe('/home/me/.config/qda-lab');
  expect(of('linux', { XDG_CONFIG_HOME: '/cfg' }, '/home/me')).toBe('/cfg/qda-lab');
  expect(of('linux', { XDG_CONFIG_HOME: 'cfg' }, '/home/me')).toBe('/home/me/.config/qda-lab');
  expect(of('darwin', {}, '/Users/me')).toBe('/Users/me/Library/Application Support/qda-lab');
  expect(of('win32', { APPDATA: 'C:\\Users\\me\\AppData\\Roaming' }, 'C:\\Users\\me')).toBe(
    'C:\\Users\\me\\AppData\\Roaming\\qda-lab',
  );
  expect(adbKeyPath({ platform: 'win32', env: {}, home: 'C:\\Users\\me' })).toBe(
    'C:\\Users\\me\\.android\\adbkey',
  );
});

import { adbGeneratePublicKey } from '@yume-chan/adb';
import { createHash } from 'node:crypto';
import type { KeyStore } from './store.ts';

/** What the screen of a board shows of each key when it asks: MD5 of the public key as adb has it, as pairs of hex digits with ':'. */
export function fingerprints(keys: Pick<KeyStore, 'iterateKeys'>): readonly string[] {
  const found: string[] = [];
  try {
    for (const { buffer } of keys.iterateKeys()) found.push(fingerprintOf(buffer));
  } catch (error) {
    found.push(`cannot be used: ${error instanceof Error ? error.message : String(error)}`);
  }
  return found;
}

/** `der`: a private key, PKCS #8. Source of the form: AdbDebuggingManager of Android's frameworks/base (getFingerprints). */
export function fingerprintOf(der: Uint8Array): string {
  const digest = createHash('md5').update(adbGeneratePublicKey(der)).digest('hex');
  return (digest.match(/../g) ?? []).join(':');
}

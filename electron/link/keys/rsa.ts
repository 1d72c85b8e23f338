import { createPrivateKey, generateKeyPair } from 'node:crypto';

/** adbd takes keys of this size only (ANDROID_PUBKEY_MODULUS_SIZE of libcrypto_utils: 2048 bits). */
export const KEY_BITS = 2048;

/** A private key as PKCS#8 DER, or why the text is none that an adb daemon would take. */
export function parseKey(pem: string): { readonly der: Uint8Array } | { readonly why: string } {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType !== 'rsa')
      return { why: `it is a key of the kind ${key.asymmetricKeyType ?? 'unknown'}, not RSA` };
    const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
    if (bits !== KEY_BITS) return { why: `it has ${bits} bits, and adb takes ${KEY_BITS}` };
    return { der: key.export({ type: 'pkcs8', format: 'der' }) };
  } catch (error) {
    const encrypted = pem.includes('ENCRYPTED');
    return {
      why: encrypted
        ? 'it is encrypted'
        : `it is no private key in PEM (${error instanceof Error ? error.message : String(error)})`,
    };
  }
}

/** A fresh key in PKCS#8 PEM, as adb writes its own. */
export const makeKey = (): Promise<string> =>
  new Promise((resolve, reject) => {
    generateKeyPair('rsa', { modulusLength: KEY_BITS, publicExponent: 0x10001 }, (error, _, key) => {
      if (error) reject(error);
      else resolve(key.export({ type: 'pkcs8', format: 'pem' }).toString());
    });
  });

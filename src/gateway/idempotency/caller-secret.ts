/**
 * What only the caller can derive: from its API key, of which the database has a hash, and its `Idempotency-Key`, which
 * the database has not at all. It seals the answer, and makes a fingerprint of the request that nobody can guess at.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

const cipher = 'aes-256-gcm';
const keyBytes = 32;
const ivBytes = 12;
const tagBytes = 16;

export class CallerSecret {
  readonly #sealing: Buffer;
  readonly #fingerprints: Buffer;

  constructor(apiKey: string, idempotencyKey: string) {
    const derived = Buffer.from(hkdfSync('sha256', apiKey, idempotencyKey, 'tollgate idempotency 1', 2 * keyBytes));
    this.#sealing = derived.subarray(0, keyBytes);
    this.#fingerprints = derived.subarray(keyBytes);
  }

  /** Hex. No two lists of parts make the same text. */
  fingerprint(parts: readonly (string | Buffer)[]): string {
    const hmac = createHmac('sha256', this.#fingerprints);
    for (const part of parts) hmac.update(`${Buffer.byteLength(part)}:`).update(part);
    return hmac.digest('hex');
  }

  /** `place`: what the bytes belong to; they can be opened nowhere else. */
  seal(bytes: Buffer, place: string): Buffer {
    // Derived keys may seal more than once (a claim that was released), so every seal has an IV of its own.
    const iv = randomBytes(ivBytes);
    const sealing = createCipheriv(cipher, this.#sealing, iv, { authTagLength: tagBytes }).setAAD(Buffer.from(place));
    const sealed = sealing.update(bytes);
    return Buffer.concat([iv, sealed, sealing.final(), sealing.getAuthTag()]);
  }

  /** Undefined: sealed by another, for another place, or changed since. */
  open(sealed: Buffer, place: string): Buffer | undefined {
    if (sealed.length < ivBytes + tagBytes) return undefined;
    const iv = sealed.subarray(0, ivBytes);
    const opening = createDecipheriv(cipher, this.#sealing, iv, { authTagLength: tagBytes })
      .setAAD(Buffer.from(place))
      .setAuthTag(sealed.subarray(-tagBytes));
    const bytes = opening.update(sealed.subarray(ivBytes, -tagBytes));
    try {
      opening.final();
      return bytes;
    } catch {
      return undefined;
    }
  }
}

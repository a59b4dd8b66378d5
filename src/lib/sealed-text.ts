/** Secrets at rest: AES-256-GCM under a master key, each bound to its place, so that no row can take another's. */
import { createCipheriv, createDecipheriv, hash, hkdfSync, randomBytes } from 'node:crypto';

const version = 'v1';
const nonceBytes = 12;
const tagBytes = 16;

export class SealedTextError extends Error {
  override readonly name = 'SealedTextError';
}

export class TextSeal {
  readonly #key: Buffer;
  /** Tells this master key from others, and says nothing of it. */
  readonly #keyName: string;

  /** `master`: any text with the entropy of a key. `purpose`: what is sealed; another purpose has another key. */
  constructor(master: string, purpose: string) {
    this.#key = Buffer.from(hkdfSync('sha256', master, 'tollgate', purpose, 32));
    this.#keyName = hash('sha256', this.#key, 'base64url').slice(0, 8);
  }

  /** `place`: where it belongs; it opens there alone. */
  seal(text: string, place: string): string {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(Buffer.from(place));
    const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return [version, this.#keyName, sealed.toString('base64url')].join('.');
  }

  /** Throws SealedTextError: another master key, another place, or changed. */
  open(sealed: string, place: string): string {
    const [form, keyName, text = ''] = sealed.split('.');
    if (form !== version) throw new SealedTextError('it is not in a form that this version knows');
    if (keyName !== this.#keyName) throw new SealedTextError('it was sealed under another master key');
    const bytes = Buffer.from(text, 'base64url');
    if (bytes.length < nonceBytes + tagBytes) throw new SealedTextError('it is cut short');
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, nonceBytes), {
        authTagLength: tagBytes,
      });
      decipher.setAAD(Buffer.from(place)).setAuthTag(bytes.subarray(-tagBytes));
      const opened = [decipher.update(bytes.subarray(nonceBytes, -tagBytes)), decipher.final()];
      return Buffer.concat(opened).toString('utf8');
    } catch {
      throw new SealedTextError('it was changed, or moved from another place');
    }
  }
}

/**
 * Secrets at rest: each is sealed (AES-256-GCM) under a data key of its own, which lies beside it, wrapped under a master
 * key. A new master key means wrapping the data keys anew. Both seals are bound to the secret's place, so that no row can
 * take another's, and nobody can change one unseen.
 */
import { createCipheriv, createDecipheriv, hash, hkdfSync, randomBytes } from 'node:crypto';

const form = 'v2';
const formerForm = 'v1';
const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

/** Where a secret belongs: it opens there alone. */
export interface SecretPlace {
  /** `organization-credential`. */
  readonly kind: string;
  /** Null: the installation's own. */
  readonly organizationId: string | null;
  /** Of the record. */
  readonly id: string;
  /** What else must not change without it: whom the secret is sent to. */
  readonly more?: readonly string[];
  /** What it was bound to in the form before. */
  readonly formerly?: string;
}

export class SecretRefused extends Error {
  override readonly name = 'SecretRefused';
  /** The master key it was sealed under is none of ours: with that key it may open. */
  readonly isUnknownKey: boolean;

  constructor(message: string, isUnknownKey = false) {
    super(message);
    this.isUnknownKey = isUnknownKey;
  }
}

/** Master keys: any texts with the entropy of a key, the one that seals first. */
export type MasterKeys = readonly [string, ...string[]];

interface WrappingKey {
  /** Tells it from others, and says nothing of it. */
  readonly name: string;
  readonly key: Buffer;
}

interface Ring {
  readonly current: WrappingKey;
  readonly byName: ReadonlyMap<string, WrappingKey>;
  /** Of the form before. */
  readonly former: ReadonlyMap<string, WrappingKey>;
}

export class SecretBox {
  readonly #reread: (() => MasterKeys) | undefined;
  #ring: Ring;

  /** `reread`: for keys that another process may have added to; it is asked when one is not known. */
  constructor(masters: MasterKeys, reread?: () => MasterKeys) {
    this.#ring = ringOf(masters);
    this.#reread = reread;
  }

  /** Of the master key that seals now; it says nothing of the key. */
  get keyName(): string {
    return this.#ring.current.name;
  }

  /** How a text begins that is sealed under the master key of now. */
  get currentPrefix(): string {
    return `${form}.${this.keyName}.`;
  }

  /** Whether secrets open here that were sealed under the master key of this name. */
  knows(name: string): boolean {
    return this.#ring.byName.has(name) || this.#ring.former.has(name);
  }

  /** Takes up master keys that were added meanwhile. */
  reload(): void {
    if (this.#reread !== undefined) this.#ring = ringOf(this.#reread());
  }

  seal(secret: string, place: SecretPlace): string {
    const dataKey = randomBytes(keyBytes);
    return this.#wrapped(dataKey, encrypt(dataKey, Buffer.from(secret), bodyAad(place)), place);
  }

  /** Throws SecretRefused: an unknown master key, another place, or changed. */
  open(sealed: string, place: SecretPlace): string {
    const { dataKey, body } = this.#unwrap(sealed, place);
    const aad = sealed.startsWith(`${formerForm}.`) ? Buffer.from(place.formerly ?? '') : bodyAad(place);
    return decrypt(dataKey, body, aad).toString('utf8');
  }

  /** The same secret under the master key of now. Throws SecretRefused, so that nothing broken looks like new. */
  rewrap(sealed: string, place: SecretPlace): string {
    const secret = this.open(sealed, place);
    if (!sealed.startsWith(`${form}.`)) return this.seal(secret, place);
    const { dataKey, body } = this.#unwrap(sealed, place);
    return this.#wrapped(dataKey, body, place);
  }

  #wrapped(dataKey: Buffer, body: Buffer, place: SecretPlace): string {
    const { name, key } = this.#ring.current;
    const wrapped = encrypt(key, dataKey, wrapAad(place));
    return [form, name, wrapped.toString('base64url'), body.toString('base64url')].join('.');
  }

  #unwrap(sealed: string, place: SecretPlace): { dataKey: Buffer; body: Buffer } {
    const [said, keyName = '', ...texts] = sealed.split('.');
    const parts = texts.map((text) => Buffer.from(text, 'base64url'));
    const [first, second] = parts;
    if (said === formerForm && first !== undefined && second === undefined)
      return { dataKey: this.#keyNamed('former', keyName), body: first };
    if (said !== form || first === undefined || second === undefined || parts.length > 2)
      throw new SecretRefused('it is not in a form that this version knows');
    return { dataKey: decrypt(this.#keyNamed('byName', keyName), first, wrapAad(place)), body: second };
  }

  #keyNamed(which: 'byName' | 'former', name: string): Buffer {
    if (!this.#ring[which].has(name)) this.reload();
    const known = this.#ring[which].get(name);
    if (known === undefined) throw new SecretRefused('it was sealed under a master key that is not known here', true);
    return known.key;
  }
}

function ringOf(masters: MasterKeys): Ring {
  const current = wrappingKey(masters[0], 'wrapping');
  const all = masters.map((master) => wrappingKey(master, 'wrapping'));
  const former = masters.map((master) => wrappingKey(master, 'credentials'));
  return { current, byName: byName(all), former: byName(former) };
}

function byName(keys: readonly WrappingKey[]): ReadonlyMap<string, WrappingKey> {
  return new Map(keys.map((each) => [each.name, each]));
}

/** Each purpose has a key of its own. */
function wrappingKey(master: string, purpose: 'wrapping' | 'credentials'): WrappingKey {
  const key = Buffer.from(hkdfSync('sha256', master, 'tollgate', purpose, keyBytes));
  return { key, name: hash('sha256', key, 'base64url').slice(0, 8) };
}

/** No two places make the same bytes. */
function bodyAad({ kind, organizationId, id, more = [] }: SecretPlace): Buffer {
  return Buffer.from(JSON.stringify([kind, organizationId, id, ...more]));
}

function wrapAad(place: SecretPlace): Buffer {
  return Buffer.concat([Buffer.from('data key '), bodyAad(place)]);
}

function encrypt(key: Buffer, bytes: Buffer, aad: Buffer): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes }).setAAD(aad);
  return Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: Buffer, sealed: Buffer, aad: Buffer): Buffer {
  if (sealed.length < nonceBytes + tagBytes) throw new SecretRefused('it is cut short');
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes });
    decipher.setAAD(aad).setAuthTag(sealed.subarray(-tagBytes));
    return Buffer.concat([decipher.update(sealed.subarray(nonceBytes, -tagBytes)), decipher.final()]);
  } catch {
    throw new SecretRefused('it was changed, or moved from another place');
  }
}

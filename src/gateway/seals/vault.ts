/**
 * What a caller's wire format has no slot for, kept for its next turn. In memory only, encrypted under a key that this
 * process made at its start: neither a heap dump's reader nor another process can open what is in it without that key.
 * An entry is found only under the organization that it was kept for, and only opens there.
 */
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import type { Clock } from '../../lib/clock.ts';
import { ExpiringMap } from '../../lib/expiring-map.ts';

export interface VaultLimits {
  readonly ttlMs: number;
  readonly bytesMax: number;
}

/**
 * What an entry is found by. `call`: the id of a tool call as the caller was shown it. `conversation`: a digest of all
 * that was said. `headless` and `unsealed`: the id of a call whose answer did not begin with sealed thinking, or has some
 * without a seal; there is nothing to keep of it.
 */
export type VaultKind = 'call' | 'conversation' | 'headless' | 'unsealed';

interface Entry {
  readonly sealed: Buffer;
  readonly organization: string;
  readonly kind: VaultKind;
}

/** With what the map itself takes: key, entry and buffer. */
const entryBytesBeside = 400;
/** So many small ones that their number matters more than their bytes. */
const entriesMax = 500_000;
const ivBytes = 12;
const tagBytes = 16;

export class SealVault {
  readonly #clock: Clock;
  readonly #entries: ExpiringMap<Entry>;
  readonly #cipherKey = randomBytes(32);
  readonly #nameKey = randomBytes(32);
  /** How many entries an organization has: most have none, and need not look. */
  readonly #counts = new Map<string, number>();

  constructor(limits: VaultLimits, clock: Clock) {
    this.#clock = clock;
    this.#entries = new ExpiringMap({ ...limits, entriesMax }, (entry) => this.#count(entry, -1));
  }

  get size(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    return this.#entries.bytes;
  }

  holdsAny(organization: string, kind: VaultKind): boolean {
    return this.#counts.has(countName(organization, kind));
  }

  keep(organization: string, kind: VaultKind, id: string, text: string): void {
    const name = this.#name(organization, kind, id);
    const iv = randomBytes(ivBytes);
    const cipher = createCipheriv('aes-256-gcm', this.#cipherKey, iv).setAAD(Buffer.from(name));
    const sealed = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    const entry: Entry = { sealed, organization, kind };
    this.#count(entry, 1);
    this.#entries.set(name, entry, sealed.length + entryBytesBeside, this.#clock.monotonicMs());
  }

  /** Undefined for what was never kept, or has been forgotten. */
  find(organization: string, kind: VaultKind, id: string): string | undefined {
    if (!this.holdsAny(organization, kind)) return undefined;
    const name = this.#name(organization, kind, id);
    const entry = this.#entries.get(name, this.#clock.monotonicMs());
    if (entry === undefined) return undefined;
    const { sealed } = entry;
    const decipher = createDecipheriv('aes-256-gcm', this.#cipherKey, sealed.subarray(0, ivBytes));
    decipher.setAAD(Buffer.from(name)).setAuthTag(sealed.subarray(-tagBytes));
    return decipher.update(sealed.subarray(ivBytes, -tagBytes), undefined, 'utf8') + decipher.final('utf8');
  }

  has(organization: string, kind: VaultKind, id: string): boolean {
    if (!this.holdsAny(organization, kind)) return false;
    return this.#entries.get(this.#name(organization, kind, id), this.#clock.monotonicMs()) !== undefined;
  }

  /** For an id that now means something else. */
  drop(organization: string, kind: VaultKind, id: string): void {
    if (this.holdsAny(organization, kind)) this.#entries.delete(this.#name(organization, kind, id));
  }

  /** Callers choose ids: under a key of our own nobody can guess or hit another's name. */
  #name(organization: string, kind: VaultKind, id: string): string {
    const parts = JSON.stringify([organization, kind, id]);
    return createHmac('sha256', this.#nameKey).update(parts).digest('base64');
  }

  #count({ organization, kind }: Entry, by: number): void {
    const name = countName(organization, kind);
    const count = (this.#counts.get(name) ?? 0) + by;
    if (count === 0) this.#counts.delete(name);
    else this.#counts.set(name, count);
  }
}

function countName(organization: string, kind: VaultKind): string {
  return `${kind} ${organization}`;
}

/**
 * Who minted the seals that pass by in relayed answers. Two providers of one dialect cannot be told apart by their
 * seals, and refuse each other's; the bytes of a relayed answer stay as they are, so it is remembered on the side.
 */
import { hash } from 'node:crypto';
import type { Clock } from '../../lib/clock.ts';
import { ExpiringMap } from '../../lib/expiring-map.ts';
import type { DialectId } from '../../llm/chat.ts';

interface Origin {
  /** Organization and dialect. */
  readonly scope: string;
  readonly minter: string;
}

const entriesMax = 200_000;
/** A hash of 24 characters, an origin, and what the map takes for them. */
const entryBytes = 200;

export class SealOrigins {
  readonly #clock: Clock;
  readonly #origins: ExpiringMap<Origin>;
  /** Seals by minter, within a scope: most organizations ask one provider only, and need not look at any seal. */
  readonly #counts = new Map<string, Map<string, number>>();

  constructor(limits: { readonly ttlMs: number }, clock: Clock) {
    this.#clock = clock;
    const bytesMax = entriesMax * entryBytes;
    this.#origins = new ExpiringMap({ ...limits, entriesMax, bytesMax }, (origin) => this.#count(origin, -1));
  }

  remember(organization: string, dialect: DialectId, value: string, minter: string): void {
    const origin = { scope: scopeOf(organization, dialect), minter };
    this.#count(origin, 1);
    this.#origins.set(nameOf(origin.scope, value), origin, entryBytes, this.#clock.monotonicMs());
  }

  /** Undefined for a seal that has not been seen here. */
  minterOf(organization: string, dialect: DialectId, value: string): string | undefined {
    return this.#origins.get(nameOf(scopeOf(organization, dialect), value), this.#clock.monotonicMs())?.minter;
  }

  /** Whether this organization has seals of this dialect that are not `minter`'s. */
  hasOthers(organization: string, dialect: DialectId, minter: string): boolean {
    const counts = this.#counts.get(scopeOf(organization, dialect));
    return counts !== undefined && (counts.size > 1 || !counts.has(minter));
  }

  #count({ scope, minter }: Origin, by: number): void {
    const counts = this.#counts.get(scope) ?? new Map<string, number>();
    const count = (counts.get(minter) ?? 0) + by;
    if (count > 0) counts.set(minter, count);
    else counts.delete(minter);
    if (counts.size > 0) this.#counts.set(scope, counts);
    else this.#counts.delete(scope);
  }
}

function scopeOf(organization: string, dialect: DialectId): string {
  return `${dialect} ${organization}`;
}

function nameOf(scope: string, value: string): string {
  return hash('sha256', `${scope}\0${value}`, 'base64').slice(0, 24);
}

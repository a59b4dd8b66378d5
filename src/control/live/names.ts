/** Names of keys and organizations, looked up off the path of requests: a few at once, each once in a while. */
import type { Clock } from '../../lib/clock.ts';
import type { Store } from '../../store/store.ts';

export interface Names {
  readonly keyName: string;
  readonly organizationName: string;
}

const knownMax = 5_000;
/** A new name is seen by then. */
const staleMs = 60_000;
const gatherMs = 20;
const askedAtOnceMax = 500;

export class LiveNames {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #onFound: (keyIds: ReadonlySet<string>) => void;
  readonly #known = new Map<string, Names & { readonly at: number }>();
  readonly #wanted = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  /** `onFound`: these have names now. */
  constructor(store: Store, clock: Clock, onFound: (keyIds: ReadonlySet<string>) => void) {
    this.#store = store;
    this.#clock = clock;
    this.#onFound = onFound;
  }

  /** Undefined: not known yet, and asked for. */
  of(keyId: string): Names | undefined {
    const known = this.#known.get(keyId);
    if (known === undefined || this.#clock.monotonicMs() - known.at > staleMs) this.#want(keyId);
    return known;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#wanted.clear();
  }

  #want(keyId: string): void {
    if (this.#wanted.size >= askedAtOnceMax) return;
    this.#wanted.add(keyId);
    this.#timer ??= setTimeout(() => void this.#ask(), gatherMs).unref();
  }

  async #ask(): Promise<void> {
    const ids = [...this.#wanted];
    this.#wanted.clear();
    this.#timer = undefined;
    try {
      const rows = await this.#store.db
        .selectFrom('keys')
        .innerJoin('organizations', 'organizations.id', 'keys.organization_id')
        .select(['keys.id', 'keys.name', 'organizations.name as organization'])
        .where('keys.id', 'in', ids)
        .execute();
      for (const { id, name, organization } of rows) this.#keep(id, { keyName: name, organizationName: organization });
      if (rows.length > 0) this.#onFound(new Set(rows.map(({ id }) => id)));
    } catch {
      // Without the database, rows show ids; the next request of the key asks again.
    }
  }

  #keep(keyId: string, names: Names): void {
    this.#known.delete(keyId);
    this.#known.set(keyId, { ...names, at: this.#clock.monotonicMs() });
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= knownMax) break;
      this.#known.delete(oldest);
    }
  }
}

import type { Kysely } from 'kysely';
import type { DriverPool } from '../driver-pool.ts';
import type { ChannelListener, Subscription } from '../listener.ts';
import type { Schema } from '../schema.ts';
import type { Store } from '../store.ts';

/** Everything but `db` is the whole store's. */
export class OrganizationStore implements Store {
  readonly db: Kysely<Schema>;
  readonly #whole: Store;

  constructor(whole: Store, db: Kysely<Schema>) {
    this.#whole = whole;
    this.db = db;
  }

  get mode(): Store['mode'] {
    return this.#whole.mode;
  }

  get schema(): string {
    return this.#whole.schema;
  }

  get place(): string {
    return this.#whole.place;
  }

  get up(): boolean {
    return this.#whole.up;
  }

  get rowGuard(): Store['rowGuard'] {
    return this.#whole.rowGuard;
  }

  ofOrganization(organizationId: string): Store {
    return this.#whole.ofOrganization(organizationId);
  }

  onChange(listener: (up: boolean) => void): () => void {
    return this.#whole.onChange(listener);
  }

  listen(channel: string, listener: ChannelListener): Subscription {
    return this.#whole.listen(channel, listener);
  }

  openDriverPool(size: number): DriverPool {
    return this.#whole.openDriverPool(size);
  }

  close(): Promise<void> {
    return this.#whole.close();
  }
}

/** The database: Postgres, embedded in the data directory or at DATABASE_URL. One driver, one SQL, one schema for both. */
import { Kysely, PostgresDialect } from 'kysely';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { within } from '../lib/within.ts';
import { type Address, parseAddresses } from './address.ts';
import { abandon, type ConnectionSettings, openClient } from './connection.ts';
import { type DriverPool, openDriverPool } from './driver-pool.ts';
import { type EmbeddedPostgres, openEmbeddedPostgres } from './embedded/embedded.ts';
import { connectionError, StoreError } from './error.ts';
import { Health } from './health.ts';
import { type ChannelListener, listenOn, type Subscription } from './listener.ts';
import { migrate } from './migrator.ts';
import { numbersPlugin } from './numbers.ts';
import { WritablePool } from './pool.ts';
import { RowDialect } from './row-security/row-dialect.ts';
import { type RowGuard, secureRows } from './row-security/secure-rows.ts';
import type { Schema } from './schema.ts';

export interface StoreOptions {
  /** The embedded database lives here; unused with a `url`. */
  readonly dataDir: string;
  /** DATABASE_URL; it may name several hosts, and the one that takes writes is used. Absent or empty: embedded. */
  readonly url?: string | undefined;
  /** Default `tollgate`. */
  readonly schema?: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Connections at most, without those that listen. Default 10. */
  readonly poolSize?: number;
  /** Shown in pg_stat_activity. Default `tollgate`. */
  readonly applicationName?: string;
  /** Default 2 s. */
  readonly connectTimeoutMs?: number;
  /** Default 10 s. */
  readonly statementTimeoutMs?: number;
}

export interface Store {
  /** Queries fail with StoreError while the database is away, within the connection timeout. */
  readonly db: Kysely<Schema>;
  /** How the database itself keeps organizations apart. */
  readonly rowGuard: RowGuard['by'];
  /** The same store, whose `db` sees and writes the rows of one organization, and those that are everybody's. */
  ofOrganization(organizationId: string): Store;
  readonly mode: 'embedded' | 'external';
  readonly schema: string;
  /** Where it is, without secrets: for messages and `doctor`. */
  readonly place: string;
  /** Whether the database was there when last asked; asked twice a second while it is away. */
  readonly up: boolean;
  /** Called when `up` changes. Returns how to stop that. */
  onChange(listener: (up: boolean) => void): () => void;
  /** NOTIFY on a plain channel name, on a connection of its own that comes back by itself. */
  listen(channel: string, listener: ChannelListener): Subscription;
  /** A plain pool of the driver's, of at most `size` connections, ended together with the store. */
  openDriverPool(size: number): DriverPool;
  /** Ends all connections, and the embedded server if this process started it. */
  close(): Promise<void>;
}

/**
 * Opens the database, starts the embedded one if need be, and migrates the schema.
 * Throws StoreError: unreachable, wrong password, no such database, directory not writable, schema newer than this
 * program, Postgres too old ...
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const settings = toSettings(options);
  const startedMs = options.clock.monotonicMs();
  const embedded = options.url ? undefined : await openEmbeddedPostgres(options);
  try {
    const addresses = embedded ? [embedded.address] : parseAddresses(options.url ?? '');
    const guard = await prepareSchema(addresses, settings, options.log);
    const tookMs = Math.round(options.clock.monotonicMs() - startedMs);
    options.log.info({ mode: embedded ? 'embedded' : 'external', tookMs }, 'the database is open');
    return new PostgresStore(addresses, settings, options, embedded, guard);
  } catch (error) {
    await embedded?.close();
    throw error;
  }
}

class PostgresStore implements Store {
  readonly db: Kysely<Schema>;
  readonly mode: 'embedded' | 'external';
  readonly schema: string;
  readonly place: string;
  readonly #addresses: readonly Address[];
  readonly #settings: ConnectionSettings;
  readonly #embedded: EmbeddedPostgres | undefined;
  readonly #health: Health;
  readonly #pool: WritablePool;
  readonly #guard: RowGuard;
  readonly #log: Log;
  readonly #subscriptions = new Set<Subscription>();
  readonly #driverPools = new Set<DriverPool>();
  #closed: Promise<void> | undefined;

  constructor(
    addresses: readonly Address[],
    settings: ConnectionSettings,
    options: StoreOptions,
    embedded: EmbeddedPostgres | undefined,
    guard: RowGuard,
  ) {
    this.#guard = guard;
    this.mode = embedded ? 'embedded' : 'external';
    this.schema = settings.schema;
    this.place = embedded ? embedded.place : addresses.map(({ place }) => place).join(', ');
    this.#addresses = addresses;
    this.#settings = settings;
    this.#embedded = embedded;
    this.#log = options.log;
    this.#health = new Health(() => this.#probe(), options.log);
    this.#pool = new WritablePool(addresses, settings, options.poolSize ?? 10, {
      onUp: () => this.#health.markUp(),
      onDown: (error) => {
        this.#health.markDown(error);
        embedded?.revive();
      },
      onBroken: () => this.#health.suspect(),
    });
    this.db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool: this.#pool }), plugins: [numbersPlugin] });
  }

  get up(): boolean {
    return this.#health.up;
  }

  get rowGuard(): RowGuard['by'] {
    return this.#guard.by;
  }

  ofOrganization(organizationId: string): Store {
    const dialect = new RowDialect({ pool: this.#pool }, this.#guard, organizationId);
    return new OrganizationStore(this, new Kysely<Schema>({ dialect, plugins: [numbersPlugin] }));
  }

  onChange(listener: (up: boolean) => void): () => void {
    return this.#health.onChange(listener);
  }

  listen(channel: string, listener: ChannelListener): Subscription {
    const open = () => openClient(this.#addresses, this.#settings);
    const subscription = listenOn(open, channel, listener, this.#log);
    this.#subscriptions.add(subscription);
    return subscription;
  }

  openDriverPool(size: number): DriverPool {
    const pool = openDriverPool(this.#addresses, this.#settings, size);
    this.#driverPools.add(pool);
    return pool;
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#health.close();
    for (const subscription of this.#subscriptions) subscription.close();
    const open = [...this.#driverPools].filter((pool) => !pool.ending);
    const pools = [this.#pool, ...open].map((pool) => pool.end());
    await within(Promise.all(pools), closeTimeoutMs);
    await this.#embedded?.close();
  }

  async #probe(): Promise<void> {
    const client = await this.#pool.connect();
    let broken = true;
    try {
      await client.query('SELECT 1', []);
      broken = false;
    } finally {
      client.release(broken);
    }
  }
}

/** A query that hangs must not keep the process from ending. */
const closeTimeoutMs = 5_000;

async function prepareSchema(addresses: readonly Address[], settings: ConnectionSettings, log: Log): Promise<RowGuard> {
  const client = await openClient(addresses, settings);
  try {
    await migrate(client, settings.schema, log);
    return await secureRows(client, settings.schema, log);
  } catch (error) {
    throw connectionError(error, addresses.map(({ place }) => place).join(', '));
  } finally {
    abandon(client);
  }
}

/** A quote cannot hide in such a name, so that it may stand in statements between double quotes. */
const schemaGrammar = /^[a-z_][a-z0-9_-]{0,62}$/;

function toSettings(options: StoreOptions): ConnectionSettings {
  const schema = options.schema ?? 'tollgate';
  if (!schemaGrammar.test(schema) || schema.startsWith('pg_')) {
    throw new StoreError(
      'address',
      `${JSON.stringify(schema.slice(0, 80))} cannot be the name of the database schema.`,
      'Use 1 to 63 lower-case letters, digits, - and _, not starting with a digit or pg_ (database.schema).',
    );
  }
  return {
    schema,
    applicationName: options.applicationName ?? 'tollgate',
    connectTimeoutMs: options.connectTimeoutMs ?? 2_000,
    statementTimeoutMs: options.statementTimeoutMs ?? 10_000,
  };
}

/** The same store in a transaction: whoever takes a store reads what it has written so far. */
export function storeWithin(store: Store, db: Store['db']): Store {
  return new OrganizationStore(store, db);
}

/** Everything but `db` is the whole store's. */
class OrganizationStore implements Store {
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

/**
 * The pool that Kysely draws from: one `pg` pool for each host, and always a connection that takes writes. It stays with
 * the host that worked last; when that one is gone or became a standby, it goes round to the next.
 */
import type { PostgresPool, PostgresPoolClient } from 'kysely';
import pg from 'pg';
import type { Address } from './address.ts';
import { type ConnectionSettings, clientConfig, prepareConnection, worse } from './connection.ts';
import { codeOf, connectionError, StoreError } from './error.ts';

export interface PoolEvents {
  readonly onUp: () => void;
  /** No host gave a connection. */
  readonly onDown: (error: StoreError) => void;
  /** A connection broke; perhaps the server did. */
  readonly onBroken: () => void;
}

/** SQLSTATE read_only_sql_transaction: the host was the primary, and is not any more. */
const readOnlyTransaction = '25006';

export class WritablePool implements PostgresPool {
  /** Kysely would use them for connections of its own, to cancel queries; those are bounded by time here. */
  readonly options = {};
  readonly #hosts: readonly Host[];
  readonly #events: PoolEvents;
  #current = 0;
  #ended: Promise<void> | undefined;

  constructor(addresses: readonly Address[], settings: ConnectionSettings, size: number, events: PoolEvents) {
    this.#hosts = addresses.map((address) => openHost(address, settings, size, events));
    this.#events = events;
  }

  /** Throws StoreError: at once when nobody listens, after the connection timeout when nobody answers. */
  async connect(): Promise<PostgresPoolClient> {
    if (this.#ended !== undefined) throw closed();
    let failure: StoreError | undefined;
    for (let tries = 0; tries < this.#hosts.length; tries++) {
      const host = this.#hosts[this.#current] as Host;
      try {
        const client = await host.pool.connect();
        this.#events.onUp();
        return this.#watch(client, host);
      } catch (error) {
        const reason = acquireError(error, host);
        if (reason.fault === 'busy') throw reason;
        failure = worse(failure, reason);
        this.#leave(host);
      }
    }
    const error = failure ?? closed();
    this.#events.onDown(error);
    throw error;
  }

  end(): Promise<void> {
    this.#ended ??= Promise.all(this.#hosts.map((host) => host.pool.end())).then(() => undefined);
    return this.#ended;
  }

  #leave(host: Host): void {
    // Whoever failed at the same host a moment ago has moved on already.
    if (this.#hosts[this.#current] === host) this.#current = (this.#current + 1) % this.#hosts.length;
  }

  /** The client, whose broken connections never go back to the pool. */
  #watch(client: pg.PoolClient, host: Host): PostgresPoolClient {
    let broken = false;
    const query = async (text: string, values: readonly unknown[]) => {
      try {
        return await client.query(text, [...values]);
      } catch (error) {
        if (codeOf(error) === readOnlyTransaction) {
          broken = true;
          this.#leave(host);
        }
        // The answer may still come, and would be taken for the next query's.
        if (error instanceof Error && error.message === 'Query read timeout') broken = true;
        throw error;
      }
    };
    return {
      // Without the overload for cursors, which nobody configures here.
      query: query as unknown as PostgresPoolClient['query'],
      release: (destroy) => client.release(broken || destroy === true),
    };
  }
}

interface Host {
  readonly address: Address;
  readonly pool: pg.Pool;
  readonly size: number;
}

function openHost(address: Address, settings: ConnectionSettings, size: number, events: PoolEvents): Host {
  const pool = new pg.Pool({
    ...clientConfig(address, settings),
    // The server ends a slow statement; this ends the wait for a server that vanished without a word.
    query_timeout: settings.statementTimeoutMs + 2_000,
    max: size,
    idleTimeoutMillis: 60_000,
    onConnect: (client) => prepareConnection(client, settings, address.place),
  });
  pool.on('error', () => events.onBroken());
  // The pool listens to idle connections only: one that breaks while in use would end the process.
  pool.on('connect', (client) => client.on('error', () => events.onBroken()));
  return { address, pool, size };
}

function acquireError(error: unknown, host: Host): StoreError {
  const { address, size } = host;
  if (error instanceof Error && error.message === 'timeout exceeded when trying to connect') {
    return new StoreError(
      'busy',
      `All ${size} connections to Postgres at ${address.place} are in use.`,
      'Raise the pool size, or look for slow statements there.',
    );
  }
  return connectionError(error, address.place);
}

const closed = (): StoreError => new StoreError('unreachable', 'The store was closed.', 'Open it again.');

/** How every connection is opened: the same settings for the pool, the listener and the migrations. */
import pg from 'pg';
import type { Address } from './address.ts';
import { connectionError, StoreError } from './error.ts';

export interface ConnectionSettings {
  /** First and only in the search path. */
  readonly schema: string;
  readonly applicationName: string;
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs: number;
}

/** Older ones get no security fixes any more, and nothing here is tried on them. */
export const postgresVersionMin = 14;

export function clientConfig(address: Address, settings: ConnectionSettings): pg.ClientConfig {
  return {
    ...address.config,
    application_name: settings.applicationName,
    connectionTimeoutMillis: settings.connectTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types: { getTypeParser },
  };
}

/** Opens one connection of its own at the first host that is there and writable. Throws StoreError. */
export async function openClient(addresses: readonly Address[], settings: ConnectionSettings): Promise<pg.Client> {
  let failure: StoreError | undefined;
  for (const address of addresses) {
    const client = new pg.Client(clientConfig(address, settings));
    // Without a listener a connection that breaks between two queries would end the process.
    client.on('error', () => {});
    try {
      await client.connect();
      await prepareConnection(client, settings, address.place);
      return client;
    } catch (error) {
      abandon(client);
      failure = worse(failure, connectionError(error, address.place));
    }
  }
  throw failure ?? new StoreError('address', 'DATABASE_URL names no host.', 'Name one.');
}

/**
 * One round trip: the session's settings, and whether this server takes writes and is new enough. Settings are sent as
 * a query and not at connection start, because poolers such as PgBouncer refuse unknown start parameters.
 */
export async function prepareConnection(
  client: pg.ClientBase,
  settings: ConnectionSettings,
  place: string,
): Promise<void> {
  const { rows } = await client.query<{ read_only: boolean; version: number }>({
    text: `SELECT set_config('search_path', $1, false), set_config('statement_timeout', $2, false),
      set_config('idle_in_transaction_session_timeout', '60s', false), set_config('TimeZone', 'UTC', false),
      pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on' AS read_only,
      current_setting('server_version_num')::int AS version`,
    values: [`"${settings.schema}"`, String(settings.statementTimeoutMs)],
    query_timeout: settings.connectTimeoutMs,
  } as pg.QueryConfig);
  const version = Math.floor((rows[0]?.version ?? 0) / 10_000);
  if (version < postgresVersionMin) throw tooOld(version, place);
  if (rows[0]?.read_only) throw readOnly(place);
}

/** Ends a connection without waiting for the other side, which may be gone. */
export function abandon(client: pg.Client): void {
  // The driver has it, its types do not.
  (client as pg.Client & { unref(): void }).unref();
  client.end().catch(() => {});
}

/** Of several hosts' failures the one that says most: a wrong password beats a standby that is merely read-only. */
export function worse(before: StoreError | undefined, now: StoreError): StoreError {
  if (before === undefined || before.fault === 'read-only') return now;
  return now.fault === 'unreachable' || now.fault === 'read-only' ? before : now;
}

const int8Oid = 20;
const textParser = pg.types.getTypeParser;

/** int8 becomes a bigint, never a float; numbers.ts then makes numbers of what is not money. */
function getTypeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
  if (oid === int8Oid && format !== 'binary') return BigInt;
  return textParser(oid, format as 'text');
}

const readOnly = (place: string): StoreError =>
  new StoreError(
    'read-only',
    `Postgres at ${place} takes no writes (a standby, or default_transaction_read_only).`,
    'Name the primary in DATABASE_URL; several hosts may be given, separated by commas.',
  );

const tooOld = (version: number, place: string): StoreError =>
  new StoreError(
    'postgres-old',
    `Postgres at ${place} is version ${version}, and Tollgate needs ${postgresVersionMin} or later.`,
    'Upgrade the server, or leave DATABASE_URL out to use the embedded one.',
  );

/** Postgres for one organization: every statement runs in a transaction that names it and has changed to the role. */
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  PostgresDialect,
  type PostgresDialectConfig,
  PostgresDriver,
  type QueryResult,
  type TransactionSettings,
} from 'kysely';
import { organizationSetting } from './policies.ts';
import type { RowGuard } from './secure-rows.ts';

/** The driver's own, which it does not export. */
type PostgresConnection = Parameters<PostgresDriver['releaseConnection']>[0];

export class RowDialect extends PostgresDialect {
  readonly #config: PostgresDialectConfig;
  readonly #scope: string;

  constructor(config: PostgresDialectConfig, guard: RowGuard, organizationId: string) {
    super(config);
    this.#config = config;
    this.#scope = scopeOf(guard, organizationId);
  }

  override createDriver(): Driver {
    return new RowDriver(this.#config, this.#scope);
  }
}

/** One round trip, and gone with the transaction. */
function scopeOf({ role }: RowGuard, organizationId: string): string {
  const named = `SELECT set_config('${organizationSetting}', '${organizationId.replaceAll("'", "''")}', true)`;
  return role === undefined ? named : `SET LOCAL ROLE "${role}"; ${named}`;
}

class RowDriver extends PostgresDriver {
  readonly #scope: string;

  constructor(config: PostgresDialectConfig, scope: string) {
    super(config);
    this.#scope = scope;
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    return new RowConnection(await super.acquireConnection(), this.#scope);
  }

  override async beginTransaction(connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    const { inner } = rowConnection(connection);
    await super.beginTransaction(inner, settings);
    rowConnection(connection).isInTransaction = true;
    await inner.executeQuery(CompiledQuery.raw(this.#scope));
  }

  override async commitTransaction(connection: DatabaseConnection): Promise<void> {
    rowConnection(connection).isInTransaction = false;
    await super.commitTransaction(rowConnection(connection).inner);
  }

  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    rowConnection(connection).isInTransaction = false;
    await super.rollbackTransaction(rowConnection(connection).inner as PostgresConnection);
  }

  override async releaseConnection(connection: DatabaseConnection): Promise<void> {
    const { inner } = rowConnection(connection);
    await super.releaseConnection(inner as PostgresConnection);
  }
}

class RowConnection implements DatabaseConnection {
  readonly inner: DatabaseConnection;
  readonly #scope: string;
  isInTransaction = false;

  constructor(inner: DatabaseConnection, scope: string) {
    this.inner = inner;
    this.#scope = scope;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (this.isInTransaction) return this.inner.executeQuery<R>(query);
    await this.inner.executeQuery(CompiledQuery.raw(`BEGIN; ${this.#scope}`));
    try {
      const result = await this.inner.executeQuery<R>(query);
      await this.inner.executeQuery(CompiledQuery.raw('COMMIT'));
      return result;
    } catch (error) {
      await this.inner.executeQuery(CompiledQuery.raw('ROLLBACK')).catch(() => {});
      throw error;
    }
  }

  /** Large answers are read page by page. */
  streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error("an organization's rows are not read by a cursor");
  }
}

function rowConnection(connection: DatabaseConnection): RowConnection {
  if (connection instanceof RowConnection) return connection;
  throw new Error('a connection of another driver was given back');
}

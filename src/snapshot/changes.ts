/** Reads from the database what an instance does not know yet. */
import type { Store } from '../store/store.ts';
import type { ChangedRows } from './keys.ts';
import { readModels } from './read-models.ts';
import type { StoredNameRows } from './stored-names.ts';
import { readProviders } from './stored-providers.ts';

export interface Changes extends ChangedRows, StoredNameRows {
  readonly version: number;
  /** These rows are everything: forget what was known before. */
  readonly whole: boolean;
}

/** Rows are read in pages, so that a hundred thousand keys neither block the event loop nor outlast a statement. */
const pageRows = 2_000;

/**
 * What changed after `knownVersion`; undefined: nothing. One repeatable-read transaction, so that the version names
 * exactly these rows.
 */
export async function readChanges(store: Store, knownVersion: number): Promise<Changes | undefined> {
  // The usual answer, without a transaction.
  if ((await readVersions(store.db)).snapshot_version === knownVersion) return undefined;
  return store.db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (db) => {
      const settings = await readVersions(db);
      const version = settings.snapshot_version;
      // A version below ours: the database was replaced or restored.
      const whole = version < knownVersion || settings.reload_version > knownVersion;
      const since = whole ? -1 : knownVersion;
      const organizations = await readPages((after) =>
        db
          .selectFrom('organizations')
          .select(['id', 'name', 'disabled', 'limits', 'billing', 'spends', 'blocked_reason', 'plan', 'content'])
          .where('snapshot_version', '>', since)
          .where('id', '>', after)
          .orderBy('id')
          .limit(pageRows)
          .execute(),
      );
      const keys = await readPages((after) =>
        db
          .selectFrom('keys')
          .leftJoin('projects', 'projects.id', 'keys.project_id')
          .select([
            'keys.id',
            'hash',
            'keys.name',
            'kind',
            'keys.organization_id',
            'models',
            'keys.limits',
            'cache_ttl_ms',
            'content',
            'expires_at',
            'revoked_at',
            'paused_at',
            'keys.tags',
            'scopes',
            'previous_hash',
            'previous_expires_at',
            'project_id',
            'projects.name as project_name',
            'projects.limits as project_limits',
            'member_id',
          ])
          .where('snapshot_version', '>', since)
          .where('keys.id', '>', after)
          .orderBy('keys.id')
          .limit(pageRows)
          .execute(),
      );
      const budgets = await readBudgets(db, since);
      const sales = await readSales(db, since);
      const routes = await readRoutes(db, since);
      const credentials = await readCredentials(db, since);
      const models = await readModels(db, since, readPages);
      const providers = await readProviders(db, since, readPages);
      return { version, whole, organizations, keys, budgets, sales, routes, credentials, ...models, ...providers };
    });
}

function readBudgets(db: Store['db'], since: number) {
  return readPages((after) =>
    db
      .selectFrom('budgets')
      .select([
        'id',
        'organization_id',
        'owner_kind',
        'owner_id',
        'unit',
        'time_window',
        'limit_units',
        'action',
        'switch_to',
        'disabled',
      ])
      .where('snapshot_version', '>', since)
      .where('id', '>', after)
      .orderBy('id')
      .limit(pageRows)
      .execute(),
  );
}

function readSales(db: Store['db'], since: number) {
  return readPages((after) =>
    db
      .selectFrom('sale_prices')
      .select(['id', 'organization_id', 'model', 'markup_basis_points', 'price', 'ended_at'])
      .where('snapshot_version', '>', since)
      .where('id', '>', after)
      .orderBy('id')
      .limit(pageRows)
      .execute(),
  );
}

function readRoutes(db: Store['db'], since: number) {
  return readPages((after) =>
    db
      .selectFrom('routes')
      .select(['id', 'name', 'definition', 'ended_at'])
      .where('snapshot_version', '>', since)
      .where('id', '>', after)
      .orderBy('id')
      .limit(pageRows)
      .execute(),
  );
}

function readCredentials(db: Store['db'], since: number) {
  return readPages((after) =>
    db
      .selectFrom('organization_credentials')
      .select(['id', 'organization_id', 'provider', 'sealed', 'base_url', 'settings', 'fallback', 'ended_at'])
      .where('snapshot_version', '>', since)
      .where('id', '>', after)
      .orderBy('id')
      .limit(pageRows)
      .execute(),
  );
}

function readVersions(db: Pick<Store['db'], 'selectFrom'>) {
  return db.selectFrom('settings').select(['snapshot_version', 'reload_version']).executeTakeFirstOrThrow();
}

async function readPages<Row extends { readonly id: string }>(
  readAfter: (id: string) => Promise<readonly Row[]>,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (;;) {
    const page = await readAfter(rows.at(-1)?.id ?? '');
    rows.push(...page);
    if (page.length < pageRows) return rows;
  }
}

/** What routes were: each change is one more version, kept in the transaction that makes it. */
import type { Clock } from '../../lib/clock.ts';
import type { MadeBy } from '../../store/schema/models.ts';
import type { Store } from '../../store/store.ts';

export interface RouteVersion {
  readonly name: string;
  /** From 1, without gaps, also across a deletion. */
  readonly version: number;
  /** Null: it was deleted. */
  readonly definition: object | null;
  readonly madeBy: MadeBy;
  readonly createdAtMs: number;
}

/** Whoever has the machine. */
export const byCommand: MadeBy = Object.freeze({ kind: 'command', id: '', name: 'tollgate routes' });

/** In the caller's transaction, which holds the lock on routes. */
export async function addVersion(
  db: Store['db'],
  { name, definition, madeBy }: Pick<RouteVersion, 'name' | 'definition' | 'madeBy'>,
  clock: Clock,
): Promise<void> {
  const version = (await latestVersion(db, name)) + 1;
  await db
    .insertInto('route_versions')
    .values({
      name,
      version,
      definition: definition === null ? null : JSON.stringify(definition),
      made_by: JSON.stringify({ kind: madeBy.kind, id: madeBy.id, name: madeBy.name }),
      created_at: new Date(clock.nowMs()),
    })
    .execute();
}

/** 0: there never was one. */
export async function latestVersion(db: Store['db'], name: string): Promise<number> {
  const row = await db
    .selectFrom('route_versions')
    .select((eb) => eb.fn.max('version').as('version'))
    .where('name', '=', name)
    .executeTakeFirst();
  return row?.version ?? 0;
}

/** By name. */
export async function latestVersions(db: Store['db'], names: readonly string[]): Promise<ReadonlyMap<string, number>> {
  if (names.length === 0) return new Map();
  const rows = await db
    .selectFrom('route_versions')
    .select((eb) => ['name', eb.fn.max('version').as('version')])
    .where('name', 'in', names)
    .groupBy('name')
    .execute();
  return new Map(rows.map(({ name, version }) => [name, version]));
}

export interface VersionPage {
  readonly limit: number;
  /** The last version of the page before. */
  readonly after?: number | undefined;
}

/** Newest first. */
export async function listVersions(
  db: Store['db'],
  name: string,
  { limit, after }: VersionPage,
): Promise<readonly RouteVersion[]> {
  const query = db
    .selectFrom('route_versions')
    .selectAll()
    .where('name', '=', name)
    .orderBy('version', 'desc')
    .limit(limit);
  const rows = await (after === undefined ? query : query.where('version', '<', after)).execute();
  return rows.map(toVersion);
}

export async function findVersion(db: Store['db'], name: string, version: number): Promise<RouteVersion | undefined> {
  const row = await db
    .selectFrom('route_versions')
    .selectAll()
    .where('name', '=', name)
    .where('version', '=', version)
    .executeTakeFirst();
  return row && toVersion(row);
}

interface Row {
  readonly name: string;
  readonly version: number;
  readonly definition: object | null;
  readonly made_by: MadeBy;
  readonly created_at: Date;
}

function toVersion({ name, version, definition, made_by, created_at }: Row): RouteVersion {
  return { name, version, definition, madeBy: made_by, createdAtMs: created_at.getTime() };
}

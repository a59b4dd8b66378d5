/** Requests added up from the sums that are kept, up to this moment: exact, and as fast for a year as for a day. */
import { sql } from 'kysely';
import { type Count, countNames, type Dimension } from '../../store/roll-ups/cubes.ts';
import type { Store } from '../../store/store.ts';
import { sourceOf } from '../stats/source.ts';
import type { UsageFilter } from './filter.ts';

export type SumsGroup = 'key' | 'model' | 'operation' | 'day' | 'organization';

const dimensionOf: Readonly<Record<Exclude<SumsGroup, 'day'>, Exclude<Dimension, 'subject'>>> = {
  key: 'key_id',
  model: 'model',
  operation: 'operation',
  organization: 'organization_id',
};

/** Money as bigint, everything else as a number. `failed`: those that did not complete. */
export type GroupRow = Readonly<Record<Exclude<Count, `${string}_nano_usd`>, number>> &
  Readonly<Record<Extract<Count, `${string}_nano_usd`>, bigint>> & {
    readonly group: string;
    readonly requests: number;
  };

const counts = countNames.filter((name) => name !== 'failed');
const sums = sql.raw(counts.map((name) => `coalesce(sum(c.${name}), 0)::bigint AS ${name}`).join(', '));

/** All of time, in whole days: before the first request, and after the last. */
const [firstMs, lastMs] = [0, Date.UTC(2200, 0)];

/** Undefined: a day of that time is still to be added up, and only the requests themselves know. Throws StoreError. */
export async function readKeptSums(
  store: Store,
  filter: UsageFilter,
  by: SumsGroup,
  limit: number,
  nowMs: number,
): Promise<readonly GroupRow[] | undefined> {
  const bounds = [filter.sinceMs ?? firstMs, Math.max(filter.sinceMs ?? firstMs, filter.untilMs ?? lastMs)];
  if (!(await isAddedUp(store.db, bounds))) return undefined;
  const source = sourceOf({
    wanted: { equal: await wantedOf(store.db, filter), eitherModel: filter.model },
    bounds,
    nowMs,
    by: by === 'day' ? ['status'] : ['status', dimensionOf[by]],
    upToNow: true,
  });
  const group = by === 'day' ? sql`to_char(c.bucket, 'YYYY-MM-DD')` : sql.ref(`c.${dimensionOf[by]}`);
  const { rows } = await sql<GroupRow>`
    SELECT ${group} AS "group", sum(c.requests)::bigint AS requests,
      coalesce(sum(c.requests) FILTER (WHERE c.status <> 'completed'), 0)::bigint AS failed, ${sums}
    FROM (${source}) AS c GROUP BY 1
    ORDER BY ${by === 'day' ? sql`1 DESC` : sql`cost_nano_usd DESC, 1`} LIMIT ${limit}`.execute(store.db);
  return rows;
}

async function isAddedUp(db: Store['db'], [from = 0, to = 0]: readonly number[]): Promise<boolean> {
  const { rows } = await sql<{ missing: boolean }>`SELECT EXISTS (SELECT 1 FROM usage_rebuilds
    WHERE day > ${new Date(from - 86_400_000)} AND day < ${new Date(to)}) AS missing`.execute(db);
  return !(rows[0]?.missing ?? true);
}

async function wantedOf(db: Store['db'], { key, organization, organizationId, status, operation }: UsageFilter) {
  const equal = new Map<Exclude<Dimension, 'subject'>, string | readonly string[]>();
  if (status !== undefined) equal.set('status', status);
  if (operation !== undefined) equal.set('operation', operation);
  if (key !== undefined) equal.set('key_id', await named(db, 'keys', key));
  const owners = organization === undefined ? undefined : await named(db, 'organizations', organization);
  if (organizationId !== undefined)
    equal.set('organization_id', owners?.includes(organizationId) === false ? [] : organizationId);
  else if (owners !== undefined) equal.set('organization_id', owners);
  return equal;
}

/** The ids of all that have the name, and the text itself, which may be the id of one that is gone. */
async function named(db: Store['db'], table: 'keys' | 'organizations', text: string): Promise<readonly string[]> {
  const rows = await db.selectFrom(table).select('id').where('name', '=', text).execute();
  return [text, ...rows.map(({ id }) => id)];
}

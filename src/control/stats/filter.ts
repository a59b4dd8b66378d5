/** Which requests a figure counts. The same words as in lists of requests, so that each figure can link to its rows. */
import { sql } from 'kysely';
import type { Dimension } from '../../store/roll-ups/cubes.ts';
import type { Store } from '../../store/store.ts';

export interface StatsFilter {
  readonly organizationId?: string | undefined;
  /** Id or name; a name means every key that has it. */
  readonly key?: string | undefined;
  readonly projectId?: string | undefined;
  readonly memberId?: string | undefined;
  /** As served, else as asked for. */
  readonly model?: string | undefined;
  readonly modelAsked?: string | undefined;
  readonly provider?: string | undefined;
  readonly credential?: string | undefined;
  readonly tag?: string | undefined;
  readonly endUser?: string | undefined;
  readonly status?: string | undefined;
  readonly errorKind?: string | undefined;
  readonly operation?: string | undefined;
}

/** A filter in the words of the roll-ups. */
export interface Wanted {
  /** One value, or any of several. */
  readonly equal: ReadonlyMap<Exclude<Dimension, 'subject'>, string | readonly string[]>;
  /** As asked for or as served. */
  readonly eitherModel?: string | undefined;
  readonly tag?: string | undefined;
  readonly endUser?: string | undefined;
}

const columns = {
  organizationId: 'organization_id',
  model: 'model',
  modelAsked: 'requested_model',
  provider: 'provider',
  credential: 'credential',
  status: 'status',
  errorKind: 'error_kind',
  operation: 'operation',
} as const satisfies Partial<Record<keyof StatsFilter, Dimension>>;

/** Looks up which keys are meant. Throws StoreError. */
export async function readFilter(db: Store['db'], filter: StatsFilter): Promise<Wanted> {
  const equal = new Map<Exclude<Dimension, 'subject'>, string | readonly string[]>();
  for (const [name, column] of Object.entries(columns) as [keyof typeof columns, Exclude<Dimension, 'subject'>][]) {
    const value = filter[name];
    if (value !== undefined) equal.set(column, value);
  }
  const keys = await keysOf(db, filter);
  if (keys !== undefined) equal.set('key_id', keys);
  return { equal, tag: filter.tag, endUser: filter.endUser };
}

/** A key that is nowhere may still have usage: its id counts as it is. */
async function keysOf(db: Store['db'], filter: StatsFilter): Promise<readonly string[] | undefined> {
  const { key, projectId, memberId, organizationId } = filter;
  if (key === undefined && projectId === undefined && memberId === undefined) return undefined;
  const named = key === undefined ? sql`` : sql` AND (id = ${key} OR name = ${key})`;
  const project = projectId === undefined ? sql`` : sql` AND project_id = ${projectId}`;
  const member = memberId === undefined ? sql`` : sql` AND member_id = ${memberId}`;
  const owner = organizationId === undefined ? sql`` : sql` AND organization_id = ${organizationId}`;
  const { rows } = await sql<{ id: string }>`SELECT id FROM keys WHERE true${named}${project}${member}${owner}`.execute(
    db,
  );
  const ids = rows.map(({ id }) => id);
  return ids.length === 0 && key !== undefined && projectId === undefined && memberId === undefined ? [key] : ids;
}

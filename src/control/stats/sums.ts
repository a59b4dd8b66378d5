/** Requests added up: all together, or by one thing. */
import { type RawBuilder, sql } from 'kysely';
import { type Count, countNames, type Dimension } from '../../store/roll-ups/cubes.ts';
import type { Store } from '../../store/store.ts';
import type { StatsFilter } from './filter.ts';
import { readFilter } from './filter.ts';
import { type Question, sourceOf } from './source.ts';

export type StatsGroup =
  | 'key'
  | 'model'
  | 'model-asked'
  | 'provider'
  | 'credential'
  | 'organization'
  | 'project'
  | 'member'
  | 'tag'
  | 'end-user'
  | 'status'
  | 'error'
  | 'operation';

export interface Period {
  readonly sinceMs: number;
  readonly untilMs: number;
}

export interface Asked extends Period {
  readonly filter: StatsFilter;
  readonly nowMs: number;
  readonly attempts?: boolean;
}

/** Money as bigint, everything else as a number. */
export type Sums = { readonly [Name in Exclude<Count, MoneyCount>]: number } & {
  readonly [Name in MoneyCount]: bigint;
} & { readonly requests: number };
type MoneyCount = 'cost_nano_usd' | 'charge_nano_usd' | 'house_cost_nano_usd';

export type GroupSums = Sums & { readonly group: string };

const names = ['requests', ...countNames] as const;

const isMoney = (name: (typeof names)[number]): name is MoneyCount => name.endsWith('_nano_usd');

/** Of no request. */
export const noSums = Object.fromEntries(names.map((name) => [name, isMoney(name) ? 0n : 0])) as unknown as Sums;

export function added(a: Sums, b: Sums): Sums {
  const sum = (name: (typeof names)[number]) => (isMoney(name) ? a[name] + b[name] : a[name] + b[name]);
  return Object.fromEntries(names.map((name) => [name, sum(name)])) as unknown as Sums;
}

/** Which dimension a group is in the roll-ups; a project and a member are found through the key. */
export const dimensionOf: Readonly<Record<StatsGroup, Dimension | 'tag' | 'end-user'>> = {
  key: 'key_id',
  model: 'model',
  'model-asked': 'requested_model',
  provider: 'provider',
  credential: 'credential',
  organization: 'organization_id',
  project: 'key_id',
  member: 'key_id',
  tag: 'tag',
  'end-user': 'end-user',
  status: 'status',
  error: 'error_kind',
  operation: 'operation',
};

/** The group's text in a cell, and what has to be joined for it. */
export function groupSql(by: StatsGroup): { readonly text: RawBuilder<string>; readonly join: RawBuilder<unknown> } {
  if (by === 'project' || by === 'member') {
    const column = sql.ref(`k.${by}_id`);
    return { text: sql`coalesce(${column}, '')`, join: sql`LEFT JOIN keys k ON k.id = c.key_id` };
  }
  const dimension = dimensionOf[by];
  return {
    text: sql.ref(dimension === 'tag' || dimension === 'end-user' ? 'c.subject' : `c.${dimension}`),
    join: sql``,
  };
}

/** Of the cells `c`. */
export const everySum = sql.raw(
  ['requests', ...countNames]
    // The names of money end in _usd, by which it stays bigint.
    .map((name) => `coalesce(sum(c.${name}), 0)::bigint AS ${name}`)
    .join(', '),
);

/** Of all that pass. Throws StoreError. */
export async function readTotal(db: Store['db'], asked: Asked): Promise<Sums> {
  const question = await questionOf(db, asked, []);
  const { rows } = await sql<Sums>`SELECT ${everySum} FROM (${sourceOf(question)}) AS c`.execute(db);
  return rows[0] as Sums;
}

/** Those that cost most first. Throws StoreError. */
export async function readGroups(
  db: Store['db'],
  asked: Asked,
  by: StatsGroup,
  limit: number,
): Promise<readonly GroupSums[]> {
  const question = await questionOf(db, asked, [dimensionOf[by]]);
  const { text, join } = groupSql(by);
  const { rows } = await sql<GroupSums>`
    SELECT ${text} AS "group", ${everySum} FROM (${sourceOf(question)}) AS c ${join}
    GROUP BY 1 ORDER BY charge_nano_usd DESC, requests DESC, 1 LIMIT ${limit}`.execute(db);
  return rows;
}

export async function questionOf(db: Store['db'], asked: Asked, by: Question['by'], times = false): Promise<Question> {
  const { sinceMs, untilMs, filter, nowMs, attempts = false } = asked;
  const wanted = await readFilter(db, filter);
  return { wanted, bounds: [sinceMs, Math.max(sinceMs, untilMs)], nowMs, by, attempts, times };
}

/** Names of keys, organizations, projects and members as they are now; what has none is shown by its id. */
export async function readLabels(
  db: Store['db'],
  by: StatsGroup,
  groups: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const table = { key: 'keys', organization: 'organizations', project: 'projects', member: 'members' }[by as string];
  if (table === undefined || groups.length === 0) return new Map();
  const { rows } = await sql<{ id: string; name: string }>`
    SELECT id, name FROM ${sql.table(table)} WHERE id = ANY (${[...groups]}::text[])`.execute(db);
  return new Map(rows.map(({ id, name }) => [id, name]));
}

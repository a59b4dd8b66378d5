/** Figures over time: one value for each part of a period, by groups where asked, the largest and all others. */
import { type RawBuilder, sql } from 'kysely';
import type { Count, Histogram } from '../../store/roll-ups/cubes.ts';
import type { Store } from '../../store/store.ts';
import { type Bucket, quantile } from './histograms.ts';
import { sourceOf } from './source.ts';
import { type Asked, dimensionOf, everySum, groupSql, questionOf, type StatsGroup, type Sums } from './sums.ts';

export type Interval = 'minute' | '5-minutes' | '15-minutes' | 'hour' | '6-hours' | 'day' | 'week' | 'month';

const fixedMs: Partial<Record<Interval, number>> = {
  minute: 60_000,
  '5-minutes': 300_000,
  '15-minutes': 900_000,
  hour: 3_600_000,
  '6-hours': 21_600_000,
};

/** A chart has no room for more. */
export const partsMax = 1_500;

/** The beginnings of the parts of a period, the first one cut to the period. Undefined: there would be too many. */
export async function partsOf(
  db: Store['db'],
  { sinceMs, untilMs }: Pick<Asked, 'sinceMs' | 'untilMs'>,
  interval: Interval,
  timeZone: string,
): Promise<readonly number[] | undefined> {
  const stepMs = fixedMs[interval];
  const leastMs = stepMs ?? 86_400_000;
  if ((untilMs - sinceMs) / leastMs > partsMax) return undefined;
  if (stepMs !== undefined) {
    const first = Math.floor(sinceMs / stepMs) * stepMs;
    return Array.from({ length: Math.ceil((untilMs - first) / stepMs) }, (_, i) =>
      Math.max(sinceMs, first + i * stepMs),
    );
  }
  // Days of a zone are steps of its clock on the wall, which the database knows with all changes of summer time.
  const { rows } = await sql<{ at: number }>`
    SELECT (extract(epoch FROM local AT TIME ZONE ${timeZone}) * 1000)::float8 AS at
    FROM generate_series(date_trunc(${interval}, ${new Date(sinceMs)}::timestamptz AT TIME ZONE ${timeZone}),
      ${new Date(untilMs - 1)}::timestamptz AT TIME ZONE ${timeZone}, ${`1 ${interval}`}::interval) AS local
    ORDER BY 1`.execute(db);
  return rows.map(({ at }) => Math.max(sinceMs, at));
}

/** The part in which a cell is, by its number from 1: the parts are few, and looked up by halving. */
const partSql = (parts: readonly number[]): RawBuilder<number> =>
  sql`width_bucket(c.bucket, ${parts.map((ms) => new Date(ms))}::timestamptz[])`;

export interface SeriesAsked extends Asked {
  readonly parts: readonly number[];
}

const boundsOf = ({ parts, untilMs }: SeriesAsked) => [...parts, untilMs];

/** Values by group, one for each part; what is not in it is 0. */
export async function readSeries(
  db: Store['db'],
  asked: SeriesAsked,
  measures: readonly (Count | 'requests')[],
  by?: StatsGroup,
  only?: readonly string[],
): Promise<ReadonlyMap<string, readonly (readonly bigint[])[]>> {
  const question = await questionOf(db, asked, by === undefined ? [] : [dimensionOf[by]]);
  const { text, join } = by === undefined ? { text: sql`''::text`, join: sql`` } : groupSql(by);
  const some = only === undefined ? sql`` : sql`WHERE ${text} = ANY (${[...only]}::text[])`;
  const sums = measures.map((name) => sql`coalesce(sum(c.${sql.ref(name)}), 0)::text`);
  const { rows } = await sql<{ group: string; part: number; values: readonly string[] }>`
    SELECT ${text} AS "group", ${partSql(asked.parts)} AS part, ARRAY[${sql.join(sums)}] AS values
    FROM (${sourceOf({ ...question, bounds: boundsOf(asked) })}) AS c ${join} ${some} GROUP BY 1, 2`.execute(db);
  const found = new Map<string, bigint[][]>();
  for (const { group, part, values } of rows) {
    let lists = found.get(group);
    if (lists === undefined) {
      lists = measures.map(() => asked.parts.map(() => 0n));
      found.set(group, lists);
    }
    for (const [i, value] of values.entries()) (lists[i] as bigint[])[part - 1] = BigInt(value);
  }
  return found;
}

/** Everything that is added up, by the number of the part from 1; parts without a request are not there. */
export async function readSumsOfParts(db: Store['db'], asked: SeriesAsked): Promise<ReadonlyMap<number, Sums>> {
  const question = await questionOf(db, asked, []);
  const { rows } = await sql<Sums & { part: number }>`
    SELECT ${partSql(asked.parts)} AS part, ${everySum}
    FROM (${sourceOf({ ...question, bounds: boundsOf(asked) })}) AS c GROUP BY 1`.execute(db);
  return new Map(rows.map(({ part, ...sums }) => [part, sums as Sums]));
}

/** The buckets of several histograms in one reading, by `histogram part`, the parts from 1. */
export async function readBucketsOfParts(
  db: Store['db'],
  asked: SeriesAsked,
  names: readonly Histogram[],
): Promise<ReadonlyMap<string, readonly Bucket[]>> {
  const question = await questionOf(db, asked, [], true);
  const lists = names.map((name) => sql`SELECT ${name}::text AS name, e FROM unnest(c.${sql.ref(name)}) AS e`);
  const { rows } = await sql<Bucket & { name: string }>`
    SELECT h.name || ' ' || ${partSql(asked.parts)} AS name, (h.e >> 32)::int AS bucket,
      sum(h.e & 4294967295)::bigint AS n
    FROM (${sourceOf({ ...question, bounds: boundsOf(asked) })}) AS c,
      LATERAL (${sql.join(lists, sql` UNION ALL `)}) AS h
    GROUP BY 1, 2 ORDER BY 1, 2`.execute(db);
  return Map.groupBy(rows, ({ name }) => name);
}

/** A quantile for each part; null where nothing was measured. */
export async function readQuantileSeries(
  db: Store['db'],
  asked: SeriesAsked,
  histogram: Histogram,
  share: number,
  by?: StatsGroup,
  only?: readonly string[],
): Promise<ReadonlyMap<string, readonly (number | null)[]>> {
  const question = await questionOf(db, asked, by === undefined ? [] : [dimensionOf[by]], true);
  const { text, join } = by === undefined ? { text: sql`''::text`, join: sql`` } : groupSql(by);
  const some = only === undefined ? sql`` : sql`WHERE ${text} = ANY (${[...only]}::text[])`;
  const { rows } = await sql<Bucket & { group: string; part: number }>`
    SELECT ${text} AS "group", ${partSql(asked.parts)} AS part, (e >> 32)::int AS bucket, sum(e & 4294967295)::bigint AS n
    FROM (${sourceOf({ ...question, bounds: boundsOf(asked) })}) AS c ${join}, LATERAL unnest(c.${sql.ref(histogram)}) AS e
    ${some} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`.execute(db);
  const buckets = new Map<string, Map<number, Bucket[]>>();
  for (const { group, part, bucket, n } of rows) {
    const parts = buckets.get(group) ?? new Map<number, Bucket[]>();
    buckets.set(group, parts);
    parts.set(part, [...(parts.get(part) ?? []), { bucket, n }]);
  }
  const valuesOf = (parts: ReadonlyMap<number, readonly Bucket[]>) =>
    asked.parts.map((_, i) => quantile(parts.get(i + 1), share));
  return new Map([...buckets].map(([group, parts]) => [group, valuesOf(parts)]));
}

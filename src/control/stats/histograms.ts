/** How long requests took, from the buckets of the roll-ups. */
import { sql } from 'kysely';
import { bucketMs, type Histogram } from '../../store/roll-ups/cubes.ts';
import type { Store } from '../../store/store.ts';
import { sourceOf } from './source.ts';
import { type Asked, dimensionOf, groupSql, questionOf, type StatsGroup } from './sums.ts';

export interface Bucket {
  readonly bucket: number;
  readonly n: number;
}

/** By group (`''` without one); buckets in order. */
export type Buckets = ReadonlyMap<string, readonly Bucket[]>;

export async function readBuckets(
  db: Store['db'],
  asked: Asked,
  histogram: Histogram,
  by?: StatsGroup,
): Promise<Buckets> {
  const question = await questionOf(db, asked, by === undefined ? [] : [dimensionOf[by]], true);
  const { text, join } = by === undefined ? { text: sql`''::text`, join: sql`` } : groupSql(by);
  const { rows } = await sql<Bucket & { group: string }>`
    SELECT ${text} AS "group", (e >> 32)::int AS bucket, sum(e & 4294967295)::bigint AS n
    FROM (${sourceOf(question)}) AS c ${join}, LATERAL unnest(c.${sql.ref(histogram)}) AS e
    GROUP BY 1, 2 ORDER BY 1, 2`.execute(db);
  const found = new Map<string, Bucket[]>();
  for (const { group, bucket, n } of rows) {
    const list = found.get(group);
    if (list === undefined) found.set(group, [{ bucket, n }]);
    else list.push({ bucket, n });
  }
  return found;
}

/** Milliseconds below which `share` of them are; null: there are none. */
export function quantile(buckets: readonly Bucket[] | undefined, share: number): number | null {
  if (buckets === undefined || buckets.length === 0) return null;
  const all = buckets.reduce((sum, { n }) => sum + n, 0);
  const rank = Math.max(1, Math.ceil(all * share));
  let seen = 0;
  for (const { bucket, n } of buckets) {
    seen += n;
    if (seen >= rank) return rounded(bucketMs(bucket));
  }
  return null;
}

/** Three figures: more than the buckets know would be made up. */
const rounded = (ms: number): number => Number(ms.toPrecision(3));

export interface Quantiles {
  readonly count: number;
  readonly p50Ms: number | null;
  readonly p90Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
}

export function quantilesOf(buckets: readonly Bucket[] | undefined): Quantiles {
  return {
    count: (buckets ?? []).reduce((sum, { n }) => sum + n, 0),
    p50Ms: quantile(buckets, 0.5),
    p90Ms: quantile(buckets, 0.9),
    p95Ms: quantile(buckets, 0.95),
    p99Ms: quantile(buckets, 0.99),
  };
}

/** How the arms of experiments do: what they cost is in the sums; here is how fast, how often wrong, and how they please. */
import { sql } from 'kysely';
import type { Store } from '../../store/store.ts';
import { filterUsage, type UsageFilter } from './filter.ts';

export interface ArmFigures {
  readonly route: string;
  readonly arm: string;
  /** Undefined: no answer of it was streamed. */
  readonly firstTokenP50Ms?: number;
  readonly firstTokenP95Ms?: number;
  readonly totalP50Ms: number;
  readonly totalP95Ms: number;
  /** 0 to 1: requests that failed. One that its caller gave up is none. */
  readonly errorShare: number;
  readonly feedbackCount: number;
  /** 0 bad, 1 good. Undefined: nobody said. */
  readonly feedbackMean?: number;
}

/** Route and arm in one name, by which rows are grouped. Null: it was in no experiment. */
export const armOfRow = sql<string>`usage.decision ->> 'route' || ' ' || (usage.decision ->> 'arm')`;

/** By the name of `armOfRow`. Throws StoreError. */
export async function readArms(store: Store, filter: UsageFilter): Promise<ReadonlyMap<string, ArmFigures>> {
  const rows = await filterUsage(store, filter)
    .leftJoin('feedback', 'feedback.request_id', 'usage.request_id')
    .where(armOfRow, 'is not', null)
    .select([
      armOfRow.as('group'),
      sql<string>`min(usage.decision ->> 'route')`.as('route'),
      sql<string>`min(usage.decision ->> 'arm')`.as('arm'),
      quantile<number | null>(0.5, 'first_token_ms').as('firstTokenP50Ms'),
      quantile<number | null>(0.95, 'first_token_ms').as('firstTokenP95Ms'),
      quantile<number>(0.5, 'total_ms').as('totalP50Ms'),
      quantile<number>(0.95, 'total_ms').as('totalP95Ms'),
      sql<number>`(count(*) FILTER (WHERE usage.status = 'failed'))::float8 / count(*)`.as('errorShare'),
      sql<number>`count(feedback.score)`.as('feedbackCount'),
      sql<number | null>`avg(feedback.score)`.as('feedbackMean'),
    ])
    .groupBy('group')
    .execute();
  return new Map(rows.map(({ group, ...row }) => [group, withoutNulls(row)]));
}

function quantile<T>(share: number, column: 'first_token_ms' | 'total_ms') {
  return sql<T>`percentile_cont(${share}::float8) WITHIN GROUP (ORDER BY ${sql.ref(`usage.${column}`)})`;
}

interface ArmRow extends Omit<ArmFigures, 'firstTokenP50Ms' | 'firstTokenP95Ms' | 'feedbackMean'> {
  readonly firstTokenP50Ms: number | null;
  readonly firstTokenP95Ms: number | null;
  readonly feedbackMean: number | null;
}

function withoutNulls({ firstTokenP50Ms, firstTokenP95Ms, feedbackMean, ...row }: ArmRow): ArmFigures {
  return {
    ...row,
    ...(firstTokenP50Ms !== null && { firstTokenP50Ms }),
    ...(firstTokenP95Ms !== null && { firstTokenP95Ms }),
    ...(feedbackMean !== null && { feedbackMean }),
  };
}

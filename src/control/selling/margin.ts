/** What customers paid against what providers took: exact sums of the rows of usage. */
import { type RawBuilder, sql } from 'kysely';
import type { Store } from '../../store/store.ts';
import { checkTimeZone } from '../organizations/billing.ts';

export type MarginGroup = 'day' | 'customer' | 'model' | 'provider' | 'key';

export const marginGroups: readonly MarginGroup[] = ['day', 'customer', 'model', 'provider', 'key'];

interface Sums {
  readonly requests: number;
  /** What customers were charged. */
  readonly revenueNanoUsd: bigint;
  /** What providers take for what customers got. */
  readonly costNanoUsd: bigint;
  /** What providers take for attempts that no customer pays: failed ones, losers of races. */
  readonly houseCostNanoUsd: bigint;
  /** Revenue without both costs. */
  readonly marginNanoUsd: bigint;
}

export interface MarginRow extends Sums {
  /** `2027-01-31`, an id, `provider/name`, or a provider. */
  readonly group: string;
  /** The name of the customer or key, where it is still there; else the group. */
  readonly label: string;
}

export interface Margin {
  readonly rows: readonly MarginRow[];
  /** Of all rows, also those that are not shown. */
  readonly total: Sums & {
    /** The part of the revenue that was paid with given credit: trials, promotions, allowances. */
    readonly paidByCreditNanoUsd: bigint;
    /** Fees of plans, without what was paid back. */
    readonly planFeesNanoUsd: bigint;
    /** What credit notes of this time took back, without tax; whenever it was used. */
    readonly creditNotesNanoUsd: bigint;
  };
}

export interface MarginOptions {
  readonly by: MarginGroup;
  /** By when a request was started; from then on. */
  readonly sinceMs?: number;
  /** Before. */
  readonly untilMs?: number;
  readonly organizationId?: string;
  /** By which days begin. Default UTC. */
  readonly timeZone?: string;
}

/** Groups at most: the latest days, or those of the most revenue. */
const groupsMax = 1_000;

interface SumRow {
  readonly group_text: string | null;
  readonly label: string | null;
  readonly is_total: number;
  readonly requests: number;
  readonly revenue_usd: bigint;
  readonly cost_usd: bigint;
  readonly house_usd: bigint;
}

/** Throws Refusal for a time zone that is none. */
export async function marginReport(db: Store['db'], options: MarginOptions): Promise<Margin> {
  const { by, timeZone = 'UTC' } = options;
  await checkTimeZone(db, timeZone);
  const { group, label, join } = groupings[by](timeZone);
  const order = by === 'day' ? sql`group_text DESC` : sql`revenue_usd DESC, cost_usd DESC, group_text`;
  const { rows } = await sql<SumRow>`
    SELECT ${group} AS group_text, max(${label}) AS label, grouping(${group}) AS is_total, count(*) AS requests,
      coalesce(sum(u.charge_nano_usd), 0)::bigint AS revenue_usd,
      coalesce(sum(u.cost_nano_usd), 0)::bigint AS cost_usd,
      coalesce(sum(u.house_cost_nano_usd), 0)::bigint AS house_usd
    FROM usage u ${join}
    WHERE ${within(sql`u.started_at`, sql`u.organization_id`, options)}
    GROUP BY GROUPING SETS ((${group}), ())
    ORDER BY is_total DESC, ${order} LIMIT ${groupsMax + 1}`.execute(db);
  const [all, ...each] = rows;
  const total = { ...sumsOf(all), ...(await beside(db, options)) };
  return { rows: each.map((row) => ({ ...named(row), ...sumsOf(row) })), total };
}

interface Grouping {
  readonly group: RawBuilder<string>;
  readonly label: RawBuilder<string>;
  readonly join: RawBuilder<unknown>;
}

const alone = (group: RawBuilder<string>): Grouping => ({ group, label: sql`NULL::text`, join: sql`` });

/** Literals instead of parameters, because a group must be the same expression wherever it stands. */
const groupings: Readonly<Record<MarginGroup, (timeZone: string) => Grouping>> = {
  day: (timeZone) => alone(sql`to_char(u.started_at AT TIME ZONE ${sql.lit(timeZone)}, 'YYYY-MM-DD')`),
  model: () => alone(sql`coalesce(u.served_model, u.requested_model)`),
  provider: () => alone(sql`coalesce(u.provider, 'none')`),
  customer: () => ({
    group: sql`u.organization_id`,
    label: sql`o.name`,
    join: sql`LEFT JOIN organizations o ON o.id = u.organization_id`,
  }),
  key: () => ({ group: sql`u.key_id`, label: sql`k.name`, join: sql`LEFT JOIN keys k ON k.id = u.key_id` }),
};

function within(time: RawBuilder<Date>, owner: RawBuilder<string>, options: MarginOptions): RawBuilder<boolean> {
  const { sinceMs, untilMs, organizationId } = options;
  const since = sinceMs === undefined ? sql`` : sql` AND ${time} >= ${new Date(sinceMs)}`;
  const until = untilMs === undefined ? sql`` : sql` AND ${time} < ${new Date(untilMs)}`;
  const whose = organizationId === undefined ? sql`` : sql` AND ${owner} = ${organizationId}`;
  return sql`true${since}${until}${whose}`;
}

/** What the ledger adds to the picture. */
async function beside(db: Store['db'], options: MarginOptions) {
  const { rows } = await sql<{ credit_usd: bigint; fees_usd: bigint; notes_usd: bigint }>`
    SELECT (
      SELECT coalesce(-sum(e.amount_nano_usd), 0)::bigint FROM usage u
        JOIN transfers t ON t.idempotency_key = 'usage:' || u.request_id
        JOIN entries e ON e.transfer_id = t.id AND e.account_id = 'credit:' || u.organization_id
      WHERE ${within(sql`u.started_at`, sql`u.organization_id`, options)}
    ) AS credit_usd, (
      SELECT coalesce(sum(e.amount_nano_usd), 0)::bigint FROM entries e JOIN transfers t ON t.id = e.transfer_id
      WHERE e.account_id = 'house:plans' AND ${within(sql`t.created_at`, sql`t.organization_id`, options)}
    ) AS fees_usd, (
      SELECT coalesce(-sum(e.amount_nano_usd), 0)::bigint FROM entries e JOIN transfers t ON t.id = e.transfer_id
      WHERE t.kind = 'credit-note' AND e.account_id = 'house:revenue'
        AND ${within(sql`t.created_at`, sql`t.organization_id`, options)}
    ) AS notes_usd`.execute(db);
  const { credit_usd: credit = 0n, fees_usd: fees = 0n, notes_usd: notes = 0n } = rows[0] ?? {};
  return { paidByCreditNanoUsd: credit, planFeesNanoUsd: fees, creditNotesNanoUsd: notes };
}

function sumsOf(row: SumRow | undefined): Sums {
  const { requests = 0, revenue_usd: revenue = 0n, cost_usd: cost = 0n, house_usd: house = 0n } = row ?? {};
  return {
    requests,
    revenueNanoUsd: revenue,
    costNanoUsd: cost,
    houseCostNanoUsd: house,
    marginNanoUsd: revenue - cost - house,
  };
}

function named({ group_text, label }: SumRow): Pick<MarginRow, 'group' | 'label'> {
  const group = group_text ?? '';
  return { group, label: label ?? group };
}

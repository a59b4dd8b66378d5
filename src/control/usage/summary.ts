/** Usage added up: by key, model, operation, day, organization, or arm of an experiment. */
import { systemClock } from '../../lib/clock.ts';
import type { Store } from '../../store/store.ts';
import { type ArmFigures, armOfRow, readArms } from './arms.ts';
import { filterUsage, type UsageFilter } from './filter.ts';
import { type Counted, type TokenCounts, toCounts } from './list.ts';
import { type GroupRow, readKeptSums } from './sums.ts';

export type UsageGroup = 'key' | 'model' | 'operation' | 'day' | 'organization' | 'arm';

export interface UsageSummary extends TokenCounts {
  /** Id of the key or organization, `provider/name` (as served, else as requested), `2026-08-31` (UTC), or `route arm`. */
  readonly group: string;
  /** The name of the key or organization, where it is still there; else the group. */
  readonly label: string;
  readonly requests: number;
  /** Of the requests: those that did not complete. */
  readonly failed: number;
  /** Of the requests: counted by us, not by the provider. */
  readonly estimated: number;
  readonly costNanoUsd: bigint;
  readonly chargeNanoUsd: bigint;
  /** Of an arm alone. */
  readonly arm?: ArmFigures;
}

export interface UsageSummaryOptions extends UsageFilter {
  readonly groupBy: UsageGroup;
}

/** Groups at most: those that cost most, or the latest days. */
const groupsMax = 1_000;

/** Days newest first, everything else by cost. Throws StoreError. */
export async function summarizeUsage(
  store: Store,
  options: UsageSummaryOptions,
  nowMs = systemClock.nowMs(),
): Promise<readonly UsageSummary[]> {
  const { groupBy } = options;
  const kept = groupBy === 'arm' ? undefined : await readKeptSums(store, options, groupBy, groupsMax, nowMs);
  const rows = kept?.map(summaryOf) ?? (await fromRequests(store, options));
  const arms = groupBy === 'arm' ? await readArms(store, options) : undefined;
  const names = await readNames(
    store,
    groupBy,
    rows.map(({ group }) => group),
  );
  return rows.map((row) => ({
    ...row,
    label: names.get(row.group) ?? row.group,
    ...(arms?.has(row.group) && { arm: arms.get(row.group) as ArmFigures }),
  }));
}

type Unnamed = Omit<UsageSummary, 'label' | 'arm'>;

function summaryOf(row: GroupRow): Unnamed {
  return {
    group: row.group,
    requests: row.requests,
    failed: row.failed,
    estimated: row.estimated,
    costNanoUsd: row.cost_nano_usd,
    chargeNanoUsd: row.charge_nano_usd,
    ...toCounts(row),
  };
}

async function fromRequests(store: Store, options: UsageSummaryOptions): Promise<readonly Unnamed[]> {
  const rows = await grouped(store, options)
    .orderBy(options.groupBy === 'day' ? 'group' : 'cost_nano_usd', 'desc')
    .orderBy('group')
    .limit(groupsMax)
    .execute();
  return rows.map(({ cost_nano_usd: costNanoUsd, charge_nano_usd: chargeNanoUsd, ...same }) => ({
    ...same,
    costNanoUsd,
    chargeNanoUsd,
  }));
}

function grouped(store: Store, options: UsageSummaryOptions) {
  const rows = filterUsage(store, options);
  return (options.groupBy === 'arm' ? rows.where(armOfRow, 'is not', null) : rows)
    .select(({ fn, ref, cast, val }) => {
      const total = (column: Counted) => cast<number>(fn.sum(`usage.${column}`), 'bigint');
      const groups = {
        operation: ref('usage.operation'),
        key: ref('usage.key_id'),
        organization: ref('usage.organization_id'),
        model: fn.coalesce('usage.served_model', 'usage.requested_model'),
        // The session's time zone is UTC, on every connection.
        day: fn<string>('to_char', ['usage.started_at', val('YYYY-MM-DD')]),
        arm: cast<string>(armOfRow, 'text'),
      };
      return [
        groups[options.groupBy].as('group'),
        cast<number>(fn.countAll(), 'bigint').as('requests'),
        cast<number>(fn.countAll().filterWhere('usage.status', '<>', 'completed'), 'bigint').as('failed'),
        cast<number>(fn.countAll().filterWhere('usage.estimated', '=', true), 'bigint').as('estimated'),
        cast<bigint>(fn.sum('usage.cost_nano_usd'), 'bigint').as('cost_nano_usd'),
        cast<bigint>(fn.sum('usage.charge_nano_usd'), 'bigint').as('charge_nano_usd'),
        total('input_tokens').as('inputTokens'),
        total('output_tokens').as('outputTokens'),
        total('cache_read_tokens').as('cacheReadTokens'),
        total('cache_write_5m_tokens').as('cacheWrite5mTokens'),
        total('cache_write_1h_tokens').as('cacheWrite1hTokens'),
        total('thinking_tokens').as('thinkingTokens'),
        total('audio_input_tokens').as('audioInputTokens'),
        total('audio_output_tokens').as('audioOutputTokens'),
        total('web_searches').as('webSearches'),
        total('image_input_tokens').as('imageInputTokens'),
        total('image_output_tokens').as('imageOutputTokens'),
        total('images').as('images'),
        total('audio_seconds').as('audioSeconds'),
        total('characters').as('characters'),
        total('searches').as('searches'),
      ];
    })
    .groupBy('group');
}

async function readNames(store: Store, groupBy: UsageGroup, ids: readonly string[]) {
  if ((groupBy !== 'key' && groupBy !== 'organization') || ids.length === 0) return new Map<string, string>();
  const table = groupBy === 'key' ? 'keys' : 'organizations';
  const rows = await store.db.selectFrom(table).select(['id', 'name']).where('id', 'in', ids).execute();
  return new Map(rows.map(({ id, name }) => [id, name]));
}

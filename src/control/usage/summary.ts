/** Usage added up: by key, model, operation, day, organization, or arm of an experiment. */
import type { Store } from '../../store/store.ts';
import { type ArmFigures, armOfRow, readArms } from './arms.ts';
import { filterUsage, type UsageFilter } from './filter.ts';
import type { TokenCounts } from './list.ts';

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
export async function summarizeUsage(store: Store, options: UsageSummaryOptions): Promise<readonly UsageSummary[]> {
  const { groupBy } = options;
  const rows = await grouped(store, options)
    .orderBy(groupBy === 'day' ? 'group' : 'cost_nano_usd', 'desc')
    .orderBy('group')
    .limit(groupsMax)
    .execute();
  const arms = groupBy === 'arm' ? await readArms(store, options) : undefined;
  const names = await readNames(
    store,
    groupBy,
    rows.map(({ group }) => group),
  );
  return rows.map(({ group, cost_nano_usd, charge_nano_usd, ...counts }) => ({
    group,
    label: names.get(group) ?? group,
    ...(arms?.has(group) && { arm: arms.get(group) as ArmFigures }),
    costNanoUsd: cost_nano_usd,
    chargeNanoUsd: charge_nano_usd,
    ...counts,
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

type Counted =
  | 'input_tokens'
  | 'output_tokens'
  | 'cache_read_tokens'
  | 'cache_write_5m_tokens'
  | 'cache_write_1h_tokens'
  | 'thinking_tokens'
  | 'audio_input_tokens'
  | 'audio_output_tokens'
  | 'web_searches'
  | 'image_input_tokens'
  | 'image_output_tokens'
  | 'images'
  | 'audio_seconds'
  | 'characters'
  | 'searches';

async function readNames(store: Store, groupBy: UsageGroup, ids: readonly string[]) {
  if ((groupBy !== 'key' && groupBy !== 'organization') || ids.length === 0) return new Map<string, string>();
  const table = groupBy === 'key' ? 'keys' : 'organizations';
  const rows = await store.db.selectFrom(table).select(['id', 'name']).where('id', 'in', ids).execute();
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** Charts: one metric over time, by the groups that come to most and all others together. */
import type { Count } from '../../store/roll-ups/cubes.ts';
import type { Store } from '../../store/store.ts';
import { readQuantileSeries, readSeries, type SeriesAsked } from './series.ts';
import { share } from './shown.ts';
import { readGroups, type StatsGroup } from './sums.ts';

export type Metric =
  | 'charge'
  | 'cost'
  | 'requests'
  | 'failed'
  | 'tokens'
  | 'input-tokens'
  | 'output-tokens'
  | 'cache-read-tokens'
  | 'error-share'
  | 'cache-share'
  | 'first-token-p50'
  | 'first-token-p95'
  | 'total-p50'
  | 'total-p95'
  | 'overhead-p95';

const allTokens = [
  'input_tokens',
  'output_tokens',
  'cache_read_tokens',
  'cache_write_5m_tokens',
  'cache_write_1h_tokens',
] as const;
const wentIn = ['cache_read_tokens', 'input_tokens', 'cache_write_5m_tokens', 'cache_write_1h_tokens'] as const;

interface Recipe {
  readonly unit: 'usd' | 'count' | 'share' | 'ms';
  /** Added together; of a share, the first one is the part. */
  readonly of?: readonly (Count | 'requests')[];
  readonly histogram?: 'first_token' | 'total' | 'overhead';
  readonly at?: number;
}

export const recipes: Readonly<Record<Metric, Recipe>> = {
  charge: { unit: 'usd', of: ['charge_nano_usd'] },
  cost: { unit: 'usd', of: ['cost_nano_usd'] },
  requests: { unit: 'count', of: ['requests'] },
  failed: { unit: 'count', of: ['failed'] },
  tokens: { unit: 'count', of: allTokens },
  'input-tokens': { unit: 'count', of: ['input_tokens'] },
  'output-tokens': { unit: 'count', of: ['output_tokens'] },
  'cache-read-tokens': { unit: 'count', of: ['cache_read_tokens'] },
  'error-share': { unit: 'share', of: ['failed', 'requests'] },
  'cache-share': { unit: 'share', of: wentIn },
  'first-token-p50': { unit: 'ms', histogram: 'first_token', at: 0.5 },
  'first-token-p95': { unit: 'ms', histogram: 'first_token', at: 0.95 },
  'total-p50': { unit: 'ms', histogram: 'total', at: 0.5 },
  'total-p95': { unit: 'ms', histogram: 'total', at: 0.95 },
  'overhead-p95': { unit: 'ms', histogram: 'overhead', at: 0.95 },
};

export interface Line {
  readonly group: string;
  readonly other: boolean;
  readonly amounts: readonly bigint[] | undefined;
  readonly values: readonly (number | null)[] | undefined;
}

/** `top`: groups that are shown by themselves. A request has several tags, so that of these there are no others. */
export async function readLines(
  db: Store['db'],
  asked: SeriesAsked,
  metric: Metric,
  by: StatsGroup | undefined,
  top: number,
): Promise<readonly Line[]> {
  const recipe = recipes[metric];
  const shown = by === undefined ? undefined : await topGroups(db, asked, recipe, by, top);
  const lines = await linesOf(db, asked, recipe, by, shown);
  if (by === undefined) return lines.length > 0 ? lines : [emptyLine(asked, recipe)];
  const additive = recipe.unit === 'usd' || recipe.unit === 'count';
  if (!additive || by === 'tag') return lines;
  const [all] = await linesOf(db, asked, recipe, undefined, undefined);
  const rest = all && without(all, lines);
  return rest === undefined ? lines : [...lines, rest];
}

async function topGroups(db: Store['db'], asked: SeriesAsked, { unit, of }: Recipe, by: StatsGroup, top: number) {
  // By what the chart shows, so that the largest are seen; where it shows shares or times, by requests.
  const groups = await readGroups(db, asked, by, groupsMax);
  const size = (sums: (typeof groups)[number]) =>
    unit === 'usd' || unit === 'count' ? (of ?? []).reduce((all, name) => all + Number(sums[name]), 0) : sums.requests;
  return groups
    .toSorted((a, b) => size(b) - size(a))
    .slice(0, top)
    .map(({ group }) => group);
}

/** Beyond the thousand that cost most none is among the largest. */
const groupsMax = 1_000;

async function linesOf(
  db: Store['db'],
  asked: SeriesAsked,
  recipe: Recipe,
  by: StatsGroup | undefined,
  shown: readonly string[] | undefined,
): Promise<readonly Line[]> {
  const order = (group: string) => shown?.indexOf(group) ?? 0;
  const sorted = (lines: readonly Line[]) => lines.toSorted((a, b) => order(a.group) - order(b.group));
  if (recipe.histogram !== undefined) {
    const found = await readQuantileSeries(db, asked, recipe.histogram, recipe.at ?? 0.5, by, shown);
    return sorted([...found].map(([group, values]) => ({ group, other: false, amounts: undefined, values })));
  }
  const found = await readSeries(db, asked, recipe.of ?? [], by, shown);
  return sorted([...found].map(([group, lists]) => lineOf(group, recipe, lists)));
}

function lineOf(group: string, { unit }: Recipe, lists: readonly (readonly bigint[])[]): Line {
  const [first = []] = lists;
  if (unit === 'usd') return { group, other: false, amounts: first, values: undefined };
  const all = first.map((_, i) => lists.reduce((sum, list) => sum + Number(list[i] ?? 0n), 0));
  if (unit === 'count') return { group, other: false, amounts: undefined, values: all };
  // Of failed and requests the whole is the second alone; of tokens, all of them together.
  const isWhole = lists.length > 2;
  const values = first.map((part, i) => share(Number(part), isWhole ? (all[i] ?? 0) : Number(lists[1]?.[i] ?? 0n)));
  return { group, other: false, amounts: undefined, values };
}

function emptyLine({ parts }: SeriesAsked, { unit }: Recipe): Line {
  const nothing = parts.map(() => (unit === 'count' ? 0 : null));
  return unit === 'usd'
    ? { group: '', other: false, amounts: parts.map(() => 0n), values: undefined }
    : { group: '', other: false, amounts: undefined, values: nothing };
}

/** Undefined: there are no others. */
function without(all: Line, lines: readonly Line[]): Line | undefined {
  const amounts = all.amounts?.map((value, i) => lines.reduce((rest, line) => rest - (line.amounts?.[i] ?? 0n), value));
  const values = all.values?.map((value, i) =>
    lines.reduce((rest, line) => rest - (line.values?.[i] ?? 0), value ?? 0),
  );
  const isEmpty = (amounts ?? []).every((value) => value === 0n) && (values ?? []).every((value) => value === 0);
  return isEmpty ? undefined : { group: '', other: true, amounts, values };
}

/** What questions about usage take, and what their answers are. */
import { z } from 'zod';
import { id, queryInteger, time, usd } from '../api/fields.ts';

const count = z.number();
const text = (max: number) => z.string().min(1).max(max);

const dayMs = 86_400_000;
const periods = { '24h': dayMs, '7d': 7 * dayMs, '30d': 30 * dayMs, '90d': 90 * dayMs } as const;

/** Which requests: the same names as for lists of requests. */
export const statsQuery = {
  period: z.enum(['24h', '7d', '30d', '90d']).optional().describe('Until now. Absent, and without `since`: 7d.'),
  since: time.optional().describe('Instead of a period: from then on, by when the request started.'),
  until: time.optional().describe('Before. Absent: now.'),
  organizationId: id('org').optional(),
  key: text(200).optional().describe('Id or name.'),
  projectId: id('prj').optional(),
  memberId: id('mem').optional(),
  model: text(300).optional().describe('`provider/name` as served; where nobody served it, as asked for.'),
  modelAsked: text(300).optional(),
  provider: text(100).optional(),
  credential: text(200).optional().describe('For operators alone.'),
  tag: text(1_024).optional(),
  endUser: text(1_024).optional(),
  status: z.enum(['completed', 'failed', 'cancelled', 'interrupted']).optional(),
  errorKind: text(100).optional(),
  operation: text(100).optional().describe('chat, embeddings, images …'),
};

export const groupLimit = queryInteger(1, 200).default(50).describe('Groups at most; 50 when absent.');

export interface AskedPeriod {
  readonly period?: keyof typeof periods | undefined;
  readonly since?: number | undefined;
  readonly until?: number | undefined;
}

/** The period that is meant; undefined where it has no length or is longer than anybody may ask. */
export function periodOf(asked: AskedPeriod, nowMs: number): { sinceMs: number; untilMs: number } | undefined {
  const untilMs = asked.until ?? nowMs;
  const sinceMs = asked.since ?? untilMs - periods[asked.period ?? '7d'];
  return sinceMs < untilMs && untilMs - sinceMs <= longestMs ? { sinceMs, untilMs } : undefined;
}

const longestMs = 5 * 366 * dayMs;

const money = {
  chargeUsd: usd.describe('What organizations pay.'),
  costUsd: usd.nullable().describe('What providers take; for operators alone.'),
  houseCostUsd: usd.nullable().describe('What failed attempts cost, which nobody pays; for operators alone.'),
};

/** Everything that is added up. */
export const sums = {
  requests: count,
  failed: count.describe('By an error. One that its caller gave up is none.'),
  cancelled: count.describe('Given up by their callers.'),
  cached: count.describe("Answered from Tollgate's own cache."),
  estimated: count.describe('Counted by Tollgate, not by the provider.'),
  ...money,
  inputTokens: count.describe('Without what a cache gave or took.'),
  outputTokens: count.describe('With thinking.'),
  cacheReadTokens: count,
  cacheWriteTokens: count,
  thinkingTokens: count,
  audioInputTokens: count,
  audioOutputTokens: count,
  imageInputTokens: count,
  imageOutputTokens: count,
  webSearches: count,
  images: count,
  audioSeconds: count,
  characters: count,
  searches: count,
  errorShare: count.nullable().describe('Failed of all, 0 to 1; null without requests.'),
  cacheShare: count
    .nullable()
    .describe("Of what went in, what a provider's cache had, 0 to 1; null where nothing went in."),
};

export const quantiles = z
  .object({ count, p50Ms: count.nullable(), p90Ms: count.nullable(), p95Ms: count.nullable(), p99Ms: count.nullable() })
  .meta({ id: 'Quantiles', description: 'Milliseconds, right within 2.2 %; null where nothing was measured.' });

export const period = z
  .object({ since: time, until: time })
  .meta({ id: 'StatsPeriod', description: 'From then on, and before then.' });

export const groupSums = z
  .object({
    group: z.string().describe('An id, provider/name, a tag …; empty: those that have none.'),
    label: z.string().describe('The name of what it is, where it still is; else the group.'),
    ...sums,
  })
  .meta({ id: 'StatsGroup' });

export const figures = z.object({ ...sums, firstToken: quantiles, total: quantiles }).meta({ id: 'StatsFigures' });

const amounts = z.array(usd);
const counts = z.array(count);

export const overview = z
  .object({
    period,
    figures,
    before: z.object({ period, figures }).describe('The same length of time before.'),
    trend: z.object({
      times: z.array(time).describe('When each part begins.'),
      chargeUsd: amounts,
      costUsd: amounts.nullable(),
      requests: counts,
      failed: counts,
      tokens: counts,
    }),
    runway: z
      .object({
        availableUsd: usd,
        burnPerDayUsd: usd.describe('By the last seven days.'),
        lastsDays: count.nullable().describe('null: nothing is used.'),
        spends: z.enum(['metered', 'wallet', 'credit']).describe('`metered`: nothing stops when the wallet is empty.'),
      })
      .nullable()
      .describe('Of one organization; null over all of them.'),
  })
  .meta({ id: 'StatsOverview' });

export const timeseries = z
  .object({
    period,
    interval: z.string(),
    timeZone: z.string(),
    times: z.array(time).describe('When each part begins; the first one may begin before the period.'),
    partialFrom: time.nullable().describe('The part that is not over yet; null: all are.'),
    unit: z.enum(['usd', 'count', 'share', 'ms']),
    series: z.array(
      z.object({
        group: z.string(),
        label: z.string(),
        other: z.boolean().describe('All groups that are not shown, together.'),
        amountsUsd: amounts.nullable().describe('Where the unit is usd.'),
        values: z.array(count.nullable()).nullable().describe('Else. null: nothing was measured.'),
      }),
    ),
  })
  .meta({ id: 'Timeseries' });

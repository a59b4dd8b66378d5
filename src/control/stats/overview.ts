/** The first page in one answer: what it cost, how long the money lasts, whether it works, what it is used for. */
import { sql } from 'kysely';
import { walletOf } from '../../ledger/wallet.ts';
import type { Store } from '../../store/store.ts';
import { dayMs } from './cover.ts';
import { type Quantiles, quantilesOf } from './histograms.ts';
import { partsOf, readBucketsOfParts, readSumsOfParts } from './series.ts';
import { type Asked, added, noSums, readTotal, type Sums } from './sums.ts';

export interface Figures {
  readonly sums: Sums;
  readonly firstToken: Quantiles;
  readonly total: Quantiles;
}

export interface Overview {
  readonly now: Figures;
  readonly before: Figures;
  readonly trend: Trend;
  /** Of one organization alone. */
  readonly runway: Runway | undefined;
}

/** One value for each part of the period. */
export interface Trend {
  readonly parts: readonly number[];
  readonly charge: readonly bigint[];
  readonly cost: readonly bigint[];
  readonly requests: readonly bigint[];
  readonly failed: readonly bigint[];
  readonly tokens: readonly bigint[];
}

export interface Runway {
  /** Paid in and given, without what is held. */
  readonly availableNanoUsd: bigint;
  /** What a day costs, by the last seven; of an installation that is younger, by its days. */
  readonly burnPerDayNanoUsd: bigint;
  /** Undefined: nothing is used. */
  readonly lastsDays: number | undefined;
  /** Whether an empty wallet stops anything. */
  readonly spends: 'metered' | 'wallet' | 'credit';
}

export async function readOverview(db: Store['db'], asked: Asked): Promise<Overview> {
  const parts = await trendParts(db, asked);
  const lengthMs = asked.untilMs - asked.sinceMs;
  const sinceMs = asked.sinceMs - lengthMs;
  const both = { ...asked, sinceMs };
  const { organizationId } = asked.filter;
  // Both periods meet, and are read together: their ends are what takes time.
  const [sums, buckets, runway] = await Promise.all([
    readSumsOfParts(db, { ...both, parts: [sinceMs, ...parts] }),
    readBucketsOfParts(db, { ...both, parts: [sinceMs, asked.sinceMs] }, ['first_token', 'total']),
    organizationId === undefined ? undefined : readRunway(db, organizationId, asked),
  ]);
  const figuresOf = (period: 1 | 2, all: Sums): Figures => ({
    sums: all,
    firstToken: quantilesOf(buckets.get(`first_token ${period}`)),
    total: quantilesOf(buckets.get(`total ${period}`)),
  });
  const each = parts.map((_, i) => sums.get(i + 2) ?? noSums);
  return {
    now: figuresOf(2, each.reduce(added, noSums)),
    before: figuresOf(1, sums.get(1) ?? noSums),
    trend: trendOf(parts, each),
    runway,
  };
}

/** Up to two days by the hour, then by the day of UTC: a small line has no zone. */
async function trendParts(db: Store['db'], asked: Asked): Promise<readonly number[]> {
  const lengthMs = asked.untilMs - asked.sinceMs;
  const interval =
    lengthMs <= 2 * 3_600_000
      ? 'minute'
      : lengthMs <= 2 * dayMs
        ? 'hour'
        : lengthMs <= 8 * dayMs
          ? '6-hours'
          : lengthMs <= 1_000 * dayMs
            ? 'day'
            : 'month';
  return (await partsOf(db, asked, interval, 'UTC')) ?? [asked.sinceMs];
}

function trendOf(parts: readonly number[], sums: readonly Sums[]): Trend {
  return {
    parts,
    charge: sums.map(({ charge_nano_usd }) => charge_nano_usd),
    cost: sums.map(({ cost_nano_usd }) => cost_nano_usd),
    requests: sums.map(({ requests }) => BigInt(requests)),
    failed: sums.map(({ failed }) => BigInt(failed)),
    tokens: sums.map((part) => tokenKinds.reduce((all, kind) => all + BigInt(part[kind]), 0n)),
  };
}

/** All that went in or came out; thinking, sound and pictures are parts of these. */
const tokenKinds = [
  'input_tokens',
  'output_tokens',
  'cache_read_tokens',
  'cache_write_5m_tokens',
  'cache_write_1h_tokens',
] as const;

const burnDays = 7;

async function readRunway(db: Store['db'], organizationId: string, asked: Asked): Promise<Runway | undefined> {
  const wallet = await walletOf(db, organizationId);
  if (wallet === undefined) return undefined;
  const { rows } = await sql<{ spends: Runway['spends']; age: number }>`
    SELECT spends, (extract(epoch FROM now() - created_at) / 86400)::float8 AS age FROM organizations
    WHERE id = ${organizationId}`.execute(db);
  const { spends = 'metered', age = burnDays } = rows[0] ?? {};
  const days = Math.min(burnDays, Math.max(1, age));
  const last = {
    nowMs: asked.nowMs,
    untilMs: asked.nowMs,
    sinceMs: asked.nowMs - days * dayMs,
    filter: { organizationId },
  };
  const { charge_nano_usd: spent } = await readTotal(db, last);
  const burn = (spent * 1_000n) / BigInt(Math.round(days * 1_000));
  const { availableNanoUsd } = wallet;
  const lastsDays = burn === 0n ? undefined : Math.max(0, Number((availableNanoUsd * 100n) / burn) / 100);
  return { availableNanoUsd, burnPerDayNanoUsd: burn, lastsDays, spends };
}

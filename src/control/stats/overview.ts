/** The first page in one answer: what it cost, how long the money lasts, whether it works, what it is used for. */
import { sql } from 'kysely';
import { walletOf } from '../../ledger/wallet.ts';
import type { Store } from '../../store/store.ts';
import { dayMs } from './cover.ts';
import { type Quantiles, quantilesOf, readBuckets } from './histograms.ts';
import { partsOf, readSeries } from './series.ts';
import { type Asked, readTotal, type Sums } from './sums.ts';

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
  const lengthMs = asked.untilMs - asked.sinceMs;
  const before = { ...asked, sinceMs: asked.sinceMs - lengthMs, untilMs: asked.sinceMs };
  const { organizationId } = asked.filter;
  const [now, then, trend, runway] = await Promise.all([
    readFigures(db, asked),
    readFigures(db, before),
    readTrend(db, asked),
    organizationId === undefined ? undefined : readRunway(db, organizationId, asked),
  ]);
  return { now, before: then, trend, runway };
}

async function readFigures(db: Store['db'], asked: Asked): Promise<Figures> {
  const [sums, firstToken, total] = await Promise.all([
    readTotal(db, asked),
    readBuckets(db, asked, 'first_token'),
    readBuckets(db, asked, 'total'),
  ]);
  return { sums, firstToken: quantilesOf(firstToken.get('')), total: quantilesOf(total.get('')) };
}

/** Up to two days by the hour, then by the day of UTC: a small line has no zone. */
async function readTrend(db: Store['db'], asked: Asked): Promise<Trend> {
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
  const parts = (await partsOf(db, asked, interval, 'UTC')) ?? [asked.sinceMs];
  const measures = ['charge_nano_usd', 'cost_nano_usd', 'requests', 'failed', ...tokenKinds] as const;
  const found = (await readSeries(db, { ...asked, parts }, measures)).get('');
  const nothing = parts.map(() => 0n);
  const [charge = nothing, cost = nothing, requests = nothing, failed = nothing, ...tokens] = found ?? [];
  return {
    parts,
    charge,
    cost,
    requests,
    failed,
    tokens: parts.map((_, i) => sum(tokens.map((kind) => kind[i] ?? 0n))),
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

const sum = (values: readonly bigint[]) => values.reduce((all, value) => all + value, 0n);

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

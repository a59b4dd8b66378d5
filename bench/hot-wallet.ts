/**
 * One wallet that everybody spends from at once: through leases, as the gateway does it, beside the plain way, a
 * conditional UPDATE and an entry for each spend. Both on the same database, with the same durability.
 */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { SettlementRecord } from '../src/journal/record.ts';
import { LeaseBook } from '../src/ledger/leases/lease-book.ts';
import { PostgresLender } from '../src/ledger/leases/postgres-lender.ts';
import { postUsage } from '../src/ledger/post-usage.ts';
import { systemClock } from '../src/lib/clock.ts';
import { newId } from '../src/lib/id.ts';
import { silentLog } from '../src/lib/log.ts';
import { noUsage } from '../src/llm/usage.ts';
import type { Store } from '../src/store/store.ts';

export const clients = 50;
/** The embedded server takes 50 in all. More would only wait for each other's lock in it. */
const plainConnections = 32;
/** As the journal ships them. */
const batchRows = 250;
const spendNanoUsd = 1_000;

export interface Spends {
  readonly perSecond: number;
  readonly spends: number;
}

/** The plain way at its best: one prepared statement, one round trip, one commit for each spend. */
export async function spendPlainly(url: string, forMs: number): Promise<Spends> {
  const pool = new pg.Pool({ connectionString: url, max: plainConnections });
  try {
    await pool.query(`CREATE SCHEMA IF NOT EXISTS plain;
      DROP TABLE IF EXISTS plain.entries, plain.accounts;
      CREATE TABLE plain.accounts (id text PRIMARY KEY, posted bigint NOT NULL CHECK (posted >= 0)) WITH (fillfactor = 50);
      CREATE TABLE plain.entries (id text PRIMARY KEY, account_id text NOT NULL, amount bigint NOT NULL);
      INSERT INTO plain.accounts VALUES ('hot', 1000000000000000)`);
    const text = `WITH paid AS (UPDATE plain.accounts SET posted = posted - $2 WHERE id = 'hot' AND posted >= $2 RETURNING id)
      INSERT INTO plain.entries SELECT $1, id, -$2::bigint FROM paid`;
    let spends = 0;
    const startedAt = performance.now();
    const client = async (): Promise<void> => {
      while (performance.now() - startedAt < forMs) {
        await pool.query({ name: 'spend', text, values: [randomUUID(), spendNanoUsd] });
        spends++;
      }
    };
    await Promise.all(Array.from({ length: clients }, client));
    return { spends, perSecond: (spends / (performance.now() - startedAt)) * 1000 };
  } finally {
    await pool.end();
  }
}

export interface LeasedSpends extends Spends {
  /** With the time until the last one is in the ledger, which a burst does not wait for. */
  readonly postedPerSecond: number;
}

/** A burst; what it left to post is posted before the next round. */
const spendsMax = 10_000;

/**
 * Every spend is a hold and a settlement in memory and a row of the journal's; rows are posted in the background, batch by
 * batch, while spending goes on. Every spend is in the ledger when this resolves.
 */
export async function spendByLeases(store: Store, organizationId: string, forMs: number): Promise<LeasedSpends> {
  const lender = new PostgresLender(store, { instance: 'bench', boot: randomUUID() });
  const book = new LeaseBook({ lender, now: () => performance.now(), log: silentLog });
  const budgets = [{ id: `wallet:${organizationId}`, unit: 'usd' as const }];
  const waiting: string[] = [];
  const startedAt = performance.now();
  let spends = 0;
  let over = false;
  const client = async (): Promise<void> => {
    while (performance.now() - startedAt < forMs && spends < spendsMax) {
      const held = book.hold(budgets, { usd: spendNanoUsd * 2, tokens: 0, requests: 0 });
      const hold = held instanceof Promise ? await held : held;
      // A request waits for its provider meanwhile.
      await new Promise((resolve) => setImmediate(resolve));
      waiting.push(settlement(organizationId, hold.leases));
      hold.settle({ usd: spendNanoUsd, tokens: 0, requests: 0 });
      spends++;
    }
  };
  const post = async (): Promise<void> => {
    for (let next = 0; !over || next < waiting.length; ) {
      const batch = waiting.slice(next, next + batchRows);
      next += batch.length;
      if (batch.length > 0) await postUsage(store.db, batch);
      else await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const posted = post();
  await Promise.all(Array.from({ length: clients }, client));
  const spentMs = performance.now() - startedAt;
  over = true;
  await posted;
  const elapsedMs = performance.now() - startedAt;
  await book.close();
  return { spends, perSecond: (spends / spentMs) * 1000, postedPerSecond: (spends / elapsedMs) * 1000 };
}

function settlement(organizationId: string, leases: readonly number[]): string {
  const nowMs = systemClock.nowMs();
  const record: SettlementRecord = {
    type: 'settlement',
    requestId: newId('req', nowMs),
    instance: 'bench',
    startedAtMs: nowMs,
    settledAtMs: nowMs,
    operation: 'chat',
    status: 'completed',
    httpStatus: 200,
    keyId: 'key_bench',
    organizationId,
    requestedModel: 'fake/bench-1',
    servedModel: 'fake/bench-1',
    provider: 'fake',
    clientDialect: 'openai-chat',
    stream: false,
    snapshotVersion: 1,
    inputTokensEstimate: 10,
    usage: { ...noUsage, input: 10, output: 5 },
    estimated: false,
    recovered: false,
    flags: [],
    costNanoUsd: String(spendNanoUsd),
    chargeNanoUsd: String(spendNanoUsd),
    totalMs: 1,
    overheadMs: 0,
    attempts: [],
    dropped: [],
    leases,
  };
  return JSON.stringify(record);
}

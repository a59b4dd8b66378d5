/** `/usage/summary` from the kept sums: up to the last request, also where some of them are not added up yet. */
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { summarizeUsage } from '../../src/control/usage/summary.ts';
import type { SettlementRecord } from '../../src/journal/record.ts';
import { postUsage } from '../../src/ledger/post-usage.ts';
import { rollUsage } from '../../src/store/roll-ups/roll.ts';
import type { Store } from '../../src/store/store.ts';
import { type TestDatabase, testDatabase } from '../postgres.ts';
import { settlementOf } from './settlements.ts';

let database: TestDatabase;
let store: Store;
beforeAll(async () => {
  database = await testDatabase();
  store = await database.open();
});
afterAll(() => database.close());

const startMs = Date.UTC(2026, 9, 24, 22, 30);
const spanMs = 30 * 3_600_000;
const anySettlement = fc.record({
  startedAtMs: fc.integer({ min: startMs, max: startMs + spanMs }),
  keyId: fc.constantFrom('key_1', 'key_2'),
  requestedModel: fc.constantFrom('main', 'acme/small'),
  servedModel: fc.constantFrom('acme/small', 'acme/large', undefined),
  status: fc.constantFrom('completed', 'failed', 'cancelled'),
  charge: fc.bigInt({ min: 0n, max: 10n ** 12n }),
});

const groups = {
  key: (row: SettlementRecord) => row.keyId,
  model: (row: SettlementRecord) => row.servedModel ?? row.requestedModel,
  day: (row: SettlementRecord) => new Date(row.startedAtMs).toISOString().slice(0, 10),
  organization: (row: SettlementRecord) => row.organizationId,
  operation: (row: SettlementRecord) => row.operation,
};

function expected(rows: readonly SettlementRecord[], by: keyof typeof groups) {
  const found = Map.groupBy(rows, groups[by]);
  return Object.fromEntries(
    [...found].map(([group, list]) => [
      group,
      {
        requests: list.length,
        failed: list.filter(({ status }) => status !== 'completed').length,
        chargeNanoUsd: list.reduce((sum, row) => sum + BigInt(row.chargeNanoUsd ?? 0), 0n),
        inputTokens: list.reduce((sum, row) => sum + row.usage.input, 0),
      },
    ]),
  );
}

it('is what the requests come to, whatever is added up already, for any group, filter and period', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(anySettlement, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 3 }),
      fc.boolean(),
      fc.constantFrom(...(Object.keys(groups) as (keyof typeof groups)[])),
      fc.constantFrom(undefined, 'main', 'acme/small'),
      fc.constantFrom(undefined, startMs + 5_400_000, startMs + 10 * 3_600_000 + 1),
      async (postings, rollsLast, groupBy, model, sinceMs) => {
        for (const table of ['usage', 'usage_batches', 'usage_minutes', 'usage_hours', 'usage_days'])
          await sql`DELETE FROM ${sql.table(table)}`.execute(store.db);
        const rows: SettlementRecord[] = [];
        for (const [i, posting] of postings.entries()) {
          const texts = posting.map((row) => settlementOf(row));
          await postUsage(store.db, texts);
          rows.push(...texts.map((text) => JSON.parse(text) as SettlementRecord));
          if (i < postings.length - 1 || rollsLast) while (await rollUsage(store.db));
        }
        const asked = {
          groupBy,
          ...(model !== undefined && { model }),
          ...(sinceMs !== undefined && { sinceMs, untilMs: sinceMs + spanMs / 2 }),
        };
        const meant = rows.filter(
          (row) =>
            (model === undefined || row.requestedModel === model || row.servedModel === model) &&
            (sinceMs === undefined || (row.startedAtMs >= sinceMs && row.startedAtMs < sinceMs + spanMs / 2)),
        );
        const found = await summarizeUsage(store, asked);
        expect(
          Object.fromEntries(
            found.map(({ group, requests, failed, chargeNanoUsd, inputTokens }) => [
              group,
              { requests, failed, chargeNanoUsd, inputTokens },
            ]),
          ),
        ).toEqual(expected(meant, groupBy));
      },
    ),
    { numRuns: 40 },
  );
}, 120_000);

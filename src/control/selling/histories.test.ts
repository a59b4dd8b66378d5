/** Any order of starts, changes, cancellations, top-ups and turns of months leaves books that are right. */
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dollar, prepaid } from '../../../test/money/books.ts';
import { type TestDatabase, testDatabase } from '../../../test/postgres.ts';
import { LedgerRefusal } from '../../ledger/refusal.ts';
import { verifyLedger } from '../../ledger/verify.ts';
import { creditWallet, walletOf } from '../../ledger/wallet.ts';
import { systemClock } from '../../lib/clock.ts';
import { silentLog } from '../../lib/log.ts';
import type { Store } from '../../store/store.ts';
import { Refusal } from '../refusal.ts';
import { expireCredit } from './expiry.ts';
import { rollSubscriptions } from './roll.ts';
import { cancelPlan, changePlan, startPlan } from './subscriptions.ts';

let database: TestDatabase;
let store: Store;

beforeAll(async () => {
  database = await testDatabase();
  store = await database.open();
});
afterAll(() => database.close());

const plans = fc.constantFrom('Free', 'Starter', 'Plus', 'Pro');
const command = fc.oneof(
  fc.record({ does: fc.constant('top up' as const), dollars: fc.bigInt({ min: 1n, max: 120n }) }),
  fc.record({ does: fc.constant('start' as const), plan: plans }),
  fc.record({ does: fc.constant('change' as const), plan: plans }),
  fc.record({ does: fc.constant('cancel' as const), when: fc.constantFrom('now' as const, 'period-end' as const) }),
  fc.record({ does: fc.constant('roll' as const) }),
  fc.record({ does: fc.constant('expire' as const) }),
);
const step = fc.tuple(command, fc.integer({ min: 0, max: 40 * 86_400 }));

type Command = typeof command extends fc.Arbitrary<infer T> ? T : never;

async function run(organizationId: string, it: Command, atMs: number, key: string): Promise<void> {
  const inside = <T>(work: (db: Store['db']) => Promise<T>) => store.db.transaction().execute(work);
  if (it.does === 'top up') {
    const credit = {
      organizationId,
      amountNanoUsd: it.dollars * dollar,
      idempotencyKey: key,
      from: 'operator' as const,
    };
    await creditWallet(store, credit, systemClock);
  }
  if (it.does === 'start') await inside((db) => startPlan(db, { organizationId, plan: it.plan }, systemClock, atMs));
  if (it.does === 'change') await inside((db) => changePlan(db, organizationId, it.plan, { atMs }, systemClock));
  if (it.does === 'cancel') await inside((db) => cancelPlan(db, organizationId, it.when, systemClock, atMs));
  if (it.does === 'expire') await expireCredit(store, systemClock);
  if (it.does === 'roll') {
    const parts = { store, clock: systemClock, log: silentLog };
    await Promise.all([rollSubscriptions(parts, atMs), rollSubscriptions(parts, atMs)]);
  }
}

/** What the ledger moved for the organization, by kind, in nano-dollars. */
async function moved(organizationId: string, account: string): Promise<Map<string, bigint>> {
  const { rows } = await sql<{ kind: string; sum_usd: bigint }>`
    SELECT t.kind, sum(e.amount_nano_usd)::bigint AS sum_usd FROM transfers t JOIN entries e ON e.transfer_id = t.id
    WHERE t.organization_id = ${organizationId} AND e.account_id = ${account} GROUP BY t.kind`.execute(store.db);
  return new Map(rows.map(({ kind, sum_usd }) => [kind, sum_usd]));
}

let count = 0;

it('keeps every dollar, pays nothing back that was not paid, and gives each month once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
      const organizationId = await prepaid(store, `org-${count++}`);
      let atMs = Date.UTC(2020, 0, 31, 12);
      for (const [i, [it, seconds]] of steps.entries()) {
        atMs += seconds * 1_000;
        try {
          await run(organizationId, it, atMs, `${organizationId}:${i}`);
        } catch (error) {
          if (!(error instanceof Refusal || error instanceof LedgerRefusal)) throw error;
        }
      }
      const fees = await moved(organizationId, 'house:plans');
      const paid = fees.get('plan-fee') ?? 0n;
      const back = -(fees.get('plan-refund') ?? 0n);
      expect(back >= 0n && back <= paid).toBe(true);
      const wallet = await moved(organizationId, `wallet:${organizationId}`);
      const { paidNanoUsd, creditNanoUsd } = (await walletOf(store.db, organizationId)) ?? {};
      expect(paidNanoUsd).toBe((wallet.get('top-up') ?? 0n) - paid + back);
      const credit = await moved(organizationId, `credit:${organizationId}`);
      expect(creditNanoUsd).toBe((credit.get('grant') ?? 0n) + (credit.get('expiry') ?? 0n));
      // An allowance is never more than the largest plan's, in any month.
      const { rows } = await sql<{ month: string; sum_usd: bigint }>`
        SELECT left(t.idempotency_key, ${'plan:sub_'.length + 26 + ':2020-01-31'.length}) AS month,
          sum(e.amount_nano_usd)::bigint AS sum_usd FROM transfers t JOIN entries e ON e.transfer_id = t.id
        WHERE t.kind = 'grant' AND t.organization_id = ${organizationId} AND e.amount_nano_usd > 0
        GROUP BY 1`.execute(store.db);
      for (const { sum_usd } of rows) expect(sum_usd <= 95n * dollar).toBe(true);
    }),
    { numRuns: 60 },
  );
  expect((await verifyLedger(store)).findings).toEqual([]);
}, 120_000);

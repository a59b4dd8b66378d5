import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dollar, prepaid, type Settled, settlement as settlementOf } from '../../test/money/books.ts';
import { type TestDatabase, testDatabase } from '../../test/postgres.ts';
import { systemClock } from '../lib/clock.ts';
import { newId } from '../lib/id.ts';
import type { Store } from '../store/store.ts';
import { post } from './post.ts';
import { postUsage } from './post-usage.ts';
import { creditWallet, grantCredit, takeBack, walletOf } from './wallet.ts';

let database: TestDatabase;
let store: Store;
let org: string;
let count = 0;

beforeAll(async () => {
  database = await testDatabase();
  store = await database.open();
});
afterAll(() => database.close());

beforeEach(async () => {
  org = await prepaid(store, `org-${++count}`);
});

const nextKey = () => `test:${++count}`;

/** Each is settled after the one before. */
const settlement = (chargeNanoUsd: bigint, more: Partial<Settled> = {}) =>
  settlementOf({ organizationId: org, chargeNanoUsd, settledAtMs: systemClock.nowMs() + count++, ...more });

const credit = (amountNanoUsd: bigint, idempotencyKey = nextKey()) =>
  creditWallet(store, { organizationId: org, amountNanoUsd, idempotencyKey, from: 'operator' }, systemClock);

describe('a wallet', () => {
  it('gets what is paid in once, however often it is told', async () => {
    const key = nextKey();
    const told = await Promise.all(Array.from({ length: 20 }, () => credit(5n * dollar, key)));
    expect(new Set(told.map(({ transferId }) => transferId)).size).toBe(1);
    expect(told.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(await walletOf(store.db, org)).toMatchObject({ paidNanoUsd: 5n * dollar, availableNanoUsd: 5n * dollar });
  });

  it('refuses the same key for another amount', async () => {
    const key = nextKey();
    await credit(dollar, key);
    await expect(credit(2n * dollar, key)).rejects.toMatchObject({ reason: 'conflict' });
  });

  it('pays for what was used: credit that expires first, then the rest of the credit, then what was paid in', async () => {
    const grant = (amountNanoUsd: bigint, expiresAtMs: number | undefined) =>
      grantCredit(
        store,
        {
          organizationId: org,
          kind: 'promotional',
          amountNanoUsd,
          idempotencyKey: nextKey(),
          ...(expiresAtMs && { expiresAtMs }),
        },
        systemClock,
      );
    await grant(3n, undefined);
    await grant(2n, systemClock.nowMs() + 86_400_000);
    await credit(10n);
    await postUsage(store.db, [settlement(1n), settlement(2n), settlement(4n)]);
    const grants = await store.db.selectFrom('grants').selectAll().where('organization_id', '=', org).execute();
    expect(grants.map((row) => [row.amount_nano_usd, row.remaining_nano_usd])).toEqual(
      expect.arrayContaining([
        [3n, 0n],
        [2n, 0n],
      ]),
    );
    expect(await walletOf(store.db, org)).toMatchObject({ creditNanoUsd: 0n, paidNanoUsd: 8n });
  });

  it('never falls below nothing: what it does not have is the house’s', async () => {
    await credit(10n);
    await postUsage(store.db, [settlement(7n), settlement(7n)]);
    expect(await walletOf(store.db, org)).toMatchObject({ paidNanoUsd: 0n });
    const { rows } = await sql<{ amount_usd: bigint }>`
      SELECT e.amount_nano_usd AS amount_usd FROM entries e JOIN transfers t ON t.id = e.transfer_id
      WHERE t.organization_id = ${org} AND e.account_id = 'house:overrun'`.execute(store.db);
    expect(rows).toEqual([{ amount_usd: -4n }]);
  });

  it('is charged once for a settlement that comes twice, also in one batch', async () => {
    await credit(10n);
    const one = settlement(3n);
    await postUsage(store.db, [one, one]);
    await postUsage(store.db, [one]);
    expect(await walletOf(store.db, org)).toMatchObject({ paidNanoUsd: 7n });
  });

  it('gives back what is not spent; what is spent is refused, or becomes a debt that the next payment pays first', async () => {
    await credit(10n);
    await postUsage(store.db, [settlement(4n)]);
    const back = (amountNanoUsd: bigint, missing: 'refuse' | 'owe') =>
      takeBack(
        store,
        { organizationId: org, amountNanoUsd, idempotencyKey: nextKey(), to: 'stripe', missing },
        systemClock,
      );
    await expect(back(7n, 'refuse')).rejects.toMatchObject({ reason: 'insufficient' });
    await back(8n, 'owe');
    expect(await walletOf(store.db, org)).toMatchObject({ paidNanoUsd: 0n, receivableNanoUsd: 2n });
    expect((await walletOf(store.db, org))?.blockedReason).toContain('$0.000000002');
    await credit(5n);
    expect(await walletOf(store.db, org)).toMatchObject({
      paidNanoUsd: 3n,
      receivableNanoUsd: 0n,
      blockedReason: undefined,
    });
  });

  it('is not there for an organization that is billed later: its use is owed', async () => {
    await store.db.updateTable('organizations').set({ spends: 'metered' }).where('id', '=', org).execute();
    await postUsage(store.db, [settlement(4n), settlement(0n)]);
    expect(await walletOf(store.db, org)).toMatchObject({ meteredNanoUsd: 4n, paidNanoUsd: 0n });
  });
});

describe('the ledger', () => {
  it('refuses entries that do not sum to nothing', async () => {
    const entries = [
      { account: `wallet:${org}`, amountNanoUsd: 2n },
      { account: 'house:operator', amountNanoUsd: -1n },
    ];
    const posting = { kind: 'odd', organizationId: org, idempotencyKey: nextKey(), entries };
    await expect(post(store.db, posting, systemClock)).rejects.toThrow(/sum to nothing/);
  });

  it('changes no transfer and no entry, whoever asks', async () => {
    await credit(10n);
    for (const statement of [
      `UPDATE entries SET amount_nano_usd = 1`,
      'DELETE FROM entries',
      'DELETE FROM transfers',
      `UPDATE transfers SET kind = 'x'`,
      'TRUNCATE ledger_links',
    ]) {
      await expect(sql.raw(statement).execute(store.db)).rejects.toThrow(/append-only/);
    }
  });
});

describe('a lease', () => {
  const lend = async (budget: string, need: number, boot = 'b', who = 'i') => {
    const { rows } = await sql<{ lease: number; lent: number; available: number; pot: string }>`
      SELECT * FROM lend(${budget}, NULL, ${who}, ${boot}, ${need}, '1 minute')`.execute(store.db);
    return rows[0];
  };

  it('is all that there is for one instance alone, and is released by what it was used for', async () => {
    await credit(100n);
    const lent = await lend(`wallet:${org}`, 10);
    expect(lent).toMatchObject({ lent: 100 });
    expect(await walletOf(store.db, org)).toMatchObject({ heldNanoUsd: 100n, availableNanoUsd: 0n });
    await postUsage(store.db, [settlement(30n, { leases: [lent?.lease ?? 0] })]);
    expect(await walletOf(store.db, org)).toMatchObject({ paidNanoUsd: 70n, heldNanoUsd: 70n, availableNanoUsd: 0n });
    await sql`SELECT give_back(${lent?.lease ?? 0}, 0, true)`.execute(store.db);
    expect(await walletOf(store.db, org)).toMatchObject({ heldNanoUsd: 0n, availableNanoUsd: 70n });
  });

  it('takes nothing of credit whose time is over, also before it is swept; what was lent of it stays lent', async () => {
    const credited = (amountNanoUsd: bigint, expiresAtMs?: number) =>
      grantCredit(
        store,
        {
          organizationId: org,
          kind: 'promotional',
          amountNanoUsd,
          idempotencyKey: nextKey(),
          ...(expiresAtMs !== undefined && { expiresAtMs }),
        },
        systemClock,
      );
    await credit(10n);
    await credited(100n, systemClock.nowMs() + 86_400_000);
    await credited(7n);
    const first = await lend(`wallet:${org}`, 5);
    expect(first).toMatchObject({ lent: 117 });
    await sql`SELECT give_back(${first?.lease ?? 0}, 77, false)`.execute(store.db);
    // 40 are lent, and 77 are free, of which all are of the credit that ends now.
    await sql`UPDATE grants SET expires_at = now() WHERE organization_id = ${org} AND expires_at IS NOT NULL`.execute(
      store.db,
    );
    expect(await lend(`wallet:${org}`, 1, 'b', 'another')).toMatchObject({ lent: 0, available: 0 });
    await credit(3n);
    expect(await lend(`wallet:${org}`, 1, 'b', 'another')).toMatchObject({ lent: 0, available: 0 });
    await credit(30n);
    // 150 - 40 held - 100 expired.
    expect(await lend(`wallet:${org}`, 1, 'b', 'another')).toMatchObject({ available: 10 });
    expect(await walletOf(store.db, org)).toMatchObject({ creditNanoUsd: 107n, paidNanoUsd: 43n });
  });

  it('that was closed releases nothing twice when its use comes late', async () => {
    await credit(100n);
    const lent = await lend(`wallet:${org}`, 10);
    await sql`SELECT give_back(${lent?.lease ?? 0}, 0, true)`.execute(store.db);
    await postUsage(store.db, [settlement(30n, { leases: [lent?.lease ?? 0] })]);
    expect(await walletOf(store.db, org)).toMatchObject({ paidNanoUsd: 70n, heldNanoUsd: 0n, availableNanoUsd: 70n });
  });

  it('of a budget counts in the window in which it was lent, by the unit of the budget', async () => {
    const id = newId('bud', systemClock.nowMs());
    const budget = { id, organization_id: org, owner_kind: 'organization' as const, owner_id: org };
    await store.db
      .insertInto('budgets')
      .values({ ...budget, unit: 'tokens', time_window: 'day', limit_units: 1_000, switch_to: null })
      .execute();
    const lent = await lend(id, 100);
    await postUsage(store.db, [settlement(30n, { leases: [lent?.lease ?? 0] }), settlement(30n)]);
    const pots = await store.db.selectFrom('pots').selectAll().where('budget_id', '=', id).execute();
    expect(pots.map((pot) => [pot.spent_units, pot.held_units])).toEqual([[30, 985]]);
  });
});

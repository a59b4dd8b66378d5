/** Markups, prices, plans and credit through whole gateways, to the nano-dollar. */
import { sql } from 'kysely';
import { afterEach, describe, expect, it } from 'vitest';
import { expireCredit } from '../../src/control/selling/expiry.ts';
import { type MarginGroup, marginGroups, marginReport } from '../../src/control/selling/margin.ts';
import { createPlan, type PlanTerms } from '../../src/control/selling/plans.ts';
import { type SaleTerms, setSalePrice } from '../../src/control/selling/sale-prices.ts';
import { cancelPlan, startPlan } from '../../src/control/selling/subscriptions.ts';
import { verifyLedger } from '../../src/ledger/verify.ts';
import { grantCredit, walletOf } from '../../src/ledger/wallet.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { Store } from '../../src/store/store.ts';
import { until } from '../until.ts';
import { type Customer, type Fleet, startFleet } from './fleet.ts';
import { obedient } from './obedient.ts';

let fleet: Fleet;

afterEach(async () => {
  await fleet.settle();
  await sumsAreTheSame();
  expect((await verifyLedger(fleet.store)).findings).toEqual([]);
  await fleet.close();
});

const dollar = 1_000_000_000n;
/** 10 input tokens at $1 and 7 words at $10 for a million. */
const cost = 80_000n;
const ask = { max_tokens: 7 };

async function open(): Promise<void> {
  fleet = await startFleet({
    script: obedient,
    providers: '  rare: { type: openai-compatible, baseUrl: "$URL/v1", models: [m] }',
    models: '  rare/m: { price: { input: 1, output: 10 }, contextTokens: 100000 }',
  });
}

const inside = <T>(work: (db: Store['db']) => Promise<T>) => fleet.store.db.transaction().execute(work);

async function sell(terms: SaleTerms) {
  const made = await inside((db) => setSalePrice(db, terms, systemClock));
  await fleet.refresh();
  return made;
}

/** An organization with a plan of that kind, whose months are free. */
async function subscriber(name: string, terms: Partial<PlanTerms>, balance = 0n): Promise<Customer> {
  const customer = await fleet.customer(name, balance);
  const plan = {
    name: `${name}'s`,
    monthlyNanoUsd: 0n,
    allowanceNanoUsd: 200_000n,
    overage: 'stop' as const,
    ...terms,
  };
  await inside(async (db) => {
    const { id } = await createPlan(db, plan, systemClock);
    await startPlan(db, { organizationId: customer.organizationId, plan: id }, systemClock);
  });
  await fleet.refresh();
  return customer;
}

async function fundsOf({ organizationId }: Customer) {
  await fleet.settle();
  const wallet = await walletOf(fleet.store.db, organizationId);
  return [wallet?.paidNanoUsd, wallet?.creditNanoUsd];
}

const errorOf = ({ status, text }: { status: number; text: string }) => {
  const { error } = JSON.parse(text) as { error: { code: string; message: string } };
  return { status, code: error.code, message: error.message };
};

/** Every way to add up says the same as usage and as the ledger. */
async function sumsAreTheSame(): Promise<void> {
  const { rows } = await sql<Record<string, bigint>>`
    SELECT coalesce(sum(charge_nano_usd), 0)::bigint AS charge_usd, coalesce(sum(cost_nano_usd), 0)::bigint AS cost_usd,
      (SELECT coalesce(sum(posted_nano_usd), 0)::bigint FROM accounts WHERE id = 'house:revenue') AS revenue_usd
    FROM usage`.execute(fleet.store.db);
  const [sums] = rows;
  expect(sums?.charge_usd).toBe(sums?.revenue_usd);
  for (const by of marginGroups as readonly MarginGroup[]) {
    const report = await marginReport(fleet.store.db, { by, timeZone: 'Asia/Kathmandu' });
    const revenue = report.rows.reduce((sum, row) => sum + row.revenueNanoUsd, 0n);
    const costs = report.rows.reduce((sum, row) => sum + row.costNanoUsd, 0n);
    expect([revenue, costs]).toEqual([sums?.charge_usd, sums?.cost_usd]);
    expect([report.total.revenueNanoUsd, report.total.costNanoUsd]).toEqual([sums?.charge_usd, sums?.cost_usd]);
  }
}

describe('a sale price', () => {
  it('of 20 % on top charges exactly that, and stands on the row of usage', async () => {
    await open();
    const customer = await fleet.customer('acme', dollar);
    const rule = await sell({ markupBasisPoints: 2_000 });
    const answer = await fleet.chat(customer.key, ask);
    expect([answer.status, answer.headers['x-tollgate-cost-usd']]).toEqual([200, '0.000096']);
    expect(await fundsOf(customer)).toEqual([dollar - 96_000n, 0n]);
    const row = await fleet.store.db.selectFrom('usage').selectAll().executeTakeFirstOrThrow();
    expect(row).toMatchObject({ cost_nano_usd: cost, charge_nano_usd: 96_000n });
    expect(row.price_version).toContain(rule.id);
    const { total } = await marginReport(fleet.store.db, { by: 'day' });
    expect(total).toMatchObject({ revenueNanoUsd: 96_000n, costNanoUsd: cost, marginNanoUsd: 16_000n });
  });

  it('of its own replaces the cost, for one organization and provider alone', async () => {
    await open();
    const acme = await fleet.customer('acme', dollar);
    const other = await fleet.customer('other', dollar);
    const price = { input: '3', output: '12.5', perRequest: '0.001' };
    await sell({ organizationId: acme.organizationId, model: 'fake/*', price });
    for (const { key } of [acme, other]) expect((await fleet.chat(key, ask)).status).toBe(200);
    expect((await fleet.chat(acme.key, { ...ask, model: 'rare/m' })).status).toBe(200);
    // 10 at $3 and 7 at $12.50 for a million, and a tenth of a cent.
    expect(await fundsOf(acme)).toEqual([dollar - (30_000n + 87_500n + 1_000_000n) - cost, 0n]);
    expect(await fundsOf(other)).toEqual([dollar - cost, 0n]);
  });

  it('holds what it charges: who can pay the cost and not the price is refused', async () => {
    await open();
    const customer = await fleet.customer('acme', 76_000n);
    await sell({ markupBasisPoints: 2_000 });
    expect(errorOf(await fleet.chat(customer.key, ask))).toMatchObject({ status: 402, code: 'insufficient_balance' });
  });
});

describe('a plan', () => {
  it('that stops when its allowance is used refuses with its rule, and touches no wallet', async () => {
    await open();
    const customer = await subscriber('acme', {}, dollar);
    expect((await fleet.chat(customer.key, ask)).status).toBe(200);
    expect((await fleet.chat(customer.key, ask)).status).toBe(200);
    await fleet.settle();
    const refused = errorOf(await fleet.chat(customer.key, ask));
    expect(refused).toMatchObject({ status: 402, code: 'plan_allowance_used' });
    expect(refused.message).toContain("the plan acme's of acme is too low: $0.00004 is left");
    expect(refused.message).toContain('needs at least $0.000075');
    expect(await fundsOf(customer)).toEqual([dollar, 40_000n]);
  });

  it('with overage goes on from the wallet when its allowance is used', async () => {
    await open();
    const customer = await subscriber('acme', { overage: 'wallet' }, dollar);
    for (let i = 0; i < 5; i++) expect((await fleet.chat(customer.key, ask)).status).toBe(200);
    expect(await fundsOf(customer)).toEqual([dollar - (5n * cost - 200_000n), 0n]);
    const { total } = await marginReport(fleet.store.db, { by: 'model' });
    expect(total).toMatchObject({ revenueNanoUsd: 5n * cost, paidByCreditNanoUsd: 200_000n });
  });

  it('with a bill counts what its allowance does not pay', async () => {
    await open();
    const customer = await subscriber('acme', { overage: 'invoice' });
    for (let i = 0; i < 5; i++) expect((await fleet.chat(customer.key, ask)).status).toBe(200);
    await fleet.settle();
    expect(await customer.wallet()).toMatchObject({ creditNanoUsd: 0n, meteredNanoUsd: 5n * cost - 200_000n });
  });

  it('narrows every key to its models, sells at its markup, and limits them together', async () => {
    await open();
    const limits = { requestsPerMinute: 2 };
    const customer = await subscriber('acme', {
      models: ['fake/*'],
      markupBasisPoints: 2_500,
      limits,
      allowanceNanoUsd: dollar,
    });
    await sell({ markupBasisPoints: 100 });
    const refused = errorOf(await fleet.chat(customer.key, { ...ask, model: 'rare/m' }));
    expect(refused).toMatchObject({ status: 403, code: 'model_not_in_plan' });
    expect(refused.message).toContain('fake/*');
    for (let i = 0; i < 2; i++) expect((await fleet.chat(customer.key, ask)).status).toBe(200);
    expect((await fleet.chat(customer.key, ask)).status).toBe(429);
    expect(await fundsOf(customer)).toEqual([0n, dollar - 200_000n]);
  });

  it('gives its unused allowance back when it is cancelled at once', async () => {
    await open();
    const customer = await subscriber('acme', { monthlyNanoUsd: dollar, allowanceNanoUsd: dollar / 2n }, dollar);
    expect((await fleet.chat(customer.key, ask)).status).toBe(200);
    await fleet.settle();
    for (const instance of fleet.instances) await instance.refresh();
    await until('what is lent comes back', async () => {
      await sql`UPDATE leases SET recalled = true WHERE closed_at IS NULL`.execute(fleet.store.db);
      await sql`SELECT pg_notify('tollgate_leases', current_schema() || ':wallet:' || ${customer.organizationId}::text)`.execute(
        fleet.store.db,
      );
      return (await walletOf(fleet.store.db, customer.organizationId))?.heldNanoUsd === 0n;
    });
    const { paidBackNanoUsd } = await inside((db) => cancelPlan(db, customer.organizationId, 'now', systemClock));
    // No more of the price than of the allowance is left.
    expect(paidBackNanoUsd).toBe(dollar - 2n * cost);
    expect(await fundsOf(customer)).toEqual([paidBackNanoUsd, 0n]);
  });
});

describe('credit', () => {
  const grant = (customer: Customer, amountNanoUsd: bigint, days?: number) =>
    grantCredit(
      fleet.store,
      {
        organizationId: customer.organizationId,
        kind: 'promotional',
        amountNanoUsd,
        idempotencyKey: `grant:${amountNanoUsd}:${days}`,
        ...(days !== undefined && { expiresAtMs: Date.now() + days * 86_400_000 }),
      },
      systemClock,
    );
  const layers = async () => {
    const rows = await fleet.store.db
      .selectFrom('grants')
      .select('remaining_nano_usd')
      .orderBy('amount_nano_usd')
      .execute();
    return rows.map((row) => row.remaining_nano_usd);
  };

  it('that ends first is spent first, and all of it before paid money', async () => {
    await open();
    const customer = await fleet.customer('acme', dollar);
    await grant(customer, 100_001n);
    await grant(customer, 100_002n, 30);
    await grant(customer, 100_003n, 2);
    expect((await fleet.chat(customer.key, ask)).status).toBe(200);
    await fleet.settle();
    expect(await layers()).toEqual([100_001n, 100_002n, 20_003n]);
    for (let i = 0; i < 3; i++) expect((await fleet.chat(customer.key, ask)).status).toBe(200);
    expect(await fundsOf(customer)).toEqual([dollar - (4n * cost - 300_006n), 0n]);
  });

  it('that expires stays with the request that holds it, and the rest is taken back at once', async () => {
    await open();
    const customer = await fleet.customer('acme', 0n);
    await grant(customer, dollar / 100n, 2);
    const running = fleet.chat(customer.key, { max_tokens: 30, stream: true, pace_ms: 40 });
    await until('a hold', async () => (await customer.wallet()).heldNanoUsd > 0n);
    await sql`UPDATE grants SET expires_at = now()`.execute(fleet.store.db);
    const { takenNanoUsd } = await expireCredit(fleet.store, systemClock);
    expect(takenNanoUsd > 0n && takenNanoUsd < dollar / 100n).toBe(true);
    expect((await running).status).toBe(200);
    await fleet.settle();
    const used = 10_000n + 30n * 10_000n;
    const rest = await until(
      'the rest is free',
      async () => (await expireCredit(fleet.store, systemClock)).takenNanoUsd,
    );
    expect(await fundsOf(customer)).toEqual([0n, 0n]);
    expect(takenNanoUsd + rest).toBe(dollar / 100n - used);
  });
});

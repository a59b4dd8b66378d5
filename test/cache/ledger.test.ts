/** Hits in the books: charged by rule to the nano-dollar, held on budgets and wallets, and no provider's tokens. */
import { afterEach, describe, expect, it } from 'vitest';
import { verifyLedger } from '../../src/ledger/verify.ts';
import { newId } from '../../src/lib/id.ts';
import { type Customer, type Fleet, startFleet } from '../money/fleet.ts';
import { obedient } from '../money/obedient.ts';

let fleet: Fleet;
afterEach(() => fleet.close());

const dollar = 1_000_000_000n;
const control = { 'x-tollgate-cache-control': 'max-age=60' };
/** 10 input tokens at $1 and 7 words at $10 for a million. */
const made = 80_000n;
const ask = (customer: Customer, content = 'hi') =>
  fleet.chat(customer.key, { max_tokens: 7, messages: [{ role: 'user', content }] }, 0, control);
const start = (config: string) => startFleet({ script: obedient, config });

async function rowsOf({ organizationId }: Customer) {
  await fleet.settle();
  return fleet.store.db
    .selectFrom('usage')
    .select(['charge_nano_usd', 'cost_nano_usd', 'input_tokens', 'output_tokens', 'served_model', 'provider', 'flags'])
    .where('organization_id', '=', organizationId)
    .orderBy('settled_at')
    .execute();
}

async function booksAreRight(): Promise<void> {
  const { drift, findings } = await verifyLedger(fleet.store);
  expect([drift, findings]).toEqual([0, []]);
}

/** A budget of so many requests; where it is used up, the next are refused, or go by the route. */
async function budgetRequests({ organizationId, keyId }: Customer, limit: number, switchTo: string | null) {
  await fleet.store.db
    .insertInto('budgets')
    .values({
      id: newId('bud', Date.now()),
      organization_id: organizationId,
      owner_kind: 'key',
      owner_id: keyId,
      unit: 'requests',
      limit_units: limit,
      time_window: 'total',
      action: switchTo === null ? 'refuse' : 'switch',
      switch_to: switchTo,
    })
    .execute();
  await fleet.refresh();
}

describe('a hit', () => {
  it('takes its share of the price from the wallet, and counts no tokens', async () => {
    fleet = await start('cache: { hitPricePercent: 12.34 }');
    const customer = await fleet.customer('acme', dollar);
    for (const told of ['miss', 'hit', 'hit']) {
      expect((await ask(customer)).headers['x-tollgate-cache']).toBe(told);
    }
    const share = 9_872n;
    const [first, ...hits] = await rowsOf(customer);
    expect(first).toMatchObject({ charge_nano_usd: made, input_tokens: 10, output_tokens: 7 });
    for (const hit of hits) {
      expect(hit).toMatchObject({
        charge_nano_usd: share,
        cost_nano_usd: 0n,
        input_tokens: 0,
        output_tokens: 0,
        served_model: 'fake/m',
        provider: null,
      });
      expect(hit.flags[0]).toBe('cached');
    }
    expect(await customer.wallet()).toMatchObject({ paidNanoUsd: dollar - made - 2n * share });
    await booksAreRight();
  });

  it('costs nothing by default, and an empty wallet gets one all the same', async () => {
    fleet = await start('');
    const customer = await fleet.customer('acme', made);
    expect((await ask(customer)).status).toBe(200);
    await fleet.settle();
    expect(await customer.wallet()).toMatchObject({ paidNanoUsd: 0n });
    expect((await ask(customer)).headers['x-tollgate-cache']).toBe('hit');
    expect((await ask(customer, 'something else')).status).toBe(402);
    await booksAreRight();
  });

  it('that costs something is refused to an empty wallet', async () => {
    fleet = await start('cache: { hitPricePercent: 50 }');
    const customer = await fleet.customer('acme', made + 39_999n);
    expect((await ask(customer)).status).toBe(200);
    await fleet.settle();
    expect((await ask(customer)).status).toBe(402);
    await customer.topUp(1n);
    await fleet.refresh();
    expect((await ask(customer)).headers['x-tollgate-cache']).toBe('hit');
    await fleet.settle();
    expect(await customer.wallet()).toMatchObject({ paidNanoUsd: 0n });
    await booksAreRight();
  });

  it('is none for an organization that is blocked', async () => {
    fleet = await start('');
    const customer = await fleet.customer('acme', dollar);
    await ask(customer);
    await fleet.store.db
      .updateTable('organizations')
      .set({ blocked_reason: 'dispute' })
      .where('id', '=', customer.organizationId)
      .execute();
    await fleet.refresh();
    const refused = await ask(customer);
    expect([refused.status, fleet.upstream.calls.length]).toEqual([402, 1]);
  });

  it('counts as a request where requests are budgeted', async () => {
    fleet = await start('');
    const customer = await fleet.customer('acme', dollar);
    await budgetRequests(customer, 2, null);
    const told = [];
    for (let i = 0; i < 3; i++) told.push((await ask(customer)).status);
    expect(told).toEqual([200, 200, 402]);
    expect(await rowsOf(customer)).toHaveLength(2);
  });

  it('is none where a used-up budget sends the request by another route, and that answer is for nobody else', async () => {
    fleet = await start('');
    const customer = await fleet.customer('acme', dollar);
    await budgetRequests(customer, 1, 'fake/m');
    const told = [];
    for (let i = 0; i < 3; i++) {
      const { status, headers } = await ask(customer);
      told.push([status, headers['x-tollgate-cache'], headers['x-tollgate-budget-switch'] !== undefined]);
    }
    expect(told).toEqual([
      [200, 'miss', false],
      [200, 'miss', true],
      [200, 'miss', true],
    ]);
    expect(fleet.upstream.calls).toHaveLength(3);
    await fleet.settle();
    await booksAreRight();
  });
});

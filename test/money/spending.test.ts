import { afterEach, describe, expect, it } from 'vitest';
import { newId } from '../../src/lib/id.ts';
import { until } from '../until.ts';
import { type Customer, type Fleet, startFleet } from './fleet.ts';
import { obedient } from './obedient.ts';

let fleet: Fleet;
afterEach(() => fleet.close());

const dollar = 1_000_000_000n;
/** A request with `words` words: 10 input tokens at $1 and the words at $10 for a million. */
const costOf = (words: number): bigint => BigInt(10 * 1_000 + words * 10_000);

type BudgetFields = {
  unit: 'usd' | 'tokens' | 'requests';
  limit_units: bigint | number;
  owner_kind?: 'organization' | 'key' | 'tag';
  owner_id?: string;
  action?: 'refuse' | 'warn' | 'switch';
  switch_to?: string;
  time_window?: 'day' | 'total';
};

async function budget(customer: Customer, fields: BudgetFields): Promise<string> {
  const id = newId('bud', Date.now());
  await fleet.store.db
    .insertInto('budgets')
    .values({
      id,
      organization_id: customer.organizationId,
      owner_kind: 'key',
      owner_id: customer.keyId,
      time_window: 'total',
      switch_to: null,
      ...fields,
    })
    .execute();
  await fleet.refresh();
  return id;
}

async function metered(name: string): Promise<Customer> {
  const customer = await fleet.customer(name, 0n);
  await fleet.store.db
    .updateTable('organizations')
    .set({ billing: 'metered', spends: 'metered' })
    .where('id', '=', customer.organizationId)
    .execute();
  await fleet.refresh();
  return customer;
}

const rowsOf = (customer: Customer) =>
  fleet.store.db
    .selectFrom('usage')
    .select(['status', 'http_status', 'error_kind', 'charge_nano_usd', 'output_tokens'])
    .where('organization_id', '=', customer.organizationId)
    .execute();

describe('a prepaid organization', () => {
  it('pays exactly what its requests cost', async () => {
    fleet = await startFleet({ script: obedient });
    const customer = await fleet.customer('acme', dollar);
    const answer = await fleet.chat(customer.key, { max_tokens: 7 });
    expect([answer.status, answer.headers['x-tollgate-cost-usd']]).toEqual([200, '0.00008']);
    await fleet.settle();
    expect(await customer.wallet()).toMatchObject({ paidNanoUsd: dollar - 80_000n });
  });

  it('without money is refused with the rule, the numbers and the remedy; no provider is asked; money helps at once', async () => {
    fleet = await startFleet({ script: obedient });
    const customer = await fleet.customer('acme', 5_000n);
    const refused = await fleet.chat(customer.key, { max_tokens: 7 });
    expect(refused.status).toBe(402);
    const { error } = JSON.parse(refused.text);
    expect(error.code).toBe('insufficient_balance');
    expect(error.message).toMatch(/acme is too low: \$0\.000005 is left, and this request needs at least \$0\.0000\d+/);
    expect(fleet.upstream.calls).toHaveLength(0);
    await fleet.settle();
    expect(await rowsOf(customer)).toEqual([]);
    await customer.topUp(dollar);
    expect((await fleet.chat(customer.key, { max_tokens: 7 })).status).toBe(200);
  });

  it('never gets below nothing: 200 calls at once with money for some', async () => {
    fleet = await startFleet({ script: obedient, instances: 2 });
    const customer = await fleet.customer('acme', 12n * costOf(20));
    const answers = await Promise.all(
      Array.from({ length: 200 }, () => fleet.chat(customer.key, { max_tokens: 20, stream: true })),
    );
    await fleet.settle();
    const served = answers.filter(({ status }) => status === 200);
    expect(answers.filter(({ status }) => ![200, 402].includes(status))).toEqual([]);
    const wallet = await customer.wallet();
    expect([served.length, wallet.paidNanoUsd]).toEqual([12, 0n]);
  });

  it('spends on when a request that was refused fits once others have settled', async () => {
    fleet = await startFleet({ script: obedient });
    const customer = await fleet.customer('acme', costOf(300));
    const first = fleet.chat(customer.key, { max_tokens: 100, stream: true, pace_ms: 3 });
    await fleet.upstream.waitForCalls(1);
    const tooMuch = await fleet.chat(customer.key, { max_tokens: 280, stream: true });
    expect(tooMuch.status).toBe(402);
    await first;
    expect((await fleet.chat(customer.key, { max_tokens: 150, stream: true })).status).toBe(200);
  });

  it('sees a stream end in its own dialect, with the rule named, when the money is used up', async () => {
    fleet = await startFleet({ script: obedient, config: '' });
    const customer = await fleet.customer('acme', costOf(400));
    const answer = await fleet.chat(customer.key, { max_tokens: 5_000, stream: true, pace_ms: 1 });
    expect(answer.status).toBe(200);
    const words = answer.text.match(/word/g)?.length ?? 0;
    expect(words).toBeGreaterThan(250);
    expect(words).toBeLessThanOrEqual(400 + 256);
    const last = answer.text.trim().split('\n\n').at(-1) ?? '';
    expect(JSON.parse(last.slice('data: '.length)).error).toMatchObject({ code: 'insufficient_balance' });
    await until('the provider is let go', () => fleet.upstream.calls[0]?.closedAtMs !== undefined);
    await fleet.settle();
    const wallet = await customer.wallet();
    expect(wallet.paidNanoUsd).toBeGreaterThanOrEqual(0n);
    expect(await rowsOf(customer)).toMatchObject([{ status: 'failed', error_kind: 'payment-required' }]);
  });

  it('that owes us something spends nothing, and is told why', async () => {
    fleet = await startFleet({ script: obedient });
    const customer = await fleet.customer('acme', dollar);
    await fleet.store.db
      .updateTable('organizations')
      .set({ blocked_reason: '$3.00 that was disputed had been spent already' })
      .where('id', '=', customer.organizationId)
      .execute();
    await fleet.refresh();
    const { status, text } = await fleet.chat(customer.key, {});
    expect([status, JSON.parse(text).error.code]).toEqual([402, 'spending_blocked']);
    expect(text).toContain('$3.00 that was disputed');
  });

  it('is charged for other operations by the same money', async () => {
    fleet = await startFleet({
      script: (_, reply) =>
        reply.json(200, { object: 'list', data: [{ embedding: [0] }], usage: { prompt_tokens: 4, total_tokens: 4 } }),
    });
    const customer = await fleet.customer('acme', 9_000n);
    const embed = () => fleet.post('/v1/embeddings', customer.key, { input: 'abcd efgh' });
    expect([(await embed()).status, (await embed()).status, (await embed()).status]).toEqual([200, 200, 402]);
    await fleet.settle();
    expect((await customer.wallet()).paidNanoUsd).toBe(1_000n);
  });
});

describe('a budget', () => {
  it('of requests, tokens or dollars refuses what is beyond it, whoever’s it is', async () => {
    fleet = await startFleet({ script: obedient });
    for (const [unit, limit, fits] of [
      ['requests', 3, 3],
      ['tokens', 3 * 15 + 9, 3],
      ['usd', costOf(5) * 2n + 1n, 2],
    ] as const) {
      for (const owner_kind of ['key', 'organization'] as const) {
        const customer = await metered(`${unit}-${owner_kind}`);
        const owner_id = owner_kind === 'key' ? customer.keyId : customer.organizationId;
        await budget(customer, { unit, limit_units: limit, owner_kind, owner_id });
        const seen: number[] = [];
        for (let i = 0; i < fits + 2; i++) seen.push((await fleet.chat(customer.key, { max_tokens: 5 })).status);
        expect([unit, owner_kind, ...seen]).toEqual([unit, owner_kind, ...Array(fits).fill(200), 402, 402]);
      }
    }
  });

  it('names itself, its numbers and when it starts again', async () => {
    fleet = await startFleet({ script: obedient });
    const customer = await metered('acme');
    const id = await budget(customer, { unit: 'requests', limit_units: 1, time_window: 'day' });
    await fleet.chat(customer.key, {});
    const { status, text, headers } = await fleet.chat(customer.key, {});
    expect([status, JSON.parse(text).error.code]).toEqual([402, 'budget_exceeded']);
    expect(text).toContain(`The budget ${id} of the key acme-key`);
    expect(text).toMatch(/1 requests a day, .*It starts again in \d+ (hours|minutes)/);
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
  });

  it('holds on the whole chain at once: what one refuses holds nothing on another', async () => {
    fleet = await startFleet({ script: obedient });
    const customer = await metered('acme');
    await budget(customer, { unit: 'requests', limit_units: 100 });
    const tight = { unit: 'tokens' as const, limit_units: 3, owner_kind: 'organization' as const };
    await budget(customer, { ...tight, owner_id: customer.organizationId });
    for (let i = 0; i < 5; i++) expect((await fleet.chat(customer.key, {})).status).toBe(402);
    await fleet.settle();
    const pots = await fleet.store.db.selectFrom('pots').select(['unit', 'spent_units']).execute();
    expect(pots.map(({ spent_units }) => spent_units)).toEqual(pots.map(() => 0));
  });

  it('of a tag counts what carries the tag, and nothing else', async () => {
    fleet = await startFleet({ script: obedient });
    const customer = await metered('acme');
    await budget(customer, { unit: 'requests', limit_units: 1, owner_kind: 'tag', owner_id: 'nightly' });
    const tagged = () => fleet.chat(customer.key, {}, 0, { 'x-tollgate-tags': 'blue, nightly' });
    expect([(await tagged()).status, (await tagged()).status]).toEqual([200, 402]);
    expect((await fleet.chat(customer.key, {})).status).toBe(200);
  });

  it('that only warns refuses nobody, and counts all the same', async () => {
    fleet = await startFleet({ script: obedient });
    const customer = await metered('acme');
    const id = await budget(customer, { unit: 'requests', limit_units: 1, action: 'warn' });
    for (let i = 0; i < 3; i++) expect((await fleet.chat(customer.key, {})).status).toBe(200);
    await fleet.settle();
    const pot = fleet.store.db.selectFrom('pots').select('spent_units').where('budget_id', '=', id);
    expect(await pot.executeTakeFirst()).toEqual({ spent_units: 3 });
  });

  it('may switch to another route when it is used up, and the answer says so', async () => {
    const config = 'routes: { cheap: { targets: [fake/m] } }';
    fleet = await startFleet({ script: obedient, config });
    const customer = await metered('acme');
    const id = await budget(customer, { unit: 'requests', limit_units: 1, action: 'switch', switch_to: 'cheap' });
    expect((await fleet.chat(customer.key, {})).headers['x-tollgate-budget-switch']).toBeUndefined();
    const second = await fleet.chat(customer.key, {});
    expect([second.status, second.headers['x-tollgate-budget-switch']]).toEqual([200, id]);
  });

  it('that is lowered or raised holds so within a second', async () => {
    fleet = await startFleet({ script: obedient });
    const customer = await metered('acme');
    const id = await budget(customer, { unit: 'requests', limit_units: 100 });
    const set = (limit_units: number) =>
      fleet.store.db.updateTable('budgets').set({ limit_units }).where('id', '=', id).execute();
    const status = async () => (await fleet.chat(customer.key, {})).status;
    expect(await status()).toBe(200);
    await fleet.settle();
    await set(1);
    await until('it is lowered', async () => (await status()) === 402, 1_000);
    await set(1_000);
    await until('it is raised', async () => (await status()) === 200, 1_000);
  });

  it('is one for all instances', async () => {
    fleet = await startFleet({ script: obedient, instances: 3 });
    const customer = await metered('acme');
    await budget(customer, { unit: 'requests', limit_units: 40 });
    const answers = await Promise.all(Array.from({ length: 90 }, () => fleet.chat(customer.key, {})));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(40);
  });
});

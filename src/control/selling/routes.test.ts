import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestApi, testApi } from '../../../test/api/harness.ts';
import { dollar, settlement } from '../../../test/money/books.ts';
import { postUsage } from '../../ledger/post-usage.ts';
import { creditWallet } from '../../ledger/wallet.ts';
import { systemClock } from '../../lib/clock.ts';

let api: TestApi;
let acme: { id: string; key: string };
let other: { id: string; key: string };

beforeAll(async () => {
  api = await testApi();
  acme = await api.tenant('acme');
  other = await api.tenant('other');
  for (const [i, organizationId] of [acme.id, other.id].entries()) {
    const credit = { organizationId, amountNanoUsd: 90n * dollar, idempotencyKey: `c${i}`, from: 'operator' as const };
    await creditWallet(api.store, credit, systemClock);
  }
});

afterAll(() => api.close());

const prices = (body: object, key?: string) => api.ask('POST /prices', { body, ...(key && { key }) });

describe('prices', () => {
  it('are set, listed and ended by an operator', async () => {
    const made = await prices({ organizationId: acme.id, model: 'openai/*', markupBasisPoints: 2_000 });
    expect(made).toMatchObject({
      status: 201,
      body: {
        price: { organizationId: acme.id, model: 'openai/*', markupBasisPoints: 2_000, price: null },
        warnings: [],
      },
    });
    const { id } = made.body.price;
    expect((await api.ask('GET /prices')).body.data).toMatchObject([{ id }]);
    expect((await api.ask(`POST /prices/${id}/end`)).body).toMatchObject({ id, endedAt: expect.any(String) });
    expect((await api.ask('GET /prices')).body.data).toEqual([]);
    expect((await api.ask('GET /prices?includeEnded=true')).body.data).toMatchObject([{ id }]);
  });

  it.each([
    ['nothing', {}],
    ['a number', { price: { input: 1, output: '1' } }],
    ['an unknown rate', { price: { input: '1', output: '1', inputs: '1' } }],
    ['an unknown field', { markup: 1 }],
    ['a bare name', { model: 'gpt-5', markupBasisPoints: 1 }],
  ])('refuse %s with 400', async (_, body) => {
    expect((await prices(body)).status).toBe(400);
  });

  it('are for operators, and of organizations that are there', async () => {
    expect((await prices({ markupBasisPoints: 1 }, acme.key)).status).toBe(403);
    expect((await prices({ organizationId: 'org_x', markupBasisPoints: 1 })).status).toBe(404);
    expect((await api.ask('POST /prices/sp_x/end')).status).toBe(404);
  });
});

describe('plans', () => {
  it('are listed for everybody, and made and ended by an operator', async () => {
    const seeded = await api.ask('GET /plans', { key: acme.key });
    expect(seeded.body.data.map((plan: { name: string; monthlyUsd: string }) => [plan.name, plan.monthlyUsd])).toEqual([
      ['Free', '0.00'],
      ['Starter', '9.00'],
      ['Plus', '29.00'],
      ['Pro', '99.00'],
    ]);
    const body = {
      name: 'Team',
      monthlyUsd: '49.00',
      allowanceUsd: '40',
      overage: 'stop',
      limits: { requestsPerMinute: 5 },
      models: ['openai/*'],
      markupBasisPoints: 1_000,
    };
    const made = await api.ask('POST /plans', { body });
    expect(made).toMatchObject({ status: 201, body: { ...body, allowanceUsd: '40.00', endedAt: null } });
    expect((await api.ask('POST /plans', { body, key: acme.key })).status).toBe(403);
    expect((await api.ask('POST /plans', { body: { ...body, monthlyUsd: '1.001' } })).status).toBe(400);
    const ended = await api.ask(`POST /plans/${made.body.id}/end`);
    expect(ended.body.endedAt).not.toBeNull();
    expect((await api.ask('POST /plans/plan_x/end')).status).toBe(404);
  });
});

describe('a subscription', () => {
  const path = () => `/organizations/${acme.id}/subscription`;

  it('is started, previewed, changed and cancelled, each once for its key', async () => {
    const headers = { 'idempotency-key': 'start' };
    const start = () => api.ask(`POST ${path()}`, { key: acme.key, body: { plan: 'Starter' }, headers });
    const started = await start();
    expect(started).toMatchObject({ status: 201, body: { subscription: { planId: 'plan_starter' }, checkout: null } });
    expect((await start()).body).toEqual(started.body);
    const preview = await api.ask(`POST ${path()}/preview`, { key: acme.key, body: { plan: 'Plus' } });
    expect(preview.body).toMatchObject({
      when: 'now',
      planId: 'plan_plus',
      dueUsd: expect.stringMatching(/^(19|20)\./),
    });
    const { prorationAt, dueUsd } = preview.body;
    const changed = await api.ask(`POST ${path()}/change`, { key: acme.key, body: { plan: 'Plus', prorationAt } });
    expect(changed.body).toMatchObject({ planId: 'plan_plus' });
    const fees = (await api.ask('GET /transfers?limit=1', { key: acme.key })).body;
    expect(JSON.stringify(fees)).toContain('grant');
    const wallet = (await api.ask(`GET /organizations/${acme.id}/wallet`)).body;
    expect(Number(wallet.paidUsd)).toBeCloseTo(81 - Number(dueUsd), 6);
    const list = await api.ask('GET /subscriptions', { key: acme.key });
    expect(list.body.data).toMatchObject([{ id: started.body.subscription.id }]);
    const cancelled = await api.ask(`POST ${path()}/cancel`, { key: acme.key, body: { when: 'now' } });
    expect(cancelled.body.subscription).toMatchObject({ status: 'cancelled' });
    expect(Number(cancelled.body.paidBackUsd)).toBeGreaterThan(28.9);
    expect((await api.ask(`GET ${path()}`)).status).toBe(404);
  });

  it('is refused where it cannot be', async () => {
    const start = (body: object, key = acme.key) => api.ask(`POST ${path()}`, { key, body });
    expect((await start({ plan: 'Gold' })).body.error.message).toContain('no plan "Gold"');
    expect(await start({ plan: 'Pro', pays: 'invoice' })).toMatchObject({ status: 403 });
    expect(await start({ plan: 'Pro' })).toMatchObject({ status: 409, body: { error: { code: 'conflict' } } });
    expect(await start({ plan: 'Pro', pays: 'stripe' })).toMatchObject({
      status: 409,
      body: { error: { code: 'stripe_not_configured' } },
    });
    expect((await start({ plan: 'Free', pays: 'stripe' })).body.error.message).toContain('costs nothing');
    expect((await start({ plan: 'Free' }, other.key)).status).toBe(404);
    const later = { name: 'Later', monthlyUsd: '0', allowanceUsd: '0', overage: 'invoice' };
    await api.ask('POST /plans', { body: later });
    expect(await start({ plan: 'Later' })).toMatchObject({ status: 403, body: { error: { path: 'plan' } } });
    expect((await start({ plan: 'Free', paysBy: 'me' })).status).toBe(400);
    expect((await api.ask(`POST ${path()}/cancel`, { body: { when: 'now' } })).body.error.message).toContain('no plan');
  });
});

describe('credit', () => {
  it('is given by an operator; a trial once', async () => {
    const path = `POST /organizations/${other.id}/credits`;
    const expiresAt = '2040-01-01T00:00:00.000Z';
    const given = await api.ask(path, { body: { kind: 'trial', amountUsd: '5', expiresAt } });
    expect(given).toMatchObject({
      status: 201,
      body: { kind: 'trial', amountUsd: '5.00', remainingUsd: '5.00', expiresAt },
    });
    const again = await api.ask(path, { body: { kind: 'trial', amountUsd: '5' } });
    expect(again).toMatchObject({
      status: 409,
      body: { error: { message: 'The organization had its trial credit.' } },
    });
    expect((await api.ask(path, { body: { kind: 'promotional', amountUsd: '1' } })).status).toBe(201);
    expect((await api.ask(path, { key: other.key, body: { kind: 'promotional', amountUsd: '1' } })).status).toBe(403);
    const past = { kind: 'promotional', amountUsd: '1', expiresAt: '2020-01-01T00:00:00Z' };
    expect((await api.ask(path, { body: past })).body.error.path).toBe('expiresAt');
    const list = await api.ask('GET /credits?limit=1', { key: other.key });
    expect(list.body).toMatchObject({ data: [{ kind: 'promotional' }], next: expect.any(String) });
    expect((await api.ask(`GET /credits?after=${list.body.next}`, { key: other.key })).body.data).toMatchObject([
      given.body,
    ]);
    expect((await api.ask(`GET /credits?organizationId=${other.id}`, { key: acme.key })).status).toBe(404);
  });
});

describe('the margin', () => {
  it('is told to operators alone', async () => {
    const row = settlement({ organizationId: acme.id, chargeNanoUsd: 12_000_000_001n });
    await postUsage(api.store.db, [row]);
    const { body } = await api.ask('GET /margin?by=customer');
    expect(body.data).toEqual([
      {
        group: acme.id,
        label: 'acme',
        requests: 1,
        revenueUsd: '12.000000001',
        costUsd: '12.000000001',
        houseCostUsd: '0.00',
        marginUsd: '0.00',
      },
    ]);
    expect(body.total).toMatchObject({ revenueUsd: '12.000000001', planFeesUsd: expect.any(String) });
    expect((await api.ask('GET /margin?by=customer', { key: acme.key })).status).toBe(403);
    expect((await api.ask('GET /margin?by=moon')).status).toBe(400);
    expect((await api.ask('GET /margin?by=day&timeZone=Mars')).status).toBe(400);
  });
});

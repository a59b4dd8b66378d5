/** A quote says what a call would do, and does nothing of it. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Quote } from '../../src/gateway/own/quote.ts';
import { parseUsd } from '../../src/lib/money.ts';
import type { Strategy } from '../../src/snapshot/strategy.ts';
import { type Rig, rigKey, rigPrice, startRig } from '../cases/rig.ts';
import { startUpstream, type Upstream } from '../fakes/upstream.ts';

/** Every strategy that goes by no chance: the same request, asked twice, goes the same way. */
const strategies: Readonly<Record<string, Strategy>> = {
  listed: { kind: 'fallback' },
  cheap: { kind: 'cheapest' },
  quick: { kind: 'fastest' },
  sure: { kind: 'reliable' },
  balance: { kind: 'balanced', weights: { price: 1, latency: 1, reliability: 1, throughput: 1 } },
  clever: { kind: 'smart', rules: [], thresholds: [0.5] },
  arms: { kind: 'split', by: 'user' },
};
const dear = { ...rigPrice, id: 'dear', input: { base: 9_000_000n }, output: { base: 9_000_000n } };

let rig: Rig;
let second: Upstream;
beforeAll(async () => {
  second = await startUpstream();
  rig = await startRig({
    strategies,
    routes: Object.fromEntries(Object.keys(strategies).map((name) => [name, ['oa/strong', 'an/plain@second']])),
    routeLimits: { listed: { requestsPerMinute: 1000 } },
    routeRules: Object.fromEntries(Object.keys(strategies).map((name) => [name, { explore: 0 }])),
    addresses: { second: second.url },
    models: { strong: { price: dear } },
    key: { organization: { id: 'org_rig', name: 'rig', disabled: false, sales: [sale] } },
  });
});
afterAll(async () => {
  await rig.close();
  await second.close();
});
beforeEach(() => {
  rig.forget();
  second.clear();
});

/** Twice what the provider takes. */
const sale = { id: 'twice', markupBasisPoints: 10_000 };
const body = (model: string, more: object = {}) => ({
  model,
  messages: [{ role: 'user', content: 'What are your opening hours?' }],
  user: 'ann',
  ...more,
});

async function quote(asked: object, query = '', headers: Record<string, string> = {}) {
  const answer = await rig.post(`/v1/route${query}`, JSON.stringify(asked), headers);
  return { status: answer.status, headers: answer.headers, body: answer.json() as Quote & { error: { code: string } } };
}

describe('a quote', () => {
  it.each(Object.keys(strategies))('names the target that a call of %s is served by', async (route) => {
    const told = await quote(body(route));
    expect(told.status, JSON.stringify(told.body)).toBe(200);
    expect([rig.upstream.calls.length, second.calls.length, rig.records.length]).toEqual([0, 0, 0]);
    const served = await rig.chat(body(route));
    expect(served.status, served.body).toBe(200);
    expect(told.body.target).toBe(served.headers['x-tollgate-model']);
    expect(told.body.decision.candidates[0]?.target).toBe(told.body.target);
    const row = await rig.row();
    expect(row.decision).toMatchObject({ route, ranked: told.body.decision.candidates.map(({ target }) => target) });
  });

  it("gives a range, at the caller's own price, in which the charge of the call lies", async () => {
    const told = await quote(body('oa/plain', { max_tokens: 50 }));
    const cost = told.body.decision.candidates[0]?.costUsd;
    const { low, likely, high } = cost as { low: string; likely: string; high: string };
    await rig.chat(body('oa/plain', { max_tokens: 50 }));
    const charge = BigInt((await rig.row()).chargeNanoUsd ?? 0);
    expect(charge).toBeGreaterThan(0n);
    expect(charge).toBeGreaterThanOrEqual(parseUsd(low));
    expect(charge).toBeLessThanOrEqual(parseUsd(high));
    expect(parseUsd(low)).toBeLessThanOrEqual(parseUsd(likely));
    expect(parseUsd(likely)).toBeLessThanOrEqual(parseUsd(high));
    // $2 for a million tokens out, at twice the price.
    expect(parseUsd(high)).toBeGreaterThanOrEqual(50n * 4_000n);
  });

  it('says in whose words each target would be asked, and what would be lost', async () => {
    const told = await quote(body('listed', { logit_bias: { 1: 1 } }));
    const [own, other] = told.body.decision.candidates;
    expect(own?.asked).toEqual({ dialect: 'openai-chat', how: 'relay', dropped: [] });
    expect(other?.asked).toMatchObject({ dialect: 'anthropic', how: 'translated', dropped: ['logit_bias'] });
  });

  it('shows what was left out, by which rule', async () => {
    const told = await quote(body('listed', { provider: { only: ['second'] } }));
    expect(told.body.decision.candidates.map(({ target }) => target)).toEqual(['an/plain']);
    expect(told.body.decision.rejected).toEqual([
      { target: 'oa/strong', filter: 'only', why: 'provider.only is second' },
    ]);
  });

  it('never shows what the provider takes where that is what the strategy went by', async () => {
    const told = await quote(body('cheap'));
    expect(told.body.decision.candidates.map(({ score }) => score)).toEqual([null, null]);
  });

  it('tells why a request is complex, and nothing of its words', async () => {
    const told = await quote({ model: 'clever', messages: [{ role: 'user', content: 'Prove Zorn42 by induction.' }] });
    expect(told.body.decision.smart?.reasons.length).toBeGreaterThan(0);
    expect(JSON.stringify(told.body)).not.toMatch(/zorn/i);
  });

  it.each([
    ['anthropic', { system: 'Be kind.', max_tokens: 5, messages: [{ role: 'user', content: 'Hi' }] }],
    ['gemini', { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] }],
    ['openai-responses', { input: 'Hi' }],
    [
      'bedrock-converse',
      { messages: [{ role: 'user', content: [{ text: 'Hi' }] }], inferenceConfig: { maxTokens: 5 } },
    ],
  ])('takes a body of %s, by its shape and by name', async (dialect, said) => {
    for (const query of ['', `?dialect=${dialect}`]) {
      const told = await quote({ model: 'an/plain', ...said }, query);
      expect([told.status, told.body.dialect, told.body.target], JSON.stringify(told.body)).toEqual([
        ...[200, dialect, 'an/plain'],
      ]);
      expect(told.body.decision.candidates[0]?.asked).toMatchObject({ dialect: 'anthropic' });
    }
  });

  it.each([
    ['a model that is not there', body('oa/missing'), 404, 'model_not_found'],
    ['nobody left to ask', body('listed', { provider: { only: ['nobody'] } }), 400, 'no_target_allowed'],
    ['no model', { messages: [] }, 400, null],
  ])('is refused for %s as a call is', async (_, asked, status, code) => {
    const told = await quote(asked);
    const called = await rig.chat(asked);
    expect([told.status, told.body.error.code ?? null]).toEqual([status, code]);
    expect([called.status, (called.json() as typeof told.body).error]).toEqual([status, told.body.error]);
  });

  it('tells its errors in the words of the dialect that is named', async () => {
    const told = await quote(body('oa/missing'), '?dialect=anthropic');
    expect([told.status, told.body]).toMatchObject([404, { type: 'error', error: { type: 'not_found_error' } }]);
    expect((await quote(body('listed'), '?dialect=latin')).status).toBe(400);
  });

  it('needs a key that calls', async () => {
    expect((await quote(body('listed'), '', { authorization: 'Bearer tg-nobody' })).status).toBe(401);
    const got = await fetch(`${rig.url}/v1/route`, { headers: { authorization: `Bearer ${rigKey}` } });
    expect([got.status, got.headers.get('allow')]).toEqual([405, 'POST']);
  });
});

describe('rate limits', () => {
  it('count a quote as a request, and no tokens of it', async () => {
    const limited = await startRig({ key: { limits: { requestsPerMinute: 2, tokensPerMinute: 1_000 } } });
    try {
      const ask = () => limited.post('/v1/route', JSON.stringify(body('oa/plain')));
      const [first, next, last] = [await ask(), await ask(), await ask()];
      expect([first.status, next.status, last.status]).toEqual([200, 200, 429]);
      expect(next.headers['x-ratelimit-remaining-requests']).toBe('0');
      expect(next.headers['x-ratelimit-remaining-tokens']).toBe('1000');
    } finally {
      await limited.close();
    }
  });
});

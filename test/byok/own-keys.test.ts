/**
 * An organization's own credential for a provider, over real sockets: it is used first and by nobody else, the platform's
 * after it only where it says so, and what it answers costs the organization the fee alone.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startUpstream, type Upstream } from '../fakes/upstream.ts';
import { fakeProviders, upstreamKey } from '../harness/fake-providers.ts';
import { merge, startGateway, type TestGateway, type UsageRow } from '../harness/gateway.ts';
import { type Answer, call, jsonOf } from '../harness/sse-client.ts';
import { until } from '../until.ts';

const acmeKey = 'sk-acme-own-51c07d4e49';
const boxKey = 'sk-box-own-7c1b61c07d4e';
const manager = 'tgm-manager-of-byok-0000000000000';
const keyOf = (name: string): string => `tg-test-byok-of-${name}-0123456789`;

let upstream: Upstream;
/** Only organizations have keys for it. */
let elsewhere: Upstream;
let gateway: TestGateway;

beforeAll(async () => {
  upstream = await startUpstream();
  elsewhere = await startUpstream();
  const config = {
    routes: { either: { strategy: 'cheapest', targets: ['oa/lorem-5', 'oa/echo'] } },
    models: { 'groq/echo': { price: { input: 1, output: 2 } } },
    organizations: {
      // Falls over to the platform's key.
      acme: { providers: { oa: { apiKey: acmeKey, fallback: true } }, byokFeePercent: 12.5 },
      // Never does; and has an account where the platform has none.
      box: {
        providers: { oa: { apiKey: boxKey }, groq: { apiKey: boxKey, baseUrl: `${elsewhere.url}/v1` } },
        markupPercent: 20,
      },
      broke: { providers: { oa: { apiKey: boxKey } }, billing: 'prepaid' },
      // Ten requests' worth of tokens, and next to no dollars.
      counted: {
        providers: { oa: { apiKey: boxKey } },
        budgets: [{ tokens: 3_000 }, { usd: 0.000001 }],
      },
      other: {},
    },
    keys: Object.fromEntries([
      ...['acme', 'box', 'broke', 'counted', 'other'].map((name) => [name, { key: keyOf(name), organization: name }]),
      ['manager', { key: manager }],
    ]),
  };
  gateway = await startGateway({
    config: merge(fakeProviders(upstream, ['echo', 'lorem-5', 'lorem-40-20ms']), config),
  });
});
afterEach(() => {
  upstream.clear();
  elsewhere.clear();
});
afterAll(async () => {
  await gateway.stop();
  await upstream.close();
  await elsewhere.close();
});

const chat = (organization: string, model = 'oa/echo', more: object = {}) =>
  call(
    `${gateway.url}/v1/chat/completions`,
    { model, max_tokens: 50, messages: [{ role: 'user', content: 'hello' }], ...more },
    { key: keyOf(organization) },
  );

const messages = (organization: string, model: string) =>
  call(
    `${gateway.url}/v1/messages`,
    { model, max_tokens: 50, messages: [{ role: 'user', content: 'hello' }] },
    { headers: { 'x-api-key': keyOf(organization) } },
  );

const keysSeen = (by: Upstream = upstream) => by.calls.map(({ headers }) => headers.authorization?.slice(7));

async function rowOf(answer: Answer): Promise<UsageRow> {
  return until('its usage row', async () =>
    (await gateway.usageRows()).find((row) => row.request_id === answer.headers['x-request-id']),
  );
}

const refused = (key: string) => {
  for (const model of ['echo', 'lorem-5'])
    upstream.on(model, (request, reply) => {
      if (request.headers.authorization === `Bearer ${key}`)
        return reply.json(401, {
          error: { message: `Incorrect API key provided: ${key}`, type: 'invalid_request_error' },
        });
      return reply.json(200, {
        id: 'chatcmpl-1',
        object: 'chat.completion',
        created: 1,
        model,
        choices: [{ index: 0, message: { role: 'assistant', content: 'yes' }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 1000, completion_tokens: 500, total_tokens: 1500 },
      });
    });
};

describe('an own key', () => {
  it('is used by its organization and by nobody else', async () => {
    for (const organization of ['acme', 'other', 'box', 'acme', 'other'])
      expect((await chat(organization)).status).toBe(200);
    expect(keysSeen()).toEqual([acmeKey, upstreamKey, boxKey, acmeKey, upstreamKey]);
  });

  it('is used first through a route, whatever its strategy, for every target at its provider', async () => {
    for (let i = 0; i < 5; i++) expect((await chat('acme', 'either')).status).toBe(200);
    expect(new Set(keysSeen())).toEqual(new Set([acmeKey]));
    expect((await chat('acme', 'oa/echo:nitro')).status).toBe(200);
    expect(keysSeen().at(-1)).toBe(acmeKey);
  });

  it('opens models that nobody else can call, and that only its organization is shown', async () => {
    expect((await chat('box', 'groq/echo')).status).toBe(200);
    expect(keysSeen(elsewhere)).toEqual([boxKey]);
    const stranger = await chat('acme', 'groq/echo');
    expect(stranger.status).toBe(404);
    const listed = async (organization: string) => {
      const { data } = jsonOf(await call(`${gateway.url}/v1/models`, undefined, { key: keyOf(organization) }));
      return (data as { id: string }[]).map(({ id }) => id);
    };
    expect(await listed('box')).toContain('groq/echo');
    for (const organization of ['acme', 'other']) expect(await listed(organization)).not.toContain('groq/echo');
  });
});

describe('where the own key is refused', () => {
  it('the platform’s is used where the organization says so, and each attempt says who paid', async () => {
    refused(acmeKey);
    const answer = await chat('acme', 'oa/lorem-5');
    expect(answer.status).toBe(200);
    expect(keysSeen()).toEqual([acmeKey, upstreamKey]);
    const row = await rowOf(answer);
    expect(row).toMatchObject({ credential: 'oa', provider: 'oa', paid_by: 'platform' });
    expect(row.attempts).toMatchObject([
      { credential: 'acme:oa', paidBy: 'organization', error: 'upstream-credential', status: 401 },
      { credential: 'oa', status: 200 },
    ]);
    // 1,000 tokens at $1 and 500 at $2, as for anybody; nothing of it is the house's.
    expect([row.cost_nano_usd, row.charge_nano_usd, row.house_cost_nano_usd]).toEqual(['2000000', '2000000', '0']);
  });

  it('the caller is told otherwise, in its dialect, and no other organization is worse off', async () => {
    refused(boxKey);
    for (let i = 0; i < 4; i++) {
      const answer = await chat('box', 'oa/lorem-5');
      expect(answer.status).toBe(403);
      expect(answer.body).not.toContain(boxKey);
      expect(jsonOf(answer)).toMatchObject({ error: { code: 'organization_key_refused' } });
      expect(answer.body).toContain('refused the key of the organization box');
    }
    const inMessages = await messages('box', 'oa/lorem-5');
    expect(inMessages.status).toBe(403);
    expect(jsonOf(inMessages)).toMatchObject({ type: 'error', error: { type: 'permission_error' } });
    expect(new Set(keysSeen())).toEqual(new Set([boxKey]));
    for (let i = 0; i < 4; i++) expect((await chat('other', 'oa/lorem-5')).status).toBe(200);
    expect(gateway.stderr).not.toContain(boxKey);
    refused('nobody');
    expect((await chat('box', 'oa/lorem-5')).status).toBe(200);
  });
});

describe('money', () => {
  it('costs the house nothing, and the organization its share of the usual charge', async () => {
    refused('nobody');
    const [fee, free] = await Promise.all([chat('acme', 'oa/lorem-5'), chat('box', 'oa/lorem-5')]);
    const row = await rowOf(fee);
    // 12.5 % of 2,000,000 nano-dollars.
    expect(row).toMatchObject({
      paid_by: 'organization',
      credential: 'acme:oa',
      cost_nano_usd: '0',
      charge_nano_usd: '250000',
    });
    expect(row.attempts).toMatchObject([{ credential: 'acme:oa', paidBy: 'organization' }]);
    expect(row.price_version).toContain('own-key 12.5%');
    expect(fee.headers['x-tollgate-cost-usd']).toBe('0.00025');
    expect(await rowOf(free)).toMatchObject({ paid_by: 'organization', cost_nano_usd: '0', charge_nano_usd: '0' });
    const { rows } = { rows: await gateway.usageRows() };
    expect(
      rows.filter(({ paid_by }) => paid_by === 'organization').every(({ cost_nano_usd }) => cost_nano_usd === '0'),
    ).toBe(true);
  });

  it('needs no balance, where the fee is nothing', async () => {
    expect((await chat('broke')).status).toBe(200);
    const elsewhereCalled = await chat('broke', 'an/echo');
    expect(elsewhereCalled.status).toBe(402);
  });

  it('counts in budgets of tokens as always, and in those of dollars by its fee alone', async () => {
    refused('nobody');
    const statuses = [];
    for (let i = 0; i < 3; i++) {
      const answer = await chat('counted', 'oa/lorem-5');
      statuses.push(answer.status);
      if (answer.status === 200) await rowOf(answer);
      else expect(answer.body).toContain('tokens');
    }
    // 1,500 tokens each.
    expect(statuses).toEqual([200, 200, 402]);
  });

  it('is told in the management API, row by row and attempt by attempt', async () => {
    refused(acmeKey);
    const fallen = await chat('acme', 'oa/lorem-5');
    const own = await chat('box', 'oa/lorem-5');
    for (const answer of [fallen, own]) await rowOf(answer);
    const { data } = jsonOf(await call(`${gateway.url}/api/v1/usage?limit=20`, undefined, { key: manager }));
    const rows = data as { requestId: string; paidBy: string; house: { attempts: { paidBy: string }[] } }[];
    const of = (answer: Answer) => rows.find(({ requestId }) => requestId === answer.headers['x-request-id']);
    expect([of(own)?.paidBy, of(fallen)?.paidBy]).toEqual(['organization', 'platform']);
    expect(of(fallen)?.house.attempts.at(-1)?.paidBy).toBe('platform');
    expect(of(own)?.house.attempts.map(({ paidBy }) => paidBy)).toEqual(['organization']);
    refused('nobody');
  });

  it('other operations too are by the own key, and charged by it', async () => {
    upstream.once((_request, reply) =>
      reply.json(200, {
        object: 'list',
        model: 'lorem-5',
        data: [{ object: 'embedding', index: 0, embedding: [0.5] }],
        usage: { prompt_tokens: 1000, total_tokens: 1000 },
      }),
    );
    const body = { model: 'oa/lorem-5', input: 'hello' };
    const answer = await call(`${gateway.url}/v1/embeddings`, body, { key: keyOf('box') });
    expect(answer.status).toBe(200);
    expect(keysSeen().at(-1)).toBe(boxKey);
    expect(await rowOf(answer)).toMatchObject({
      operation: 'embeddings',
      paid_by: 'organization',
      charge_nano_usd: '0',
    });
  });

  it('is recovered after kill -9 with the same payer and the same charge rule', async () => {
    const running = ['acme', 'box', 'other'].map((organization) =>
      chat(organization, 'oa/lorem-40-20ms', { stream: true }).catch(() => undefined),
    );
    await until(
      'three streams to be under way',
      () => upstream.calls.filter(({ tokensSent }) => tokensSent > 3).length === 3,
    );
    await gateway.kill9();
    await Promise.all(running);
    await gateway.restart();
    const rows = await until('three recovered rows', async () => {
      const found = (await gateway.usageRows()).filter(({ recovered }) => recovered);
      return found.length === 3 ? found : undefined;
    });
    const by = (credential: string) => rows.find((row) => row.credential === credential) ?? {};
    expect(by('acme:oa')).toMatchObject({ recovered: true, paid_by: 'organization', cost_nano_usd: '0' });
    expect(by('box:oa')).toMatchObject({
      recovered: true,
      paid_by: 'organization',
      cost_nano_usd: '0',
      charge_nano_usd: '0',
    });
    expect(by('oa')).toMatchObject({ recovered: true, paid_by: 'platform' });
    const share = Number(by('acme:oa').charge_nano_usd) / Number(by('oa').charge_nano_usd);
    expect(share).toBeGreaterThan(0);
    expect(share).toBeLessThan(0.5);
    expect(by('acme:oa').attempts).toMatchObject([{ credential: 'acme:oa', paidBy: 'organization' }]);
  });
});

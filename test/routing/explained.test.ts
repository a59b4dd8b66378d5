/**
 * What a real gateway tells of its decisions: beside each usage row, at the terminal, by provider and by arm of an
 * experiment; and to nobody what is another organization's.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKey } from '../../src/control/keys/keys.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { startUpstream, type Upstream } from '../fakes/upstream.ts';
import { fakeProviders, upstreamKey } from '../harness/fake-providers.ts';
import { merge, startGateway, type TestGateway } from '../harness/gateway.ts';
import { GatewayProcess } from '../harness/gateway-process.ts';
import { until } from '../until.ts';

const acmeKey = 'tg-test-explained-acme';
const rivalKey = 'tg-test-explained-rival';
/** Nobody listens there. */
const nowhere = 'http://127.0.0.1:1/v1';

let upstream: Upstream;
let gateway: TestGateway;
/** Management keys: an operator's, and those of two organizations. */
let managers: { readonly operator: string; readonly acme: string; readonly rival: string };

beforeAll(async () => {
  upstream = await startUpstream({ key: upstreamKey });
  const price = { input: 1, output: 2 };
  const config = {
    providers: { down: { type: 'openai-compatible', baseUrl: nowhere, apiKey: upstreamKey } },
    models: { 'down/echo': { price }, 'oa/dear': { price: { input: 9, output: 9 } } },
    routes: {
      cheap: { strategy: 'cheapest', targets: ['oa/dear', 'an/echo'] },
      shaky: { targets: ['down/echo', 'oa/echo'] },
      trial: {
        strategy: 'split',
        targets: [
          { model: 'oa/echo', name: 'plain' },
          { model: 'an/echo', name: 'bold' },
        ],
      },
    },
    organizations: { acme: {}, rival: {} },
    keys: {
      acme: { key: acmeKey, organization: 'acme' },
      rival: { key: rivalKey, organization: 'rival' },
    },
  };
  gateway = await startGateway({ config: merge(fakeProviders(upstream, ['echo', 'dear']), config) });
  const store = await gateway.database.open();
  const manager = async (organization?: string) => {
    const name = `manager of ${organization ?? 'all'}`;
    const { key } = await createKey(
      store,
      { name, kind: 'management', ...(organization && { organization }) },
      systemClock,
    );
    await until('the key to be known', async () => (await api(key, '/usage')).status === 200);
    return key;
  };
  managers = { operator: await manager(), acme: await manager('acme'), rival: await manager('rival') };
});
afterAll(async () => {
  await gateway.stop();
  await upstream.close();
});

interface Got {
  readonly status: number;
  readonly id: string;
  readonly model: string | null;
  // biome-ignore lint/suspicious/noExplicitAny: a test says by its expectations what it is.
  readonly body: any;
}

async function send(method: string, path: string, key: string | undefined, body?: object): Promise<Got> {
  const answer = await fetch(gateway.url + path, {
    method,
    headers: { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key}` }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return {
    status: answer.status,
    id: answer.headers.get('x-request-id') ?? '',
    model: answer.headers.get('x-tollgate-model'),
    body: text.startsWith('{') ? JSON.parse(text) : text,
  };
}

const api = (key: string, path: string) => send('GET', `/api/v1${path}`, key);
const feedback = (key: string, body: object) => send('POST', '/v1/feedback', key, body);
const body = (model: string, more: object = {}) => ({
  ...{ model, max_tokens: 20, messages: [{ role: 'user', content: 'Say hello.' }] },
  ...more,
});
const chat = (key: string, model: string, more: object = {}) =>
  send('POST', '/v1/chat/completions', key, body(model, more));

/** The row of a request, as a management key sees it; undefined where it sees none. */
async function rowOf(key: string, id: string) {
  const { body: list } = await api(key, '/usage');
  return list.data.find(({ requestId }: { requestId: string }) => requestId === id);
}
const arrived = (key: string, id: string) => until(`the row of ${id}`, () => rowOf(key, id));

describe('a usage row', () => {
  it('has the decision of its request, which the organization sees without its costs', async () => {
    const { id, model } = await chat(acmeKey, 'cheap');
    const row = await arrived(managers.acme, id);
    expect(model).toBe('an/echo');
    expect(row.decision).toMatchObject({ route: 'cheap', strategy: 'cheapest', ranked: ['an/echo', 'oa/dear'] });
    expect(row.decision.scores).toEqual([]);
    const house = await rowOf(managers.operator, id);
    expect(house.house.decisionCosts.expectedUsd).toHaveLength(2);
    expect(await rowOf(managers.rival, id)).toBeUndefined();
  });

  it('has none where there was nothing to choose', async () => {
    const { id } = await chat(acmeKey, 'oa/echo');
    expect((await arrived(managers.acme, id)).decision).toBeNull();
  });
});

describe('a quote', () => {
  it('at the terminal names the target that the next call is served by, and asks nobody', async () => {
    const asked = upstream.calls.length;
    const command = new GatewayProcess(
      ['route', 'explain', '--model', 'cheap', '--prompt', 'Say hello.', '--url', gateway.url],
      { TOLLGATE_KEY: acmeKey },
    );
    expect((await command.ended).code, command.output).toBe(0);
    expect(upstream.calls.length).toBe(asked);
    const { model } = await chat(acmeKey, 'cheap');
    expect(command.stdout).toContain(`strategy cheapest: ${model} would be asked first`);
    expect(command.stdout).toMatch(/1 +an\/echo .*in anthropic\n2 +oa\/dear .*as it is/);
  });

  it('leaves no usage row', async () => {
    const told = await send('POST', '/v1/route', acmeKey, body('cheap'));
    const { id } = await chat(acmeKey, 'oa/echo');
    await arrived(managers.acme, id);
    // Rows come in the order in which requests ended.
    expect((await gateway.usageRows()).map((row) => row.request_id)).not.toContain(told.id);
  });
});

describe('feedback', () => {
  it('is kept right after an answer, replaced when it is given again, and added up by arm', async () => {
    const stream = { stream: true };
    const calls = await Promise.all(
      Array.from({ length: 24 }, (_, i) => chat(acmeKey, 'trial', { user: `user-${i}`, ...stream })),
    );
    const [first, second, third] = calls as [Got, Got, Got];
    expect(await feedback(acmeKey, { requestId: first.id, rating: -1, label: 'wrong price' })).toMatchObject({
      ...{ status: 200, body: { object: 'feedback', requestId: first.id, score: 0, label: 'wrong price' } },
    });
    for (const { id } of calls) expect((await feedback(acmeKey, { requestId: id, score: 0.25 })).status).toBe(200);
    expect((await feedback(acmeKey, { requestId: second.id, rating: 1 })).status).toBe(200);
    expect((await feedback(acmeKey, { requestId: third.id, rating: 1 })).status).toBe(200);
    const { data } = (await api(managers.acme, '/usage/summary?by=arm')).body;
    expect(data.map(({ group }: { group: string }) => group).sort()).toEqual(['trial bold', 'trial plain']);
    const sum = (read: (row: (typeof data)[0]) => number) =>
      data.reduce((total: number, row: object) => total + read(row), 0);
    expect(sum((row) => row.requests)).toBe(24);
    expect(sum((row) => row.arm.feedbackCount)).toBe(24);
    expect(sum((row) => row.arm.feedbackCount * row.arm.feedbackMean)).toBeCloseTo(22 * 0.25 + 2);
    for (const { arm } of data) {
      expect(arm.errorShare).toBe(0);
      expect(arm.firstTokenP50Ms).toBeGreaterThan(0);
      expect(arm.firstTokenP95Ms).toBeGreaterThanOrEqual(arm.firstTokenP50Ms);
      expect(arm.totalP95Ms).toBeGreaterThanOrEqual(arm.totalP50Ms);
    }
    expect((await api(managers.rival, '/usage/summary?by=arm')).body.data).toEqual([]);
    const command = new GatewayProcess(['usage', '--by', 'arm'], {
      TOLLGATE_DATABASE_URL: gateway.database.url,
      TOLLGATE_DATABASE_SCHEMA: gateway.database.schema,
    });
    expect((await command.ended).code, command.output).toBe(0);
    expect(command.stdout).toMatch(/^ROUTE +ARM +REQUESTS.*FEEDBACK +OF\ntrial +(bold|plain) +\d+ +0\.0 %/);
  });

  it('of another organization is not there, and changes nothing', async () => {
    const { id } = await chat(acmeKey, 'trial', { user: 'alone' });
    expect((await feedback(acmeKey, { requestId: id, score: 1 })).status).toBe(200);
    const refused = await feedback(rivalKey, { requestId: id, score: 0 });
    const unknown = await feedback(rivalKey, { requestId: 'req_nobody', score: 0 });
    expect([refused.status, refused.body.error.code]).toEqual([404, 'request_not_found']);
    expect(refused.body.error.message.replace(id, 'req_nobody')).toBe(unknown.body.error.message);
    const store = await gateway.database.open();
    const kept = await store.db.selectFrom('feedback').selectAll().where('request_id', '=', id).execute();
    expect(kept).toMatchObject([{ score: 1, label: null }]);
  });

  it.each([
    ['nothing said', {}],
    ['both ways', { rating: 1, score: 1 }],
    ['a rating that is none', { rating: 2 }],
    ['a score that is none', { score: 1.5 }],
    ['a long label', { score: 1, label: 'x'.repeat(65) }],
    ['an unknown field', { score: 1, stars: 5 }],
  ])('is refused with %s', async (_, said) => {
    const got = await feedback(acmeKey, { requestId: 'req_any', ...said });
    expect([got.status, got.body.error.type]).toEqual([400, 'invalid_request_error']);
  });
});

describe('GET /providers', () => {
  it('tells operators how each provider does, and nobody else', async () => {
    await chat(acmeKey, 'oa/echo', { stream: true });
    // Asked until it is left out: nobody answers there.
    await until('the provider to be left out', async () => {
      await chat(acmeKey, 'shaky');
      return (await providers()).down.state === 'ejected';
    });
    const { oa, an, down, openai } = await providers();
    expect(oa).toMatchObject({ configured: true, online: true, state: 'up', ejectedUntil: null, errorShare: 0 });
    expect(oa.models).toBe(2);
    expect(oa.firstTokenP50Ms).toBeGreaterThan(0);
    expect(oa.firstTokenP90Ms).toBeGreaterThanOrEqual(oa.firstTokenP50Ms);
    expect(oa.pricesUsdPerMillion).toEqual({
      input: { from: '1.00', to: '9.00' },
      output: { from: '2.00', to: '9.00' },
    });
    const echo = oa.asked.find(({ model }: { model: string }) => model === 'oa/echo');
    expect(echo).toMatchObject({ state: 'up', priceUsdPerMillion: { input: '1.00', output: '2.00' } });
    expect(an.configured).toBe(true);
    expect(down).toMatchObject({ online: false, state: 'ejected' });
    expect(Date.parse(down.ejectedUntil)).toBeGreaterThan(Date.now() - 60_000);
    expect(down.errorShare).toBeGreaterThan(0.3);
    expect(openai).toEqual({ id: 'openai', vendor: 'openai', name: 'OpenAI', configured: false });
    expect(JSON.stringify(await send('GET', '/providers', managers.operator))).not.toContain(upstreamKey);
  });

  it.each([
    ['no key', () => undefined, 401],
    ['a wrong key', () => 'tgm-nobody', 401],
    ['a key that calls', () => acmeKey, 403],
    ['a key that manages one organization', () => managers.acme, 403],
  ])('is refused to %s', async (_, key, status) => {
    const got = await send('GET', '/providers', key());
    expect(got.status).toBe(status);
    expect(got.body.error.message).toMatch(status === 401 ? /key/ : /scope operator/);
    expect(JSON.stringify(got.body)).not.toMatch(/echo|down/);
  });

  it('leaves /health as it is', async () => {
    expect((await send('GET', '/health', undefined)).body).toEqual({ status: 'ok' });
    expect((await send('GET', '/health', managers.operator)).body).toEqual({ status: 'ok' });
  });

  // biome-ignore lint/suspicious/noExplicitAny: a test says by its expectations what it is.
  async function providers(): Promise<Record<string, any>> {
    const { status, body: list } = await send('GET', '/providers', managers.operator);
    expect(status).toBe(200);
    return Object.fromEntries(list.data.map((each: { id: string }) => [each.id, each]));
  }
});

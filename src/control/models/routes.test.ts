import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestApi, testApi } from '../../../test/api/harness.ts';
import { testNaming } from '../../../test/api/naming.ts';

const file = `
providers:
  openai: { apiKey: sk-test-of-models }
  local: { type: openai-compatible, baseUrl: "http://127.0.0.1:9/v1", models: [plain] }
models:
  local/filed: { price: { input: 1, output: 2 } }
routes:
  fast: { targets: [openai/gpt-5-mini] }
`;

let nowMs = Date.parse('2026-11-21T12:00:00Z');
const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };
let api: TestApi;

beforeAll(async () => {
  api = await testApi({ naming: testNaming(file, clock), clock });
});
afterAll(() => api.close());

const path = (id: string) => `/models/${encodeURIComponent(id)}`;
const get = async (id: string, key?: string) =>
  (await api.ask(`GET ${path(id)}`, key === undefined ? {} : { key })).body;
const patch = (id: string, body: object) => api.ask(`PATCH ${path(id)}`, { body });

describe('the list of models', () => {
  it('has those of every known provider, and says of each whether it can be called and why not', async () => {
    const { body } = await api.ask('GET /models?limit=200&search=gpt-5');
    const byId = new Map(body.data.map((row: { id: string }) => [row.id, row]));
    expect(byId.get('openai/gpt-5')).toMatchObject({
      callable: true,
      whyNot: null,
      source: 'catalogue',
      contextTokens: 400_000,
      price: { input: '1.25', output: '10', cacheRead: '0.125' },
    });
    expect(byId.get('bedrock/openai.gpt-5.4')).toMatchObject({
      callable: false,
      whyNot: expect.stringMatching(/not turned on/),
    });
    expect(await get('local/plain')).toMatchObject({
      callable: false,
      price: null,
      whyNot: expect.stringMatching(/price/),
    });
  });

  it('is read in pages, without a gap and without a repetition', async () => {
    const ids: string[] = [];
    for (let after = ''; ; ) {
      const { body } = await api.ask(`GET /models?limit=200${after && `&after=${encodeURIComponent(after)}`}`);
      ids.push(...body.data.map((row: { id: string }) => row.id));
      if (body.next === null) break;
      after = body.next;
    }
    expect(ids.length).toBeGreaterThan(300);
    expect(ids).toEqual([...new Set(ids)].sort());
  });

  it('is filtered by provider, by what a model takes, and by whether it can be called', async () => {
    const rows = (await api.ask('GET /models?callable=true&input=image&tools=true&limit=200')).body.data;
    expect(rows.length).toBeGreaterThan(5);
    for (const row of rows) expect(row).toMatchObject({ callable: true, provider: 'openai', tools: true });
    expect((await api.ask('GET /models?provider=local')).body.data.map((row: { id: string }) => row.id)).toEqual([
      'local/filed',
      'local/plain',
    ]);
  });

  it('shows members what their organization may call, at what it pays and never at cost', async () => {
    const acme = await api.tenant('members');
    const sale = { organizationId: acme.id, model: 'openai/*', markupBasisPoints: 2_000 };
    expect((await api.ask('POST /prices', { body: sale })).status).toBe(201);
    const found = (await api.ask('GET /models?search=openai/gpt-5', { key: acme.key })).body.data;
    const shown = found.find(({ id }: { id: string }) => id === 'openai/gpt-5');
    expect(shown.price).toMatchObject({ input: '1.5', output: '12', cacheRead: '0.15' });
    expect(JSON.stringify(shown)).not.toContain('"1.25"');
    const all = (await api.ask('GET /models?limit=200', { key: acme.key })).body.data;
    expect(all.every(({ callable }: { callable: boolean }) => callable)).toBe(true);
    for (const what of ['GET', 'PATCH', 'DELETE'])
      expect((await api.ask(`${what} ${path('openai/gpt-5')}`, { key: acme.key })).status).toBe(403);
    expect((await api.ask('GET /models/price-history', { key: acme.key })).status).toBe(403);
  });
});

describe('a price', () => {
  it('is corrected at once, is written down, and is named as usage rows will name it', async () => {
    const { status, body } = await patch('openai/gpt-4o', { price: { input: '3', output: '12.5', cacheRead: '0.75' } });
    expect(status).toBe(200);
    expect(body.price).toMatchObject({ input: '3', output: '12.5', cacheRead: '0.75' });
    expect(body).toMatchObject({ source: 'api', price: { version: expect.stringMatching(/^api:openai\/gpt-4o:/) } });
    const { body: history } = await api.ask('GET /models/price-history?model=openai%2Fgpt-4o');
    expect(history.data).toMatchObject([
      {
        what: 'price',
        before: null,
        after: { input: '3', output: '12.5', cacheRead: '0.75' },
        priceVersion: body.price.version,
        madeBy: { kind: 'key', name: 'operator' },
        effectiveAt: new Date(nowMs).toISOString(),
      },
    ]);
  });

  it('that was said for later holds from its time on, and no earlier', async () => {
    const at = new Date(nowMs + 3_600_000).toISOString();
    await patch('openai/gpt-4.1', { price: { input: '7', output: '9' }, effectiveAt: at });
    expect((await get('openai/gpt-4.1')).price.input).toBe('2');
    nowMs += 3_600_000;
    expect((await get('openai/gpt-4.1')).price).toMatchObject({ input: '7', output: '9' });
  });

  it('goes back to the price data with null, and the history tells both', async () => {
    await patch('openai/o3', { price: { input: '9', output: '9' } });
    nowMs += 1;
    expect((await patch('openai/o3', { price: null })).body).toMatchObject({
      source: 'catalogue',
      price: { input: '2' },
    });
    const { body } = await api.ask('GET /models/price-history?model=openai%2Fo3');
    expect(body.data.map(({ before, after }: { before: object; after: object }) => [before, after])).toEqual([
      [{ input: '9', output: '9' }, null],
      [null, { input: '9', output: '9' }],
    ]);
  });

  it.each([
    [{ input: '-1', output: '1' }, 'price.input'],
    [{ input: '1' }, 'price.output'],
    [{ input: '0.00000001', output: '1' }, 'price'],
    [{ input: '1', output: '1e9' }, 'price.output'],
    [{ input: '1', output: '1', free: '1' }, 'price.free'],
  ])('that cannot be is refused and changes nothing: %j', async (price, at) => {
    const { status, body } = await patch('openai/o4-mini', { price });
    expect([status, body.error.path]).toEqual([400, at]);
    expect((await get('openai/o4-mini')).source).toBe('catalogue');
  });

  it('cannot be changed for the past', async () => {
    const effectiveAt = new Date(nowMs - 86_400_000).toISOString();
    const { status, body } = await patch('openai/o4-mini', { price: { input: '1', output: '1' }, effectiveAt });
    expect([status, body.error.path]).toEqual([400, 'effectiveAt']);
  });

  it('that the file says is read here and changed there', async () => {
    expect(await get('local/filed')).toMatchObject({ source: 'file', price: { input: '1', output: '2' } });
    const { status, body } = await patch('local/filed', { price: { input: '5', output: '5' } });
    expect([status, body.error.remedy]).toEqual([409, 'Change models."local/filed" there.']);
  });
});

describe('a model of the operator', () => {
  const own = { id: 'local/own/with-slash', price: { input: '0.5', output: '1.5' }, contextTokens: 8_192, tools: true };

  it('is made, is called by its id, is changed and deleted', async () => {
    const made = await api.ask('POST /models', { body: own });
    expect([made.status, made.body]).toMatchObject([201, { id: own.id, source: 'api', callable: true, tools: true }]);
    expect((await api.ask('POST /models', { body: own })).status).toBe(409);
    expect((await patch(own.id, { contextTokens: 16_384, tools: null })).body).toMatchObject({
      contextTokens: 16_384,
      tools: null,
    });
    expect((await api.ask(`DELETE ${path(own.id)}`)).status).toBe(204);
    expect((await api.ask(`GET ${path(own.id)}`)).status).toBe(404);
    const { body } = await api.ask(`GET /models/changes?model=${encodeURIComponent(own.id)}`);
    expect(body.data.map(({ what }: { what: string }) => what).sort()).toEqual([
      'facts',
      'facts',
      'facts',
      'price',
      'price',
    ]);
  });

  it('stays while a route leads to it', async () => {
    await api.ask('POST /models', { body: { ...own, id: 'local/routed' } });
    await api.ask('POST /routes', { body: { name: 'leads', definition: { targets: ['local/routed'] } } });
    const { status, body } = await api.ask(`DELETE ${path('local/routed')}`);
    expect([status, body.error.message]).toEqual([409, 'local/routed is a target of the route leads.']);
  });

  it('needs a provider that there is, and a price', async () => {
    const stray = await api.ask('POST /models', { body: { ...own, id: 'nobody/x' } });
    expect([stray.status, stray.body.error.path]).toEqual([400, 'id']);
    const { price: _, ...free } = own;
    expect((await api.ask('POST /models', { body: free })).body.error.path).toBe('price');
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestApi, testApi } from '../../../test/api/harness.ts';
import { testNaming } from '../../../test/api/naming.ts';
import { until } from '../../../test/until.ts';
import type { PriceComparison } from './tools.ts';

const file = `
providers:
  openai: { apiKey: sk-test-of-models }
  local: { type: openai-compatible, baseUrl: "http://127.0.0.1:9/v1", models: [plain] }
models:
  local/filed: { price: { input: 1, output: 2 } }
routes:
  fast: { targets: [openai/gpt-5-mini] }
`;

let api: TestApi;
/** What the source of prices does next. */
let fetched: (signal: AbortSignal) => Promise<string> = async () => '[]';
let compared: PriceComparison = { vendors: 1, models: 1, changes: [] };

beforeAll(async () => {
  const naming = testNaming(file);
  api = await testApi({
    naming,
    discovery: { discover: async () => ['gpt-5', 'gpt-5-2025-08-07', 'gpt-99', 'ft:own:2'] },
    priceSource: { url: 'http://prices.test', fetch: (signal) => fetched(signal), compare: () => compared },
  });
});
afterAll(() => api.close());

const aliased = (alias: string, model: string) => api.ask('POST /models/aliases', { body: { alias, model } });

describe('an alias', () => {
  it('is a name of the model from then on, and none when it is taken back', async () => {
    expect((await aliased('handy', 'openai/gpt-5')).body).toEqual({
      id: 'openai/handy',
      alias: 'handy',
      model: 'openai/gpt-5',
    });
    expect((await api.ask('GET /models/openai%2Fhandy')).status).toBe(200);
    expect((await api.ask('GET /models/openai%2Fgpt-5')).body.aliases).toEqual(['handy']);
    expect((await api.ask('GET /models/aliases')).body.data).toHaveLength(1);
    expect((await api.ask('DELETE /models/aliases/openai%2Fhandy')).status).toBe(204);
    expect((await api.ask('GET /models/openai%2Fhandy')).status).toBe(404);
    expect((await api.ask('DELETE /models/aliases/openai%2Fhandy')).status).toBe(404);
  });

  it.each([
    ['gpt-5-mini', 'openai/gpt-5', 'a model'],
    ['gpt-5-2025-08-07', 'openai/gpt-5-mini', 'a dated name of a model'],
    ['gpt-5', 'openai/gpt-5', 'the model itself'],
    ['fast', 'openai/gpt-5', 'a route'],
    ['plain', 'openai/gpt-5', "another provider's model"],
  ])('%s for %s is refused: it would hide %s', async (alias, model) => {
    const { status, body } = await aliased(alias, model);
    expect([status, body.error.code, body.error.path]).toEqual([409, 'conflict', 'alias']);
  });

  it('leads to no alias, so that none leads in a circle, and belongs to one model', async () => {
    expect((await aliased('one', 'openai/gpt-5')).status).toBe(201);
    expect((await aliased('two', 'openai/one')).body.error.message).toMatch(/openai\/one is an alias of openai\/gpt-5/);
    expect((await aliased('one', 'openai/gpt-5-mini')).status).toBe(409);
    expect((await aliased('one', 'openai/gpt-5')).status).toBe(201);
    expect((await aliased('x', 'openai/none')).status).toBe(404);
    expect((await aliased('x', 'local/filed')).status).toBe(409);
  });
});

describe('an import', () => {
  const rows = [
    { id: 'local/a', price: { input: '1', output: '2' }, contextTokens: 4_096 },
    { id: 'openai/gpt-4o', price: { input: '2', output: '3' } },
  ];
  const ask = (body: object) => api.ask('POST /models/import', { body });
  const count = async () => (await api.ask('GET /models?source=api&limit=200')).body.data.length;

  it('tells in a dry run what would become of each row, and changes nothing', async () => {
    const before = await count();
    const { body } = await ask({ dryRun: true, models: [...rows, { id: 'local/b' }, { id: 'no', price: 1 }, rows[0]] });
    expect(body).toMatchObject({ rows: 5, created: ['local/a'], changed: ['openai/gpt-4o'], unchanged: [] });
    expect(body.problems.map(({ row, path }: { row: number; path: string }) => [row, path])).toEqual([
      [3, 'price'],
      [4, 'id'],
      [5, 'id'],
    ]);
    expect(await count()).toBe(before);
  });

  it('is all or nothing', async () => {
    const before = await count();
    const { status, body } = await ask({
      models: [...rows, { id: 'local/filed', price: { input: '1', output: '1' } }],
    });
    expect([status, body.error.message]).toEqual([400, expect.stringMatching(/^Row 3 \(local\/filed\)/)]);
    expect(await count()).toBe(before);
  });

  it('takes everything, and the same again changes nothing', async () => {
    expect((await ask({ models: rows })).body).toMatchObject({ created: ['local/a'], changed: ['openai/gpt-4o'] });
    expect((await ask({ models: rows })).body).toMatchObject({ created: [], unchanged: ['local/a', 'openai/gpt-4o'] });
    const { data } = (await api.ask('GET /models/price-history?model=local%2Fa')).body;
    expect(data).toMatchObject([{ source: 'import', after: { input: '1', output: '2' } }]);
  });

  it('takes a table, with quoted cells and lists', async () => {
    const csv = 'id,input,output,inputs,tools\r\n"local/c",0.5,1.25,text;image,true\r\n\r\nlocal/d,1,1,,\r\n';
    expect((await ask({ csv })).body).toMatchObject({ rows: 2, created: ['local/c', 'local/d'] });
    expect((await api.ask('GET /models/local%2Fc')).body).toMatchObject({
      price: { input: '0.5', output: '1.25' },
      inputs: ['text', 'image'],
      tools: true,
    });
  });

  it.each([
    ['id,price\nlocal/e,1', /column "price"/],
    ['input,output\n1,1', /column id is missing/],
    ['id,input,output\n"local/e,1,1', /not closed/],
    ['id,input,output\nlocal/e,free,1', /price\.input/],
    ['id,input,output\nlocal/e,,1', /price\.input/],
  ])('refuses what is no table of prices: %j', async (csv, message) => {
    const { status, body } = await ask({ csv });
    expect([status, body.error.message]).toEqual([400, expect.stringMatching(message)]);
  });
});

describe('asking a provider what it has', () => {
  it('tells what is known with its price, what is not, and what it does not list', async () => {
    const { body } = await api.ask('POST /models/discover', { body: { provider: 'openai' } });
    expect(body).toMatchObject({ provider: 'openai', listed: 4, unknown: ['openai/gpt-99', 'openai/ft:own:2'] });
    expect(body.known.map(({ id }: { id: string }) => id)).toEqual(['openai/gpt-5', 'openai/gpt-5-2025-08-07']);
    expect(body.known[0].price).toMatchObject({ input: '1.25' });
    expect(body.unlisted).toContain('openai/gpt-4.1');
  });
});

describe('a refresh of prices', () => {
  const start = async (body: object = {}) => (await api.ask('POST /models/sync-pricing', { body })).body;
  const get = async (id: string) => (await api.ask(`GET /models/sync-pricing/${id}`)).body;
  const ended = async (id: string) => {
    await until('the refresh has ended', async () => (await get(id)).state !== 'running');
    return get(id);
  };
  const feeds = async () => (await api.store.db.selectFrom('price_feeds').select('id').execute()).length;
  const at = (input: string) => ({ version: `v${input}`, input, output: input });

  it('tells in a dry run what would change, and applies nothing', async () => {
    compared = { vendors: 2, models: 3, changes: [{ model: 'openai/o1', from: at('1'), to: at('2'), factor: 2 }] };
    expect(await ended((await start({ dryRun: true })).id)).toMatchObject({
      state: 'done',
      report: { applied: false, unconfirmed: [], changes: [{ model: 'openai/o1', factor: 2 }] },
    });
    expect(await feeds()).toBe(0);
  });

  it('is applied for every instance, and each change is in the history', async () => {
    expect(await ended((await start()).id)).toMatchObject({ state: 'done', report: { applied: true } });
    expect(await feeds()).toBe(1);
    const { data } = (await api.ask('GET /models/price-history?model=openai%2Fo1')).body;
    expect(data).toMatchObject([{ source: 'sync', before: { input: '1' }, after: { input: '2' }, priceVersion: 'v2' }]);
  });

  it('stops at a price that jumps or becomes nothing, until it is confirmed', async () => {
    compared = {
      vendors: 2,
      models: 3,
      changes: [
        { model: 'openai/o1', from: at('1'), to: at('9'), factor: 9 },
        { model: 'openai/o3', from: at('1'), to: at('0'), factor: null },
      ],
    };
    const held = await ended((await start()).id);
    expect(held).toMatchObject({
      state: 'failed',
      error: expect.stringMatching(/2 prices/),
      report: { applied: false, unconfirmed: ['openai/o1', 'openai/o3'] },
    });
    expect((await ended((await start({ confirm: ['openai/o1'] })).id)).report.unconfirmed).toEqual(['openai/o3']);
    expect(await feeds()).toBe(1);
    expect(await ended((await start({ confirm: 'all' })).id)).toMatchObject({ state: 'done' });
    expect(await feeds()).toBe(2);
  });

  it('fails with the reason where the data is not whole, and changes nothing', async () => {
    fetched = async () => {
      throw new Error('it is not JSON');
    };
    expect(await ended((await start()).id)).toMatchObject({ state: 'failed', error: 'it is not JSON', report: null });
    expect(await feeds()).toBe(2);
  });

  it('can be cancelled while it runs, and runs once at a time', async () => {
    const never = (signal: AbortSignal) =>
      new Promise<string>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    fetched = never;
    const { id } = await start();
    expect((await api.ask('POST /models/sync-pricing', { body: {} })).status).toBe(409);
    expect((await api.ask(`DELETE /models/sync-pricing/${id}`)).status).toBe(204);
    expect(await get(id)).toMatchObject({ state: 'cancelled', report: null });
    expect((await api.ask(`DELETE /models/sync-pricing/${id}`)).status).toBe(409);
    fetched = async () => '[]';
    expect((await start()).state).toBe('running');
  });
});

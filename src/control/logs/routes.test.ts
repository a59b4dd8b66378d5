import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestApi, testApi } from '../../../test/api/harness.ts';
import { until } from '../../../test/until.ts';
import { priceFromOverride } from '../../catalog/price.ts';
import { newId } from '../../lib/id.ts';
import { findPrice, keepPrices } from '../models/price-versions.ts';
import { exportLogs } from './export.ts';
import { type Made, makeUsage } from './usage.fixture.ts';

let api: TestApi;
let acme: { id: string; key: string };
let other: { id: string; key: string };
const nowMs = Date.UTC(2026, 10, 20, 12);
const clock = { nowMs: () => nowMs, monotonicMs: () => performance.now() };

beforeAll(async () => {
  api = await testApi({ clock });
  acme = await api.tenant('acme');
  other = await api.tenant('other');
});
afterAll(() => api.close());

const make = (made: Made = {}) => makeUsage(api.store.db, { organization_id: acme.id, ...made }, nowMs - 60_000);

/** Ids of a list, whatever page. */
async function list(query: string, key = acme.key): Promise<string[]> {
  const { body, text } = await api.ask(`GET /logs?${query}`, { key });
  if (body?.data === undefined) throw new Error(text);
  return body.data.map(({ requestId }: { requestId: string }) => requestId);
}

describe('GET /logs', () => {
  it('pages on without a gap or a double in both directions, also among equal times and new rows', async () => {
    const tag = 'paging';
    const made: string[] = [];
    for (let i = 0; i < 7; i++)
      made.push(await make({ tags: [tag], started_at: new Date(nowMs - 10_000 + Math.floor(i / 3)) }));
    for (const sort of ['-startedAt', 'startedAt']) {
      const seen: string[] = [];
      let after = '';
      do {
        const { body } = await api.ask(`GET /logs?tag=${tag}&limit=2&sort=${sort}${after}`, { key: acme.key });
        seen.push(...body.data.map(({ requestId }: { requestId: string }) => requestId));
        after = body.next === null ? '' : `&after=${body.next}`;
        if (sort === '-startedAt') await make({ tags: [tag], started_at: new Date(nowMs - 1_000) });
      } while (after !== '');
      expect(seen.filter((id) => made.includes(id)).toSorted()).toEqual(made.toSorted());
      expect(new Set(seen).size).toBe(seen.length);
    }
  });

  it.each<[string, Made]>([
    ['modelAsked=cheap', { requested_model: 'cheap' }],
    ['modelServed=x%2Fy', { served_model: 'x/y' }],
    ['model=either', { served_model: 'either' }],
    ['provider=odd', { provider: 'odd' }],
    ['status=cancelled', { status: 'cancelled' }],
    ['errorKind=rate-limited', { error_kind: 'rate-limited' }],
    ['httpStatus=418', { http_status: 418 }],
    ['sessionId=s-1', { session_id: 's-1' }],
    ['endUser=eve', { end_user: 'eve' }],
    ['tag=team-b', { tags: ['team-a', 'team-b'] }],
    ['operation=speech', { operation: 'speech' }],
    ['stream=true', { stream: true }],
    ['paidBy=organization', { paid_by: 'organization' }],
    ['costMin=0.5&costMax=0.6', { charge_nano_usd: 550_000_000n }],
    ['totalMinMs=5000&totalMaxMs=6000', { total_ms: 5_500 }],
    ['clientRequestId=abc%25_', { client_request_id: 'abc%_d' }],
    ['key=key_gone', { key_id: 'key_gone' }],
  ])('filters by %s', async (query, made) => {
    const id = await make(made);
    await make({ client_request_id: 'abcxyz' });
    expect(await list(query)).toEqual([id]);
    expect(await list(query, other.key)).toEqual([]);
  });

  it('filters by the name, project and member of a key', async () => {
    const body = { name: 'ci', organizationId: acme.id, project: 'site', member: 'ada' };
    const { body: key } = await api.ask('POST /keys', { body });
    const row = await api.store.db.selectFrom('keys').selectAll().where('id', '=', key.id).executeTakeFirstOrThrow();
    const id = await make({ key_id: key.id });
    for (const query of ['key=ci', `key=${key.id}`, `projectId=${row.project_id}`, `memberId=${row.member_id}`]) {
      expect(await list(query)).toEqual([id]);
    }
    expect(await list('key=ci&projectId=prj_none')).toEqual([]);
  });

  it('finds a request by its id or the beginning of it, however old it is', async () => {
    const oldMs = Date.UTC(2025, 0, 1);
    const id = await make({ request_id: newId('req', oldMs), started_at: new Date(oldMs) });
    expect(await list(`requestId=${id}`)).toEqual([id]);
    expect(await list(`requestId=${id.slice(0, 20)}`)).toEqual([id]);
    expect(await list('requestId=nonsense')).toEqual([]);
    expect(await list('')).not.toContain(id);
  });

  it('shows what providers take and who served to operators alone', async () => {
    const id = await make({ provider: 'oa', credential: 'oa-1', cost_nano_usd: 5n, charge_nano_usd: 9n });
    const asCustomer = (await api.ask(`GET /logs?requestId=${id}`, { key: acme.key })).body.data[0];
    expect(asCustomer).toMatchObject({ chargeUsd: '0.000000009', costUsd: null, provider: null, credential: null });
    const asOperator = (await api.ask(`GET /logs?requestId=${id}`)).body.data[0];
    expect(asOperator).toMatchObject({ costUsd: '0.000000005', provider: 'oa', credential: 'oa-1' });
    expect((await api.ask('GET /logs?credential=oa-1', { key: acme.key })).status).toBe(403);
  });

  it.each(['limit=0', 'limit=201', 'sort=cost', 'after=x', 'nonsense=1', 'httpStatus=x', 'costMin=a', 'since=today'])(
    'refuses %s',
    async (query) => {
      expect((await api.ask(`GET /logs?${query}`, { key: acme.key })).status).toBe(400);
    },
  );

  it("refuses another organization's name, and another list's cursor", async () => {
    expect((await api.ask(`GET /logs?organizationId=${acme.id}`, { key: other.key })).status).toBe(404);
    const { next } = (await api.ask('GET /logs?limit=1', { key: acme.key })).body;
    expect((await api.ask(`GET /logs?sort=startedAt&after=${next}`, { key: acme.key })).status).toBe(400);
  });
});

describe('GET /logs/{requestId}', () => {
  it('tells everything of one request, and nothing to another organization', async () => {
    const attempts = [
      {
        id: 'a-1',
        target: 'oa/gpt',
        credential: 'oa-1',
        startedAtMs: nowMs,
        durationMs: 9,
        connectedMs: 2,
        firstByteMs: 5,
        status: 200,
      },
    ];
    const id = await make({
      attempts: JSON.stringify(attempts),
      dropped: ['logit_bias'],
      flags: ['usage-missing'],
      price_version: 'genai-prices:oa/gpt:1',
    });
    const { body } = await api.ask(`GET /logs/${id}`, { key: acme.key });
    expect(body).toMatchObject({
      requestId: id,
      dropped: ['logit_bias'],
      flags: ['usage-missing'],
      house: null,
      content: 'none',
    });
    expect(body.attempts).toEqual([
      {
        target: 'oa/gpt',
        startedAt: new Date(nowMs).toISOString(),
        durationMs: 9,
        connectedMs: 2,
        firstByteMs: 5,
        status: 200,
        error: null,
        paidBy: 'platform',
        credential: null,
      },
    ]);
    expect((await api.ask(`GET /logs/${id}`)).body.house).toMatchObject({ priceVersion: 'genai-prices:oa/gpt:1' });
    for (const [path, key] of [
      [id, other.key],
      ['req_none', acme.key],
      [newId('req', nowMs), acme.key],
    ] as const) {
      expect((await api.ask(`GET /logs/${path}`, { key })).status).toBe(404);
    }
  });

  it("explains a customer's own prices line by line, exactly", async () => {
    const price = { input: '2', output: '10', cacheRead: '0.5' };
    const terms = { organizationId: acme.id, model: 'oa/gpt', price };
    const sale = (await api.ask('POST /prices', { body: terms })).body.price;
    const id = await make({
      price_version: `genai-prices:oa/gpt:1 ${sale.id}`,
      input_tokens: 1_000,
      output_tokens: 101,
      cache_read_tokens: 500,
      charge_nano_usd: 2_000_000n + 1_010_000n + 250_000n,
    });
    const { charge } = (await api.ask(`GET /logs/${id}`, { key: acme.key })).body;
    expect(charge).toMatchObject({ exact: true, sale: { id: sale.id, fixed: true } });
    expect(charge.lines).toEqual([
      { kind: 'input', units: 1_000, rateUsd: '0.000002', amountUsd: '0.002' },
      { kind: 'cacheRead', units: 500, rateUsd: '0.0000005', amountUsd: '0.00025' },
      { kind: 'output', units: 101, rateUsd: '0.00001', amountUsd: '0.00101' },
    ]);
  });

  it('takes a charge apart by the prices of its time, whatever holds by now', async () => {
    const price = priceFromOverride('oa/gpt', { input: '2', output: '10' }, 'genai-prices:oa/gpt');
    const one = { price_version: price.id, input_tokens: 1_000, output_tokens: 100, charge_nano_usd: 3_000_000n };
    const id = await make({ ...one, cost_nano_usd: 3_000_000n });
    const chargeOf = async () => (await api.ask(`GET /logs/${id}`, { key: acme.key })).body.charge;
    expect(await chargeOf()).toMatchObject({ exact: false, lines: [] });
    await keepPrices(api.store.db, [price, price]);
    await keepPrices(api.store.db, [price]);
    expect(await chargeOf()).toMatchObject({
      exact: true,
      lines: [
        { kind: 'input', amountUsd: '0.002' },
        { kind: 'output', amountUsd: '0.001' },
      ],
    });
    // A price that somebody set is found by its own row.
    const set = priceFromOverride('oa/own', { input: '3', output: '30' }, 'api:oa/own');
    const row = { id: 'mpr_1', model: 'oa/own', version: set.id, starts_at: new Date(nowMs), ended_at: null };
    await api.store.db
      .insertInto('model_prices')
      .values({ ...row, price: JSON.stringify({ input: '3', output: '30' }) })
      .execute();
    expect(await findPrice(api.store.db, set.id)).toEqual(set);
    expect(await findPrice(api.store.db, 'api:oa/own:nothing')).toBeUndefined();
  });
});

describe('GET /logs/export', () => {
  it('is CSV in which no text is a formula, and JSON lines, of what the caller may see', async () => {
    const evil = ['=1+1', '+2', '-3', '@x', '\tx', ' =1', '"quoted", and\nbroken'];
    for (const end_user of evil) await make({ end_user, requested_model: 'exported' });
    await make({ organization_id: other.id, requested_model: 'exported' });
    const csv = await api.ask('GET /logs/export?model=exported', { key: acme.key });
    expect(csv.headers['content-type']).toContain('text/csv');
    expect(csv.headers['content-disposition']).toMatch(/attachment; filename="tollgate-logs-2026-11-20.csv"/);
    const lines = csv.text.trimEnd().split('\r\n');
    expect(lines).toHaveLength(evil.length + 1);
    expect(lines[0]).not.toContain('cost_usd');
    for (const line of lines.slice(1)) expect(line).not.toMatch(/(^|,)"?\s*[=+@-]/);
    expect(csv.text).toContain(",' =1,");
    const jsonl = await api.ask('GET /logs/export?model=exported&format=jsonl');
    const rows = jsonl.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows).toHaveLength(evil.length + 1);
    expect(rows.map(({ end_user }) => end_user)).toEqual(expect.arrayContaining(evil));
    expect(rows[0]).toMatchObject({ charge_usd: '0.000001', cost_usd: '0.000001', credential: null });
  });
});

describe('exportLogs', () => {
  it('asks for the next page when the one before is taken, and for none once its reader has left', async () => {
    for (let i = 0; i < 5; i++) await make({ requested_model: 'paged-export' });
    let pages = 0;
    const options = { sinceMs: 0, model: 'paged-export', format: 'jsonl', withHouse: false, pageRows: 1 } as const;
    const counted = async function* () {
      for await (const text of exportLogs(api.store.db, options)) {
        pages++;
        yield text;
      }
    };
    const file = Readable.from(counted(), { highWaterMark: 1 });
    await new Promise((resolve) => file.once('readable', resolve));
    file.read();
    await until('the second page', () => pages === 2);
    file.destroy();
    await new Promise((resolve) => file.once('close', resolve));
    expect(pages).toBe(2);
  });
});

describe('GET /sessions', () => {
  it('adds the requests of a session up, the one that was active last first', async () => {
    const at = (ms: number) => new Date(nowMs - 30_000 + ms);
    await make({
      session_id: 'run-1',
      started_at: at(0),
      total_ms: 100,
      input_tokens: 30,
      cache_read_tokens: 10,
      charge_nano_usd: 3n,
    });
    await make({ session_id: 'run-2', started_at: at(1), charge_nano_usd: 1n });
    await make({
      session_id: 'run-1',
      started_at: at(500),
      total_ms: 250,
      status: 'failed',
      error_kind: 'overloaded',
      served_model: 'b/c',
      charge_nano_usd: 4n,
    });
    await make({ session_id: 'run-1', organization_id: other.id, started_at: at(2) });
    const { body } = await api.ask('GET /sessions?since=2026-11-20T11:59:00Z', { key: acme.key });
    expect(body.data.map(({ sessionId }: { sessionId: string }) => sessionId)).toEqual(['run-1', 'run-2', 's-1']);
    expect(body.data[0]).toMatchObject({
      turns: 2,
      failed: 1,
      chargeUsd: '0.000000007',
      costUsd: null,
      durationMs: 750,
      models: ['acme/small', 'b/c'],
      errors: ['overloaded'],
      cacheShare: 0.2,
    });
    const one = await api.ask('GET /sessions/run-1', { key: acme.key });
    expect(one.body.turns).toHaveLength(2);
    expect(one.body.session).toEqual(body.data[0]);
    expect((await api.ask('GET /sessions/run-2', { key: other.key })).status).toBe(404);
  });

  it('pages on without a gap or a double, though sessions go on meanwhile', async () => {
    for (let i = 0; i < 12; i++)
      await make({ session_id: `p-${i % 5}`, tags: ['paged'], started_at: new Date(nowMs - 9_000 + i) });
    const seen: string[] = [];
    let after = '';
    do {
      const { body } = await api.ask(`GET /sessions?tag=paged&limit=2${after}`, { key: acme.key });
      seen.push(...body.data.map(({ sessionId }: { sessionId: string }) => sessionId));
      after = body.next === null ? '' : `&after=${body.next}`;
    } while (after !== '');
    expect(seen).toEqual(['p-1', 'p-0', 'p-4', 'p-3', 'p-2']);
  });
});

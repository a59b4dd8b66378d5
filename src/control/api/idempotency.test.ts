import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestApi, testApi } from '../../../test/api/harness.ts';

let api: TestApi;

beforeAll(async () => {
  api = await testApi();
});

afterAll(() => api.close());

const create = (name: string, idempotencyKey: string, key?: string) =>
  api.ask('POST /organizations', {
    body: { name },
    headers: { 'idempotency-key': idempotencyKey },
    ...(key !== undefined && { key }),
  });

describe('a write with an Idempotency-Key', () => {
  it('is done once, and answers the same again', async () => {
    const first = await create('once', 'a-1');
    const again = await create('once', 'a-1');
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body).toEqual(first.body);
    expect([first.headers['idempotency-replayed'], again.headers['idempotency-replayed']]).toEqual([undefined, 'true']);
  });

  it('is done once of fifty that come at the same time; the others get its answer or are told to wait', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => create('crowd', 'a-2')));
    const made = answers.filter(({ status }) => status === 201);
    expect(made.length).toBeGreaterThan(0);
    expect(new Set(made.map(({ body }) => body.id)).size).toBe(1);
    expect(answers.filter(({ status }) => status !== 201 && status !== 409)).toEqual([]);
    const { data } = (await api.ask('GET /organizations?limit=1000')).body;
    expect(data.filter(({ name }: { name: string }) => name === 'crowd')).toHaveLength(1);
  });

  it('is refused with another body', async () => {
    await create('body one', 'a-3');
    const other = await create('body two', 'a-3');
    expect([other.status, other.body.error.code]).toEqual([422, 'idempotency_mismatch']);
  });

  it('that failed may be sent again under the same key', async () => {
    await create('taken', 'a-4');
    expect((await create('taken', 'a-5')).status).toBe(409);
    const { data } = (await api.ask('GET /organizations')).body;
    const { id } = data.find(({ name }: { name: string }) => name === 'taken');
    await api.ask(`PATCH /organizations/${id}`, { body: { name: 'free again' } });
    expect((await create('taken', 'a-5')).status).toBe(201);
  });

  it('has an answer that only the same management key reads, and that lies sealed in the database', async () => {
    await create('secretive', 'a-6');
    const { key } = await api.makeKey({ name: 'second', kind: 'management' });
    const strange = await create('secretive', 'a-6', key);
    expect([strange.status, strange.text.includes('secretive')]).toEqual([409, false]);
    const rows = await api.store.db.selectFrom('api_answers').selectAll().execute();
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.filter(({ answer }) => answer?.includes('secretive'))).toEqual([]);
  });

  it('is another one for another organization', async () => {
    const [one, two] = [await api.tenant('tenant one'), await api.tenant('tenant two')];
    const ask = ({ key }: { readonly key: string }) =>
      api.ask('POST /keys', { key, body: { name: 'x' }, headers: { 'idempotency-key': 'a-7' } });
    const made = [await ask(one), await ask(two)];
    expect(made.map(({ status }) => status)).toEqual([201, 201]);
    expect(made.map(({ body }) => body.organizationId)).toEqual([one.id, two.id]);
    expect((await ask(one)).body.key).toBe(made[0]?.body.key);
  });

  it.each(['', 'two words', 'ü', 'x'.repeat(256)])('is refused for the key %j', async (key) => {
    const answer = await create('never', key);
    expect([answer.status, answer.body.error.path]).toEqual([400, 'Idempotency-Key']);
  });
});

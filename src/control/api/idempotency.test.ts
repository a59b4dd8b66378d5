import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type TestApi, testApi } from '../../../test/api/harness.ts';
import type { Store } from '../../store/store.ts';
import { route } from './route.ts';

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
    const { data } = (await api.ask('GET /organizations?limit=200')).body;
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

describe('what is kept', () => {
  /** Makes an organization, and does what the test says before the write ends. */
  let meanwhile: (db: Store['db']) => Promise<void> = async () => {};
  const slow = route({
    method: 'POST',
    path: '/organizations',
    tag: 'x',
    summary: 'x',
    body: z.strictObject({ name: z.string() }),
    answer: z.object({ name: z.string(), key: z.string() }),
    async handle({ body: { name }, write, idempotencyKey }) {
      return write(async (db) => {
        await db
          .insertInto('organizations')
          .values({ id: `org_${name}`, name })
          .execute();
        await meanwhile(db);
        return { name, key: idempotencyKey };
      });
    },
  });
  let own: TestApi;

  beforeAll(async () => {
    own = await testApi({ routes: [slow] });
  });

  afterAll(() => own.close());

  const send = (name: string, idempotencyKey: string) =>
    own.ask('POST /organizations', { body: { name }, headers: { 'idempotency-key': idempotencyKey } });
  const made = async (name: string) =>
    (await own.store.db.selectFrom('organizations').select('id').where('name', '=', name).execute()).length;
  const setAll = (values: Partial<Record<'claim', string> & Record<'claimed_until' | 'expires_at', Date>>) =>
    own.store.db.updateTable('api_answers').set(values).execute();

  it('is kept with the write or not at all: a handler that fails after it leaves nothing', async () => {
    meanwhile = () => Promise.reject(new Error('the handler fails'));
    expect((await send('failed', 'b-1')).status).toBe(500);
    expect(await made('failed')).toBe(0);
    meanwhile = async () => {};
    expect((await send('failed', 'b-1')).status).toBe(200);
    expect(await made('failed')).toBe(1);
  });

  it('is not written twice when a run was given up and another took it over', async () => {
    meanwhile = async () => {
      await setAll({ claim: 'another run' });
    };
    expect((await send('lost', 'b-2')).status).toBe(409);
    expect(await made('lost')).toBe(0);
  });

  it('is run again when the run before ended without a word', async () => {
    meanwhile = async () => {};
    // What the test before left: a claim that nobody ends.
    expect((await send('lost', 'b-2')).status).toBe(409);
    await setAll({ claimed_until: new Date(0) });
    expect((await send('lost', 'b-2')).status).toBe(200);
    expect(await made('lost')).toBe(1);
  });

  it('gives the ledger the same key for each repetition, and another for each key and organization', async () => {
    const first = (await send('keyed', 'b-3')).body.key;
    expect((await send('keyed', 'b-3')).body.key).toBe(first);
    expect((await send('keyed two', 'b-4')).body.key).not.toBe(first);
  });

  it('is gone after its day, and a request sweeps what is expired', async () => {
    await setAll({ expires_at: new Date(0) });
    expect((await send('keyed', 'b-3')).status).toBe(409);
    const left = await own.store.db.selectFrom('api_answers').select('hash').execute();
    expect(left).toEqual([]);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestApi, testApi } from '../../../test/api/harness.ts';
import { systemClock } from '../../lib/clock.ts';
import { silentLog } from '../../lib/log.ts';
import { SecretBox } from '../../lib/secret-box.ts';
import { prepareJobs } from '../jobs/queue.ts';
import { makeUsage } from '../logs/usage.fixture.ts';
import { sealContent } from './content-cipher.ts';
import { ensureContentKey } from './content-keys.ts';
import { eraseEndUsers } from './end-users.ts';

const secrets = new SecretBox(['master-key-of-the-end-user-test-91bc']);
let api: TestApi;
let acme: { id: string; key: string };
let other: { id: string; key: string };

beforeAll(async () => {
  api = await testApi({ secrets });
  await prepareJobs(api.store, silentLog);
  acme = await api.tenant('acme');
  other = await api.tenant('other');
});
afterAll(() => api.close());

const nowMs = Date.now();
const db = () => api.store.db;
const usage = (organization_id: string, end_user: string) =>
  makeUsage(
    db(),
    { organization_id, end_user, session_id: 's', client_request_id: 'c', charge_nano_usd: 7n },
    nowMs - 1_000,
  );

async function keep(organizationId: string, requestId: string, text: string): Promise<void> {
  const key = await ensureContentKey(db(), organizationId, secrets, systemClock);
  const sealed = await sealContent(JSON.stringify({ said: text }), key.secret, { organizationId, requestId });
  const times = { started_at: new Date(nowMs), expires_at: new Date(nowMs + 1e9) };
  const ids = { request_id: requestId, organization_id: organizationId, content_key_id: key.id };
  await db()
    .insertInto('contents')
    .values({ ...ids, ...times, sealed })
    .execute();
}

const rowOf = (id: string) =>
  db().selectFrom('usage').selectAll().where('request_id', '=', id).executeTakeFirstOrThrow();

describe('an end user', () => {
  it('is given out whole, with what was said, and to its own organization alone', async () => {
    const id = await usage(acme.id, 'eve/1');
    await keep(acme.id, id, 'hello');
    await usage(other.id, 'eve/1');
    const { text, status } = await api.ask(`GET /end-users/${encodeURIComponent('eve/1')}/export`, { key: acme.key });
    expect(status).toBe(200);
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toHaveLength(2);
    expect(lines).toMatchObject([
      { request_id: id, end_user: 'eve/1' },
      { request_id: id, content: { said: 'hello' } },
    ]);
    const path = `GET /end-users/x/export?organizationId=${other.id}`;
    expect((await api.ask(path, { key: acme.key })).status).toBe(404);
  });

  it('is erased: what was said and the name go, what was paid stays, and nobody else is touched', async () => {
    const ids = [await usage(acme.id, 'ada'), await usage(acme.id, 'ada')];
    const bystanders = [await usage(acme.id, 'bob'), await usage(other.id, 'ada')];
    for (const id of ids) await keep(acme.id, id, 'mine');
    const begun = await api.ask('POST /end-users/ada/erase', { key: acme.key, body: {} });
    expect(begun.status).toBe(202);
    expect(begun.body).toMatchObject({ state: 'running', requestsTotal: 2, requestsDone: 0 });
    expect((await api.ask('POST /end-users/ada/erase', { key: acme.key })).body.id).toBe(begun.body.id);
    await eraseEndUsers(db(), systemClock, () => true);
    const path = `GET /end-user-erasures/${begun.body.id}`;
    const { body, text } = await api.ask(path, { key: acme.key });
    expect(body).toMatchObject({ state: 'done', requestsDone: 2, contentsErased: 2 });
    expect(text).not.toContain('ada');
    const list = await api.ask('GET /end-user-erasures', { key: acme.key });
    expect(list.body.data).toContainEqual({ ...body, endUser: null });
    expect((await api.ask('GET /end-user-erasures', { key: other.key })).body.data).toEqual([]);
    expect((await api.ask(`GET /end-user-erasures?organizationId=${acme.id}`, { key: other.key })).status).toBe(404);
    for (const id of ids) {
      const row = await rowOf(id);
      expect(row).toMatchObject({
        end_user: body.pseudonym,
        session_id: null,
        client_request_id: null,
        charge_nano_usd: 7n,
      });
    }
    for (const id of bystanders) expect((await rowOf(id)).session_id).toBe('s');
    const left = await db().selectFrom('contents').select('request_id').where('request_id', 'in', ids).execute();
    expect(left).toEqual([]);
    const erasures = await db().selectFrom('end_user_erasures').selectAll().execute();
    const audit = await db().selectFrom('audit_log').selectAll().execute();
    expect(JSON.stringify([erasures, audit])).not.toContain('ada');
    expect((await api.ask(path, { key: other.key })).status).toBe(404);
  });

  it('keeps what is left where the erasure is cancelled', async () => {
    const id = await usage(acme.id, 'carol');
    const { body } = await api.ask('POST /end-users/carol/erase', { key: acme.key });
    const [running] = (await api.ask('GET /end-user-erasures?limit=1', { key: acme.key })).body.data;
    expect(running).toEqual({ ...body, endUser: 'carol' });
    const cancelled = await api.ask(`POST /end-user-erasures/${body.id}/cancel`, { key: acme.key });
    expect(cancelled.body).toMatchObject({ state: 'cancelled', requestsDone: 0 });
    await eraseEndUsers(db(), systemClock, () => true);
    expect((await rowOf(id)).end_user).toBe('carol');
    for (const what of ['POST /end-users/nobody/erase', 'GET /end-users/nobody/export']) {
      expect((await api.ask(what, { key: acme.key })).status).toBe(404);
    }
  });
});

/** The audit log: every write is in it, with what was there before, and nobody can take it out again. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type TestApi, testApi } from '../../../test/api/harness.ts';
import { runSql } from '../../../test/postgres.ts';
import { access } from '../api/access.ts';
import { ApiFailure } from '../api/failure.ts';
import { route } from '../api/route.ts';

let api: TestApi;
let acme: { id: string; key: string };
let other: { id: string; key: string };

beforeAll(async () => {
  api = await testApi();
  acme = await api.tenant('acme');
  other = await api.tenant('other');
});

afterAll(() => api.close());

const audit = async (query = '', key = acme.key) => (await api.ask(`GET /audit${query}`, { key })).body.data;

describe('a write', () => {
  it('is told with who did it, to what, from where, and what was there before', async () => {
    const made = await api.ask('POST /keys', {
      key: acme.key,
      body: { name: 'ci' },
      headers: { 'user-agent': 'test/1' },
    });
    const changed = await api.ask(`PATCH /keys/${made.body.id}`, { key: acme.key, body: { name: 'ci-2' } });
    const [after, first] = await audit(`?resourceId=${made.body.id}`);
    expect(first).toMatchObject({
      action: 'POST /keys',
      actorKind: 'key',
      actorName: 'acme',
      role: 'owner',
      organizationId: acme.id,
      resourceKind: 'keys',
      ip: '127.0.0.1',
      userAgent: 'test/1',
      requestId: made.headers['x-request-id'],
      before: null,
      after: { name: 'ci', key: '(not kept)' },
    });
    expect(after).toMatchObject({ action: 'PATCH /keys/{keyId}', before: { name: 'ci' }, after: { name: 'ci-2' } });
    expect(after.requestId).toBe(changed.headers['x-request-id']);
    expect((await api.ask(`GET /audit/${after.id}`, { key: acme.key })).body).toEqual(after);
  });

  it('holds no secret, of keys and webhooks neither', async () => {
    const made = await api.ask('POST /keys', { key: acme.key, body: { name: 'secret' } });
    const hook = await api.ask('POST /webhook-endpoints', {
      key: acme.key,
      body: { url: 'https://hooks.example.com/' },
    });
    const rows = JSON.stringify(await runSql(api.database.url, `SELECT * FROM "${api.database.schema}".audit_log`));
    expect(rows).toContain(hook.body.id);
    expect(rows).not.toContain(made.body.key);
    expect(rows).not.toContain(hook.body.secret);
  });

  it('is told once, also when it is repeated with its Idempotency-Key', async () => {
    const asking = { key: acme.key, body: { name: 'once' }, headers: { 'idempotency-key': 'once' } };
    const made = await api.ask('POST /keys', asking);
    await api.ask('POST /keys', asking);
    expect(await audit(`?resourceId=${made.body.id}`)).toHaveLength(1);
  });

  it('that is refused, and a reading, are not told', async () => {
    const before = (await audit()).length;
    expect((await api.ask('POST /keys', { key: acme.key, body: { name: '' } })).status).toBe(400);
    expect((await api.ask('PATCH /keys/key_none', { key: acme.key, body: {} })).status).toBe(404);
    await api.ask('GET /keys', { key: acme.key });
    expect((await audit()).length).toBe(before);
  });

  it("of an operator on an organization's thing is seen by that one, but not which operator", async () => {
    const made = await api.ask('POST /keys', { body: { name: 'given', organizationId: acme.id } });
    const [seen] = await audit(`?resourceId=${made.body.id}`);
    expect(seen).toMatchObject({ actorName: 'an operator', actorId: null, ip: null, role: 'operator' });
    expect((await api.ask(`GET /audit?resourceId=${made.body.id}`)).body.data[0].actorName).toBe('operator');
    expect(await audit(`?resourceId=${made.body.id}`, other.key)).toEqual([]);
  });

  it("of the installation's own things is for operators alone", async () => {
    await api.ask('PUT /alert-emails', { body: { emails: ['op@example.com'] } });
    expect((await api.ask('GET /audit?resourceKind=alert-emails')).body.data[0].organizationId).toBeNull();
    expect(await audit('?resourceKind=alert-emails')).toEqual([]);
  });
});

describe('by construction', () => {
  it('what a route that nobody thought of writes is told in the same transaction, and undone with it', async () => {
    const rule = access['POST /keys'];
    if (rule === undefined) throw new Error('POST /keys has no rule');
    const answer = z.object({ id: z.string() });
    const spec = { method: 'POST', path: '/things/{thingId}', tag: 'x', summary: 'x', answer } as const;
    const params = z.strictObject({ thingId: z.string() });
    const thing = route({
      ...spec,
      params,
      handle: ({ params: { thingId }, write }) =>
        write(async (db) => {
          const seen = await db.selectFrom('audit_log').select('id').where('resource_id', '=', thingId).execute();
          if (thingId === 'bad') throw new ApiFailure('conflict', 'It is bad.', { remedy: 'Be good.' });
          return { id: String(seen.length) };
        }),
    });
    const own = await testApi({ routes: [thing], rules: { 'POST /things/{thingId}': rule } });
    try {
      const tenant = await own.tenant('acme');
      expect((await own.ask('POST /things/good', { key: tenant.key })).status).toBe(200);
      expect((await own.ask('POST /things/bad', { key: tenant.key })).status).toBe(409);
      const rows = await own.store.db.selectFrom('audit_log').select(['resource_kind', 'resource_id']).execute();
      expect(rows).toEqual([{ resource_kind: 'things', resource_id: 'good' }]);
    } finally {
      await own.close();
    }
  });
});

describe('a revocation', () => {
  it('that cannot be told is none: the key stays', async () => {
    const { id } = (await api.ask('POST /keys', { key: acme.key, body: { name: 'kept' } })).body;
    const table = `"${api.database.schema}".audit_log`;
    const name = `"${api.database.schema}".refuse_one`;
    await runSql(
      api.database.url,
      `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no room'; END $$;
       CREATE TRIGGER refuse_one BEFORE INSERT ON ${table} FOR EACH ROW
         WHEN (NEW.resource_id = '${id}') EXECUTE FUNCTION ${name}()`,
    );
    expect((await api.ask(`POST /keys/${id}/revoke`, { key: acme.key })).status).toBe(500);
    expect((await api.ask(`GET /keys/${id}`, { key: acme.key })).body.revokedAt).toBeNull();
    await runSql(api.database.url, `DROP TRIGGER refuse_one ON ${table}`);
    expect((await api.ask(`POST /keys/${id}/revoke`, { key: acme.key })).status).toBe(200);
    expect((await audit(`?resourceId=${id}`))[0].action).toBe('POST /keys/{keyId}/revoke');
  });
});

describe('the log', () => {
  it('refuses to be changed, whoever asks', async () => {
    const table = `"${api.database.schema}".audit_log`;
    for (const sql of [`UPDATE ${table} SET role = 'x'`, `DELETE FROM ${table}`, `TRUNCATE ${table}`]) {
      await expect(runSql(api.database.url, sql)).rejects.toThrow(/written once/);
    }
  });

  it('comes in pages and by filters', async () => {
    const all = await audit('?limit=200');
    const page = (await api.ask('GET /audit?limit=2', { key: acme.key })).body;
    expect(page.data).toEqual(all.slice(0, 2));
    const next = (await api.ask(`GET /audit?limit=2&after=${page.next}`, { key: acme.key })).body;
    expect(next.data).toEqual(all.slice(2, 4));
    expect((await audit('?action=PATCH%20/keys/{keyId}')).length).toBe(1);
    expect(await audit('?until=2020-01-01T00:00:00Z')).toEqual([]);
    expect((await audit('?since=2020-01-01T00:00:00Z&limit=200')).length).toBe(all.length);
  });

  it('can be had as a file, whose texts are no formulas', async () => {
    await api.ask('POST /keys', { key: acme.key, body: { name: '=1+1' }, headers: { 'user-agent': '=cmd()' } });
    const all = await audit('?limit=200');
    const csv = await api.ask('GET /audit/export', { key: acme.key });
    expect(csv.headers['content-type']).toContain('text/csv');
    expect(csv.text.trim().split('\r\n')).toHaveLength(all.length + 1);
    expect(csv.text).toContain("'=cmd()");
    const jsonl = await api.ask('GET /audit/export?format=jsonl', { key: acme.key });
    expect(
      jsonl.text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(all);
  });

  it('is for owners and administrators', async () => {
    const viewer = await api.makeKey({ name: 'v', kind: 'management', scope: 'viewer', organization: 'acme' });
    expect((await api.ask('GET /audit', { key: viewer.key })).status).toBe(403);
    expect((await api.ask('GET /audit/export', { key: viewer.key })).status).toBe(403);
  });
});

/** Secrets in the database under a new master key: all of them, in any order of events, and nothing that was tampered with. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareJobs } from '../../src/control/jobs/queue.ts';
import { organizationCredentialPlace } from '../../src/control/secrets/places.ts';
import { countSecrets, rotateSecrets, verifySecrets } from '../../src/control/secrets/rotation.ts';
import { sealedTables } from '../../src/control/secrets/tables.ts';
import { silentLog } from '../../src/lib/log.ts';
import { SecretBox } from '../../src/lib/secret-box.ts';
import { OpenedSecrets } from '../../src/opened-secrets.ts';
import { type TestApi, testApi } from '../api/harness.ts';
import { runSql } from '../postgres.ts';

const before = new SecretBox(['the master key of before']);
const now = new SecretBox(['the master key of now', 'the master key of before']);
const alone = new SecretBox(['the master key of now']);
const count = 450;
/** Sealed under a secret that is itself in the table. */
const elsewhere = ['user_two_factors.secret'];

let api: TestApi;
let organizationId: string;

beforeAll(async () => {
  api = await testApi({ secrets: before });
  organizationId = (await api.tenant('acme')).id;
});
afterAll(() => api.close());

const provider = (i: number) => `p-${i}`;
const placeOf = (id: string, i: number) => organizationCredentialPlace({ id, organizationId, provider: provider(i) });

async function fill(): Promise<void> {
  await api.store.db.deleteFrom('organization_credentials').execute();
  await api.store.db.deleteFrom('webhook_endpoints').execute();
  const ended = { hint: null, base_url: null, settings: null, ended_at: null, fallback: false };
  await api.store.db
    .insertInto('organization_credentials')
    .values(
      Array.from({ length: count }, (_, i) => {
        const id = `pky_${String(i).padStart(4, '0')}`;
        const sealed = before.seal(`sk-${i}`, placeOf(id, i));
        return { id, organization_id: organizationId, provider: provider(i), sealed, ...ended };
      }),
    )
    .execute();
}

async function sealedTexts(): Promise<readonly { id: string; sealed: string }[]> {
  return api.store.db.selectFrom('organization_credentials').select(['id', 'sealed']).orderBy('id').execute();
}

const set = (id: string, sealed: string) =>
  api.store.db.updateTable('organization_credentials').set({ sealed }).where('id', '=', id).execute();

describe('a rotation', () => {
  it('brings every secret under the master key of now: the one before may be thrown away', async () => {
    await fill();
    expect(await rotateSecrets(api.store.db, now)).toMatchObject({
      isComplete: true,
      rows: count,
      refused: { count: 0 },
    });
    for (const [i, { id, sealed }] of (await sealedTexts()).entries())
      expect(alone.open(sealed, placeOf(id, i))).toBe(`sk-${i}`);
    const [kind] = await countSecrets(api.store.db, now);
    expect(kind).toMatchObject({ rows: count, current: count });
    expect(await rotateSecrets(api.store.db, now)).toMatchObject({ rows: 0 });
  });

  it('that is broken off goes on where it was', async () => {
    await fill();
    let batches = 0;
    const first = await rotateSecrets(api.store.db, now, () => batches++ < 2);
    expect(first).toMatchObject({ isComplete: false });
    expect(first.rows).toBeGreaterThan(0);
    expect(first.rows).toBeLessThan(count);
    expect(await rotateSecrets(api.store.db, now)).toMatchObject({ isComplete: true, rows: count - first.rows });
  });

  it('that runs twice at the same time does everything once', async () => {
    await fill();
    const done = await Promise.all([rotateSecrets(api.store.db, now), rotateSecrets(api.store.db, now)]);
    expect(done.map(({ refused }) => refused.count)).toEqual([0, 0]);
    expect(await verifySecrets(api.store.db, alone)).toMatchObject({ rows: count, refused: { count: 0 } });
  });

  it('leaves a secret that is set meanwhile as it was set', async () => {
    await fill();
    let asked = 0;
    await rotateSecrets(api.store.db, now, () => {
      asked++;
      return true;
    });
    expect(asked).toBeGreaterThan(2);
    await set('pky_0003', before.seal('sk-later', placeOf('pky_0003', 3)));
    const texts = await sealedTexts();
    await rotateSecrets(api.store.db, now);
    expect(now.open((await sealedTexts())[3]?.sealed ?? '', placeOf('pky_0003', 3))).toBe('sk-later');
    expect((await sealedTexts()).filter(({ sealed }, i) => sealed !== texts[i]?.sealed)).toHaveLength(1);
  });

  it('refuses and names what was changed or swapped, leaves it, and does the rest', async () => {
    await fill();
    const texts = await sealedTexts();
    await set('pky_0001', texts[2]?.sealed ?? '');
    await set('pky_0002', texts[1]?.sealed ?? '');
    await set('pky_0007', `${texts[7]?.sealed.slice(0, -6)}AAAAAA`);
    const { rows, refused } = await rotateSecrets(api.store.db, now);
    expect(rows).toBe(count - 3);
    expect(refused.named.map(({ id }) => id)).toEqual(['pky_0001', 'pky_0002', 'pky_0007']);
    expect(refused.named[0]).toMatchObject({
      why: expect.stringContaining('moved'),
      what: expect.stringContaining('organization'),
    });
    expect((await verifySecrets(api.store.db, now)).refused.count).toBe(3);
    expect((await sealedTexts())[1]?.sealed).toBe(texts[2]?.sealed);
  });

  it('seals what lay there as it was', async () => {
    await fill();
    const row = { organization_id: organizationId, url: 'https://hooks.example.com/', allow_private: false };
    await api.store.db
      .insertInto('webhook_endpoints')
      .values({ ...row, id: 'whe_1', secret: 'whsec_b2xk' })
      .execute();
    expect(await countSecrets(api.store.db, now)).toContainEqual(expect.objectContaining({ plain: 1 }));
    await rotateSecrets(api.store.db, now);
    const { secret } = await api.store.db.selectFrom('webhook_endpoints').select('secret').executeTakeFirstOrThrow();
    expect(secret).not.toContain('whsec_');
    expect(await verifySecrets(api.store.db, alone)).toMatchObject({ rows: count + 1, refused: { count: 0 } });
  });
});

describe('the table of sealed columns', () => {
  it('has every column of the database that is called sealed, or holds a secret', async () => {
    const rows = await runSql(
      api.database.url,
      `SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = '${api.database.schema}'
       AND data_type = 'text' AND (column_name LIKE '%sealed%' OR column_name LIKE '%secret%')`,
    );
    const known = [...sealedTables.map(({ table, column }) => `${table}.${column}`), ...elsewhere];
    const columns = rows.map(({ table_name, column_name }) => `${table_name}.${column_name}`);
    expect(columns.filter((column) => !known.includes(column))).toEqual([]);
  });
});

describe('an instance that does not know the master key of now yet', () => {
  it('goes on with the secret that it knows, and uses none that was changed', () => {
    const place = placeOf('pky_0001', 1);
    const sealed = before.seal('sk-1', place);
    const opened = new OpenedSecrets(before, silentLog);
    expect(opened.open(sealed, place)).toBe('sk-1');
    opened.begin();
    expect(opened.open(now.rewrap(sealed, place), place)).toBe('sk-1');
    opened.begin();
    expect(opened.open(before.seal('sk-2', { ...place, id: 'pky_0002' }), place)).toBeUndefined();
    expect(new OpenedSecrets(before, silentLog).open(now.seal('sk-1', place), place)).toBeUndefined();
  });
});

describe('the API', () => {
  it('tells operators how far it is, and nobody else', async () => {
    await fill();
    const { status, body, text } = await api.ask('GET /secrets?verify=true');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      rows: count,
      current: count,
      masterKey: before.keyName,
      refused: { count: 0, named: [] },
    });
    expect(text).not.toContain('sk-');
    const { key } = await api.tenant('other');
    expect((await api.ask('GET /secrets', { key })).status).toBe(403);
    expect((await api.ask('POST /secrets/rotate', { key })).status).toBe(403);
  });

  it('names every master key that something lies under, those that are not known here too, and the job', async () => {
    await fill();
    const strange = new SecretBox(['a master key of somebody else']);
    await set('pky_0001', strange.seal('sk-1', placeOf('pky_0001', 1)));
    expect((await api.ask('GET /secrets')).body).toMatchObject({
      rotation: null,
      keys: [
        { masterKey: before.keyName, rows: count - 1, isCurrent: true, isKnown: true },
        { masterKey: strange.keyName, rows: 1, isCurrent: false, isKnown: false },
      ],
    });
    await prepareJobs(api.store, silentLog);
    expect((await api.ask('GET /secrets')).body.rotation).toBeNull();
    expect((await api.ask('POST /secrets/rotate')).body).toMatchObject({ rotation: 'waiting', rows: count });
  });
});

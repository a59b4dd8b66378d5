/** Claims of idempotent requests in Postgres, from several stores at once. */
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../../test/postgres.ts';
import { storedIdempotency } from './idempotency.ts';
import type { Store } from './store.ts';

let database: TestDatabase;
let store: Store;
let other: Store;
let claims: ReturnType<typeof storedIdempotency>;
let others: ReturnType<typeof storedIdempotency>;
beforeAll(async () => {
  database = await testDatabase();
  [store, other] = [await database.open(), await database.open()];
  [claims, others] = [storedIdempotency(store), storedIdempotency(other)];
});
beforeEach(async () => {
  await store.db.deleteFrom('idempotent_requests').execute();
});
afterAll(() => database.close());

const claimOf = (requestId: string, id = 'scope') => ({
  ...{ id, requestId, organizationId: 'org_1', keyId: 'key_1', instance: 'a', fingerprint: `of ${requestId}` },
});

/** As if so much time had passed. */
async function age(seconds: number, id = 'scope'): Promise<void> {
  await sql`UPDATE idempotent_requests SET heartbeat_at = heartbeat_at - make_interval(secs => ${seconds}),
    created_at = created_at - make_interval(secs => ${seconds}),
    expires_at = expires_at - make_interval(secs => ${seconds}) WHERE id = ${id}`.execute(store.db);
}
const hours = 3600;

describe('a claim', () => {
  it('goes to exactly one of a hundred that come at once, from two instances', async () => {
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? claims : others).claim(claimOf(`req_${i}`))),
    );
    expect(answers.filter((held) => held === undefined)).toHaveLength(1);
    const winner = `req_${answers.indexOf(undefined)}`;
    for (const held of answers)
      if (held !== undefined)
        expect(held).toEqual({ requestId: winner, fingerprint: `of ${winner}`, state: 'running', answer: null });
  });

  it('is free again once it is released, and only by the request that took it', async () => {
    expect(await claims.claim(claimOf('req_1'))).toBeUndefined();
    await others.release(claimOf('req_2'));
    expect(await others.claim(claimOf('req_3'))).toMatchObject({ requestId: 'req_1' });
    await claims.release(claimOf('req_1'));
    expect(await others.claim(claimOf('req_3'))).toBeUndefined();
  });

  it('gives the bytes that were kept, for 24 hours by the clock of the database', async () => {
    const answer = Buffer.from([0, 255, 1, 128]);
    await claims.claim(claimOf('req_1'));
    await claims.keep(claimOf('req_1'), answer);
    await age(24 * hours - 60);
    expect(await others.claim(claimOf('req_2'))).toMatchObject({ requestId: 'req_1', state: 'done', answer });
    await age(61);
    expect(await others.claim(claimOf('req_2'))).toBeUndefined();
    expect(await claims.claim(claimOf('req_3'))).toMatchObject({ requestId: 'req_2', state: 'running', answer: null });
  });

  it('is kept without an answer where there is none to give', async () => {
    for (const state of ['interrupted', 'too-large'] as const) {
      await claims.claim(claimOf('req_1', state));
      await claims.close(claimOf('req_1', state), state);
      expect(await others.claim(claimOf('req_2', state))).toMatchObject({ requestId: 'req_1', state });
    }
  });

  it('ends once: what ended is not kept, closed or released by a late owner', async () => {
    await claims.claim(claimOf('req_1'));
    await claims.close(claimOf('req_1'), 'interrupted');
    await claims.keep(claimOf('req_1'), Buffer.from('late'));
    await claims.release(claimOf('req_1'));
    expect(await others.claim(claimOf('req_2'))).toMatchObject({ state: 'interrupted', answer: null });
  });
});

describe('a heartbeat', () => {
  it('tells a claim that runs from one whose instance is gone, which nobody may run again', async () => {
    await claims.claim(claimOf('req_1'));
    await age(29);
    expect(await others.claim(claimOf('req_2'))).toMatchObject({ state: 'running' });
    await claims.beat([claimOf('req_1'), claimOf('req_x', 'nothing')]);
    await age(29);
    expect(await others.claim(claimOf('req_2'))).toMatchObject({ state: 'running' });
    await age(2);
    expect(await others.claim(claimOf('req_2'))).toMatchObject({ requestId: 'req_1', state: 'interrupted' });
  });

  it('brings back a claim whose instance was only slow', async () => {
    await claims.claim(claimOf('req_1'));
    await age(60);
    await claims.keep(claimOf('req_1'), Buffer.from('after all'));
    expect(await others.claim(claimOf('req_2'))).toMatchObject({ state: 'done' });
  });

  it('keeps a request that runs for more than a day from being taken or swept', async () => {
    await claims.claim(claimOf('req_1'));
    await age(25 * hours);
    await claims.beat([claimOf('req_1')]);
    await claims.sweep();
    expect(await others.claim(claimOf('req_2'))).toMatchObject({ requestId: 'req_1', state: 'running' });
  });
});

describe('a sweep', () => {
  it('deletes what is expired, however much, and nothing else', async () => {
    await sql`INSERT INTO idempotent_requests
        (id, organization_id, key_id, request_id, instance, fingerprint, state, answer, expires_at)
      SELECT 'old ' || n, 'o', 'k', 'r', 'i', 'f', 'done', ''::bytea, now() - interval '1 second'
      FROM generate_series(1, 2345) AS n`.execute(store.db);
    await claims.claim(claimOf('req_1', 'young'));
    await Promise.all([claims.sweep(), others.sweep()]);
    await claims.sweep();
    const left = await store.db.selectFrom('idempotent_requests').select('id').execute();
    expect(left).toEqual([{ id: 'young' }]);
  });
});

/** Roll-ups of usage: exact, each row once whoever rolls, and the same when they are made anew. */
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { postUsage } from '../../src/ledger/post-usage.ts';
import { wholeSums } from '../../src/store/migrations/usage/narrow-sums.ts';
import { tableOf } from '../../src/store/roll-ups/cells.ts';
import { countNames, cubes, dimensions, histograms } from '../../src/store/roll-ups/cubes.ts';
import { askForRebuild, daysToRebuild, forgetEndUser, rebuildDay } from '../../src/store/roll-ups/rebuild.ts';
import { rollUsage } from '../../src/store/roll-ups/roll.ts';
import type { Store } from '../../src/store/store.ts';
import { type TestDatabase, testDatabase } from '../postgres.ts';
import { settlementOf } from './settlements.ts';

let database: TestDatabase;
let store: Store;
beforeEach(async () => {
  database = await testDatabase();
  store = await database.open();
});
afterEach(() => database.close());

async function rollAll(by: Store = store): Promise<void> {
  while (await rollUsage(by.db));
}

const columns = ['cube', 'bucket', ...dimensions, 'requests', ...countNames, ...histograms].join(', ');

/** Everything that is kept, as text, in one order. */
async function kept(): Promise<readonly string[]> {
  const of = (table: string) =>
    sql<{
      cell: string;
    }>`SELECT to_jsonb(c)::text AS cell FROM (SELECT ${sql.raw(columns)} FROM ${sql.table(table)}) AS c
      ORDER BY 1`.execute(store.db);
  const tables = ['usage_minutes', 'usage_hours', 'usage_days'];
  const all = await Promise.all(tables.map(of));
  return all.flatMap(({ rows }, i) => rows.map(({ cell }) => `${tables[i]} ${cell}`));
}

async function rebuildAll(): Promise<void> {
  await askForRebuild(store.db, 0, Date.UTC(2100, 0));
  for (const day of await daysToRebuild(store.db, 10_000)) expect(await rebuildDay(store.db, day)).toBe(true);
}

const sums = async (table: string, cube: string) => {
  const { rows } = await sql<Record<string, number | bigint>>`
    SELECT sum(requests)::bigint AS requests, sum(input_tokens)::bigint AS input, sum(charge_nano_usd)::bigint AS charge_usd,
      sum(failed)::bigint AS failed FROM ${sql.table(table)} WHERE cube = ${cube}`.execute(store.db);
  return rows[0];
};

const anySettlement = fc.record({
  startedAtMs: fc.integer({ min: Date.UTC(2026, 9, 24), max: Date.UTC(2026, 9, 26) }),
  organizationId: fc.constantFrom('org_a', 'org_b'),
  keyId: fc.constantFrom('key_1', 'key_2'),
  servedModel: fc.constantFrom('acme/small', 'acme/large', undefined),
  status: fc.constantFrom('completed', 'failed', 'cancelled', 'interrupted'),
  recovered: fc.boolean(),
  endUser: fc.constantFrom('ann', 'bob', undefined),
  tags: fc.constantFrom([], ['a'], ['a', 'b'], ['a', 'a'], ['{"odd, tag"}']),
  totalMs: fc.double({ min: 0, max: 1e6, noNaN: true }),
  firstTokenMs: fc.option(fc.double({ min: 0, max: 1e5, noNaN: true }), { nil: undefined }),
  charge: fc.bigInt({ min: 0n, max: 10n ** 12n }),
  input: fc.nat(1e6),
});

describe('roll-ups', () => {
  it('are what the rows come to, in every cube and span', async () => {
    const posted = [1n, 2n, 3n].map((charge) => settlementOf({ charge, input: 7, servedModel: 'acme/small' }));
    await postUsage(store.db, posted);
    await rollAll();
    for (const cube of ['all', 'organization-total', 'key', 'key-total', 'organization', 'house'] as const)
      for (const span of cubes[cube].spans)
        expect(await sums(tableOf[span], cube), `${span} ${cube}`).toMatchObject({
          requests: 3,
          input: 21,
          charge_usd: 6n,
        });
  });

  it('count a request once for each of its tags, and a try that failed although another one answered', async () => {
    const attempt = (target: string, more: object) => ({
      ...{ id: 'x', target, credential: 'main', startedAtMs: 0, durationMs: 50, status: 200 },
      ...more,
    });
    const attempts = [attempt('acme/a', { status: 529, error: 'overloaded' }), attempt('beta/b', {})];
    const record = { tags: ['x', 'y', 'x'], endUser: 'ann', attempts, servedModel: 'beta/b' };
    await postUsage(store.db, [settlementOf(record)]);
    await rollAll();
    expect(await sums('usage_days', 'tag')).toMatchObject({ requests: 2 });
    expect(await sums('usage_days', 'tag-total')).toMatchObject({ requests: 2 });
    expect(await sums('usage_days', 'end-user')).toMatchObject({ requests: 1 });
    expect(await sums('usage_hours', 'end-user-total')).toMatchObject({ requests: 1 });
    const { rows } = await sql<object>`SELECT provider, status, error_kind, requests, failed FROM usage_minutes
      WHERE cube = 'attempt-total' ORDER BY provider`.execute(store.db);
    expect(rows).toEqual([
      { provider: 'acme', status: 'failed', error_kind: 'overloaded', requests: 1, failed: 1 },
      { provider: 'beta', status: 'completed', error_kind: '', requests: 1, failed: null },
    ]);
  });

  it('of fewer dimensions are made of those with more when a database is migrated', async () => {
    const models = ['acme/small', 'acme/large'];
    const rows = Array.from({ length: 12 }, (_, i) =>
      settlementOf({
        startedAtMs: Date.UTC(2026, 9, 25, i),
        servedModel: models[i % 2],
        totalMs: i,
        charge: BigInt(i),
      }),
    );
    await postUsage(store.db, rows);
    await rollAll();
    const before = await kept();
    for (const table of Object.values(tableOf))
      await sql`DELETE FROM ${sql.table(table)} WHERE cube IN ('all', 'organization-total', 'attempt-provider')`.execute(
        store.db,
      );
    for (const statement of wholeSums.filter((each) => each.startsWith('INSERT')))
      await sql.raw(statement).execute(store.db);
    expect(await kept()).toEqual(before);
  });

  it('are the same when they are made anew, whatever came in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(anySettlement, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 6 }),
        fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
        async (postings, rollsBetween) => {
          for (const table of ['usage', 'usage_batches', 'usage_minutes', 'usage_hours', 'usage_days'])
            await sql`DELETE FROM ${sql.table(table)}`.execute(store.db);
          let requests = 0;
          for (const [i, posting] of postings.entries()) {
            const rows = posting.map(settlementOf);
            await postUsage(store.db, rows);
            // Shipped a second time, as after a crash.
            await postUsage(store.db, rows.slice(1));
            requests += rows.length;
            if (rollsBetween[i]) await rollAll();
          }
          await rollAll();
          const before = await kept();
          expect(await sums('usage_days', 'house')).toMatchObject({ requests });
          await rebuildAll();
          expect(await kept()).toEqual(before);
        },
      ),
      { numRuns: Number(process.env.ROLL_UP_HISTORIES ?? 15) },
    );
  }, 120_000);

  it('take each row once while two instances post and roll, and a third makes the day anew', async () => {
    const other = await database.open();
    const atMs = Date.UTC(2026, 9, 25, 12);
    const post = async (db: Store['db']) => {
      for (let i = 0; i < 20; i++) {
        const rows = Array.from({ length: 5 }, (_, n) => settlementOf({ startedAtMs: atMs + n * 1_000, input: 1 }));
        await postUsage(db, rows);
      }
    };
    let posting = true;
    const busy = async (work: () => Promise<unknown>) => {
      while (posting) await work();
    };
    const rolling = [
      busy(() => rollUsage(store.db)),
      busy(() => rollUsage(other.db)),
      busy(() => rebuildDay(other.db, Date.UTC(2026, 9, 25))),
    ];
    await Promise.all([post(store.db), post(other.db)]);
    posting = false;
    await Promise.all(rolling);
    await rollAll();
    for (const cube of ['key', 'organization', 'house'])
      expect(await sums('usage_hours', cube)).toMatchObject({ requests: 200, input: 200 });
    const before = await kept();
    await rebuildAll();
    expect(await kept()).toEqual(before);
  }, 60_000);

  it('forget an end user with the rows, and count the rest as before', async () => {
    const of = (endUser: string) => settlementOf({ endUser, organizationId: 'org_x' });
    await postUsage(store.db, [of('ann'), of('ann'), of('bob')]);
    await rollAll();
    await store.db.transaction().execute(async (db) => {
      await sql`UPDATE usage SET end_user = 'gone-1' WHERE end_user = 'ann'`.execute(db);
      await forgetEndUser(db, 'org_x', 'ann');
    });
    expect((await kept()).join()).not.toContain('"ann"');
    for (const day of await daysToRebuild(store.db, 10)) expect(await rebuildDay(store.db, day)).toBe(true);
    const { rows } = await sql<object>`
      SELECT subject, requests FROM usage_days WHERE cube = 'end-user' ORDER BY subject`.execute(store.db);
    expect(rows).toEqual([
      { subject: 'bob', requests: 1 },
      { subject: 'gone-1', requests: 2 },
    ]);
    expect(await sums('usage_days', 'house')).toMatchObject({ requests: 3 });
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../../../test/postgres.ts';
import { systemClock } from '../../lib/clock.ts';
import type { Store } from '../../store/store.ts';
import { createKey } from '../keys/keys.ts';
import { type Made, makeUsage } from '../logs/usage.fixture.ts';
import { Refusal } from '../refusal.ts';
import { listUsage, type UsageEntry, type UsageListOptions } from './list.ts';
import { summarizeUsage } from './summary.ts';

let database: TestDatabase;
let store: Store;

beforeEach(async () => {
  database = await testDatabase();
  store = await database.open();
});

afterEach(() => database.close());

const dayMs = 86_400_000;
const noonMs = Date.UTC(2026, 7, 31, 12);

async function insert(id: string, startedAtMs: number, more: Made = {}): Promise<void> {
  await makeUsage(store.db, { request_id: id, ...more }, startedAtMs);
}

const ids = (entries: readonly UsageEntry[]) => entries.map(({ requestId }) => requestId);
const list = async (options: UsageListOptions) => ids((await listUsage(store, options)).entries);

describe('listing usage', () => {
  it('shows the newest first and pages on without a gap or a double, also among equal times and new rows', async () => {
    for (let i = 0; i < 7; i++) await insert(`req_${i}`, noonMs + Math.floor(i / 3));
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listUsage(store, { limit: 2, ...(cursor && { cursor }) });
      seen.push(...ids(page.entries));
      cursor = page.nextCursor;
      await insert(`new_${seen.length}`, noonMs + 1_000);
    } while (cursor !== undefined);
    expect(seen).toEqual(['req_6', 'req_5', 'req_4', 'req_3', 'req_2', 'req_1', 'req_0']);
  });

  it('gives every field back, money exactly', async () => {
    const attempts = [{ id: 'req_1-1', target: 't', credential: 'c', startedAtMs: 1, durationMs: 2, status: 200 }];
    await insert('req_1', noonMs, { cost_nano_usd: 2n ** 62n, attempts: JSON.stringify(attempts), tags: [] });
    const [entry] = (await listUsage(store)).entries;
    expect(entry).toMatchObject({ costNanoUsd: 2n ** 62n, attempts, startedAtMs: noonMs, totalMs: 12.5 });
    expect(entry).not.toHaveProperty('errorKind');
    expect(Object.values(entry ?? {})).not.toContain(null);
  });

  it('filters by time, key, organization, model and status', async () => {
    const { id } = await createKey(store, { name: 'ci', organization: 'acme' }, systemClock);
    const [organization] = await store.db.selectFrom('organizations').select('id').execute();
    await insert('mine', noonMs, { key_id: id, organization_id: organization?.id ?? '' });
    await insert('old', noonMs - dayMs);
    await insert('broken', noonMs, { status: 'failed', requested_model: 'other', served_model: 'acme/big' });
    expect(await list({ key: 'ci' })).toEqual(['mine']);
    expect(await list({ key: id })).toEqual(['mine']);
    expect(await list({ organization: 'acme' })).toEqual(['mine']);
    expect(await list({ organization: 'org_x' })).toEqual(['broken', 'old']);
    expect(await list({ sinceMs: noonMs })).toEqual(['mine', 'broken']);
    expect(await list({ untilMs: noonMs })).toEqual(['old']);
    expect(await list({ model: 'acme/big' })).toEqual(['broken']);
    expect(await list({ model: 'main', status: 'completed', sinceMs: noonMs })).toEqual(['mine']);
    expect(await list({ key: 'nobody' })).toEqual([]);
    expect((await listUsage(store, { key: 'ci' })).entries[0]).toMatchObject({
      keyName: 'ci',
      organizationName: 'acme',
    });
  });

  it.each([{ limit: 0 }, { limit: 1_001 }, { limit: 1.5 }, { cursor: 'x' }, { cursor: '' }])(
    'refuses %j',
    async (bad) => {
      await expect(listUsage(store, bad)).rejects.toThrow(Refusal);
    },
  );
});

describe('summing usage up', () => {
  it('adds money and tokens exactly, by each group', async () => {
    const { id } = await createKey(store, { name: 'ci' }, systemClock);
    await insert('a', noonMs, { key_id: id, cost_nano_usd: 2n ** 53n + 1n });
    await insert('b', noonMs, { key_id: id, cost_nano_usd: 2n, status: 'failed', estimated: true });
    await insert('c', noonMs - dayMs, { served_model: 'acme/big' });
    expect(await summarizeUsage(store, { groupBy: 'key' })).toMatchObject([
      {
        group: id,
        label: 'ci',
        requests: 2,
        failed: 1,
        estimated: 1,
        costNanoUsd: 2n ** 53n + 3n,
        inputTokens: 20,
        outputTokens: 10,
      },
      { group: 'key_x', label: 'key_x', requests: 1, failed: 0, estimated: 0, costNanoUsd: 1_000n },
    ]);
    const groups = async (groupBy: 'model' | 'day' | 'organization') =>
      (await summarizeUsage(store, { groupBy })).map(({ group }) => group);
    expect(await groups('model')).toEqual(['acme/small', 'acme/big']);
    expect(await groups('day')).toEqual(['2026-08-31', '2026-08-30']);
    expect(await groups('organization')).toEqual(['org_x']);
  });

  it('takes the same filters as the list, and gives nothing for nothing', async () => {
    await insert('a', noonMs);
    expect(await summarizeUsage(store, { groupBy: 'key', sinceMs: noonMs + 1 })).toEqual([]);
    expect(await summarizeUsage(store, { groupBy: 'day', model: 'main' })).toHaveLength(1);
  });
});

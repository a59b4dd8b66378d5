/**
 * F26: an instance that lost Postgres for longer than its lease and the grace after it. Its lease is lent to others only
 * when it has stopped using it; what it settles late is charged, once.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseConfig } from '../../src/config.ts';
import { createKey } from '../../src/control/keys/keys.ts';
import { type Instance, startInstance } from '../../src/instance.ts';
import { verifyLedger } from '../../src/ledger/verify.ts';
import { creditWallet, walletOf } from '../../src/ledger/wallet.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { providers } from '../../src/providers/index.ts';
import type { Store } from '../../src/store/store.ts';
import { startUpstream, type Upstream } from '../fakes/upstream.ts';
import { prepaid } from '../money/books.ts';
import { obedient } from '../money/obedient.ts';
import { type TestDatabase, testDatabase } from '../postgres.ts';
import { type PostgresProxy, startPostgresProxy } from '../postgres-proxy.ts';
import { until } from '../until.ts';

const leaseTimes = { ttlMs: 2_000, graceMs: 3_000, renewMs: 300, sweepMs: 300 };
/** A request costs 10 input tokens and its words. */
const costOf = (words: number) => 10_000n + BigInt(words) * 10_000n;
const balance = costOf(50) * 40n;

let database: TestDatabase;
let proxy: PostgresProxy;
let store: Store;
let upstream: Upstream;
let root: string;
let cut: Instance;
let other: Instance;
let key: string;
let organizationId: string;

beforeAll(async () => {
  database = await testDatabase();
  store = await database.open();
  proxy = await startPostgresProxy(database.url);
  upstream = await startUpstream({ script: obedient, keepBodies: false });
  root = mkdtempSync(path.join(tmpdir(), 'tollgate-partition-'));
  organizationId = await prepaid(store, 'acme');
  key = (await createKey(store, { name: 'k', organization: 'acme' }, systemClock)).key;
  const credit = { organizationId, amountNanoUsd: balance, idempotencyKey: 'first', from: 'operator' } as const;
  await creditWallet(store, credit, systemClock);
  const far = await database.open({ url: proxy.url, statementTimeoutMs: 500, connectTimeoutMs: 500 });
  cut = await start('cut', far);
  other = await start('other', await database.open());
});
afterAll(async () => {
  await cut.stop(1_000);
  await other.stop(1_000);
  await upstream.close();
  await proxy.close();
  await database.close();
  rmSync(root, { recursive: true, force: true });
});

function start(name: string, own: Store): Promise<Instance> {
  const text = `
server: { port: 0 }
dataDir: ./data
budgets: { patienceMs: 200 }
providers:
  fake: { type: openai-compatible, baseUrl: "${upstream.url}/v1", models: [m] }
models:
  fake/m: { price: { input: 1, output: 10 }, contextTokens: 100000 }
`;
  const config = parseConfig(text, { cwd: root, env: {}, registry: [...providers.values()] });
  return startInstance({ config, dataDir: path.join(root, name), store: own, log: silentLog, leaseTimes });
}

async function chat(
  { address }: Instance,
  body: object,
): Promise<{ status: number; text: string; retry: string | null }> {
  const answer = await fetch(`http://${address.host}:${address.port}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'fake/m', messages: [{ role: 'user', content: 'hi' }], ...body }),
  });
  return { status: answer.status, text: await answer.text(), retry: answer.headers.get('retry-after') };
}

const open = () => store.db.selectFrom('leases').selectAll().where('closed_at', 'is', null).execute();
const paid = async () => (await walletOf(store.db, organizationId))?.paidNanoUsd ?? 0n;

it('stops using its lease before others get it, and what it settles late is charged once', async () => {
  expect((await chat(cut, { max_tokens: 50 })).status).toBe(200);
  const [lease] = await open();
  expect(lease).toBeDefined();

  expect(await cut.ship()).toBe(true);
  proxy.hold();
  // It has a lease: nobody notices, and nothing of it can be settled in Postgres.
  const during = [await chat(cut, { max_tokens: 50 }), await chat(cut, { max_tokens: 50, stream: true })];
  expect(during.map(({ status }) => status)).toEqual([200, 200]);

  await until('the lease to be closed by the other instance', async () => !(await has(lease?.id)), 20_000);
  // Everything is the other's now. The one that was cut off says so, and does not say that there is no money.
  const refused = await chat(cut, { max_tokens: 50 });
  expect([refused.status, Number(refused.retry) > 0]).toEqual([503, true]);
  expect(refused.text).toContain('budget_unavailable');
  const all = await paid();
  expect(all).toBe(balance - costOf(50));
  expect((await chat(other, { max_tokens: 50 })).status).toBe(200);
  await other.ship();
  const [next] = await open();
  // The fencing token grew, and nothing but the new lease holds anything.
  expect(Number(next?.id)).toBeGreaterThan(Number(lease?.id));
  expect((await verifyLedger(store)).drift).toBe(0);

  proxy.release();
  await until('the late settlements', async () => (await rows()) === 4, 20_000);
  expect(await cut.ship()).toBe(true);
  expect(await paid()).toBe(balance - 4n * costOf(50));
  // It is an instance like any other again, on a lease of its own.
  await until(
    'a new lease for the one that was cut off',
    async () => (await chat(cut, { max_tokens: 1 })).status === 200,
  );
  expect(await has(lease?.id)).toBe(false);
  expect((await chat(other, { max_tokens: 1 })).status).toBe(200);
  await cut.ship();
  await other.ship();
  expect(await paid()).toBe(balance - 4n * costOf(50) - 2n * costOf(1));
  const { drift, findings } = await verifyLedger(store);
  expect([drift, findings]).toEqual([0, []]);
  const lent = (await open()).reduce((sum, { amount_units, used_units }) => sum + amount_units - used_units, 0);
  expect(BigInt(lent)).toBeLessThanOrEqual(await paid());
}, 60_000);

async function has(id: number | undefined): Promise<boolean> {
  return (await open()).some((lease) => lease.id === id);
}

async function rows(): Promise<number> {
  const found = await sql<{ count: number }>`SELECT count(*)::int AS count FROM usage`.execute(store.db);
  return found.rows[0]?.count ?? 0;
}

/**
 * No query on a request's path. A real gateway talks to Postgres through a proxy that reads every statement: they come
 * by the clock and by the batch, never by the request; and while Postgres answers nothing, nobody waits for it.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jobSchemaOf } from '../../src/store/jobs.ts';
import { startUpstream, type Upstream } from '../fakes/upstream.ts';
import { fakeProviders } from '../harness/fake-providers.ts';
import { startGateway, type TestGateway } from '../harness/gateway.ts';
import { call } from '../harness/sse-client.ts';
import { runSql, type TestDatabase, testDatabase } from '../postgres.ts';
import { type PostgresProxy, startPostgresProxy } from '../postgres-proxy.ts';
import { until } from '../until.ts';

interface Saying {
  readonly text: RegExp;
  /** Said by the clock, at most this often. */
  readonly everyMs?: number;
  /** Beyond that, however short the time; 4 when absent. */
  readonly atOnceMax?: number;
  /** Said once for each batch of rows. */
  readonly inBatch?: true;
}

/** Everything that a gateway may say to Postgres while no key changes. */
const known: Readonly<Record<string, Saying>> = {
  begin: { text: /^begin$/, inBatch: true },
  usage: {
    text: /^WITH inserted AS \( INSERT INTO usage \(.+ON CONFLICT \(request_id, started_at\) DO NOTHING RETURNING request_id, started_at \) SELECT .+ FROM inserted$/,
    inBatch: true,
  },
  post: { text: /^SELECT post_usage\(\$1::timestamptz, \$2::timestamptz, \$3::text\[\], \$4::jsonb\)$/, inBatch: true },
  commit: { text: /^commit$/, inBatch: true },
  // What came in a second is added up together, in a transaction of its own.
  rollLock: { text: /^SELECT pg_try_advisory_xact_lock\(\$1, hashtext\(current_schema\(\)\)\) AS mine$/, everyMs: 900 },
  rollPlain: { text: /^SET LOCAL jit = off$/, everyMs: 900 },
  rollTake: { text: /^WITH taken AS \( DELETE FROM usage_batches /, everyMs: 900 },
  rollAdd: { text: /^WITH facts AS MATERIALIZED \(SELECT .+ FROM usage WHERE request_id = ANY /, everyMs: 900 },
  poll: { text: /^select "snapshot_version", "reload_version" from "settings"$/, everyMs: 3000 },
  // Each of the two connections that listen: for the snapshot and for leases.
  alive: { text: /^SELECT 1$/, everyMs: 2500 },
  present: {
    text: /^INSERT INTO instances \(name, boot, seen_at\) VALUES .+ ON CONFLICT \(name\) DO UPDATE /,
    everyMs: 5000,
  },
  renewal: {
    text: /^WITH renewed AS \( UPDATE leases SET expires_at = .+ FROM leases WHERE instance = \$4 /,
    everyMs: 5000,
  },
  expired: { text: /^SELECT 1 FROM leases WHERE closed_at IS NULL AND expires_at < .+ LIMIT 1$/, everyMs: 5000 },
  // Its two workers ask every 2 s each. When a minute begins, it does what the schedule has for it, all at once.
  queue: {
    text: /^(with|insert into|delete from|update|select) .*"test_\w+_worker"\._private_/i,
    everyMs: 900,
    atOnceMax: 100,
  },
  claims: { text: /^DELETE FROM idempotent_requests WHERE id IN \( SELECT id FROM .+ LIMIT \$\d /, everyMs: 600_000 },
  listen: { text: /^LISTEN (tollgate_(snapshot|leases)|"jobs:insert"; LISTEN "worker:migrate";)$/ },
  // The queue leaves a connection whose listening it begins anew.
  unlisten: { text: /^UNLISTEN "jobs:insert"; UNLISTEN "worker:migrate";$/, everyMs: 10_000 },
  session: { text: /^SELECT set_config\('search_path', \$1, false\),/ },
};
const inBatches = Object.keys(known).filter((kind) => known[kind]?.inBatch);
const byClock = Object.keys(known).filter((kind) => known[kind]?.everyMs !== undefined);

interface Statement {
  readonly atMs: number;
  readonly kind: string;
}

let database: TestDatabase;
let proxy: PostgresProxy;
let upstream: Upstream;
let gateway: TestGateway;
const statements: Statement[] = [];
/** Requests that leave a row, so far. */
let rowsDue = 0;

beforeAll(async () => {
  database = await testDatabase();
  proxy = await startPostgresProxy(database.url, {
    onStatement: (text) => statements.push({ atMs: performance.now(), kind: kindOf(text) }),
  });
  upstream = await startUpstream({ keepBodies: false });
  const config = { ...fakeProviders(upstream, ['echo', 'lorem-5']), database: { url: proxy.url } };
  gateway = await startGateway({ config, database, readyMs: 55_000 });
  await keepJobsOut(database);
});
afterAll(async () => {
  await gateway.stop();
  await upstream.close();
  await proxy.close();
  await database.close();
});

/** Tasks that run every few minutes say much, and nothing about requests: none of them is ever due here. */
async function keepJobsOut({ url, schema }: TestDatabase): Promise<void> {
  await runSql(
    url,
    `CREATE FUNCTION "${schema}".keep_out() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
    CREATE TRIGGER keep_out BEFORE INSERT ON "${jobSchemaOf(schema)}"._private_jobs
    FOR EACH ROW EXECUTE FUNCTION "${schema}".keep_out();
    DELETE FROM "${jobSchemaOf(schema)}"._private_jobs`,
  );
}

/** The kind's name, or the text of what nobody knows. */
function kindOf(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return Object.entries(known).find(([, { text: pattern }]) => pattern.test(line))?.[0] ?? line.slice(0, 200);
}

/** Both doors, relayed and translated, plain and streamed; and, without a row, refusals and a list. */
async function ask(i: number): Promise<number> {
  const startedAt = performance.now();
  const path = i % 2 === 0 ? '/v1/chat/completions' : '/v1/messages';
  const model = `${i % 4 < 2 ? 'oa' : 'an'}/${i % 8 < 4 ? 'echo' : 'lorem-5'}`;
  const body = { model, max_tokens: 50, stream: i % 8 >= 4, messages: [{ role: 'user', content: 'hello' }] };
  if (i % 50 === 13) {
    expect((await call(gateway.url + path, body, { key: `tg-unknown-${i}` })).status).toBe(401);
  } else if (i % 50 === 26) {
    expect((await call(gateway.url + path, { ...body, model: 'oa/unknown' }, { key: gateway.key })).status).toBe(404);
  } else if (i % 50 === 39) {
    expect((await call(`${gateway.url}/v1/models`, undefined, { key: gateway.key })).status).toBe(200);
  } else {
    rowsDue++;
    const answer = await call(gateway.url + path, body, { key: gateway.key });
    expect(answer.status, answer.body).toBe(200);
    expect(answer.broken).toBeUndefined();
  }
  return performance.now() - startedAt;
}

const windowMs = 4000;
const bursts = 50;
const frozenMs = 5000;

/** `count` requests, evenly in bursts over the window, and the statements that came meanwhile. */
async function traffic(count: number): Promise<{ seconds: number; statements: readonly Statement[] }> {
  const first = statements.length;
  const startedAt = performance.now();
  for (let burst = 0; burst < bursts; burst++) {
    const from = Math.round((count * burst) / bursts);
    const to = Math.round((count * (burst + 1)) / bursts);
    await Promise.all(Array.from({ length: to - from }, (_, i) => ask(from + i)));
    await pause(Math.max(0, startedAt + ((burst + 1) * windowMs) / bursts - performance.now()));
  }
  const rows = await gateway.waitForUsage(rowsDue);
  expect(rows.filter((row) => row.status !== 'completed')).toEqual([]);
  return { seconds: (performance.now() - startedAt) / 1000, statements: statements.slice(first) };
}

function count(list: readonly Statement[], kind: string): number {
  return list.filter((statement) => statement.kind === kind).length;
}

/** What comes by the clock is not more than its time allows, with one at either end and two to catch up. */
function expectByClock(list: readonly Statement[], seconds: number): void {
  for (const kind of byClock) {
    const most = (seconds * 1000) / (known[kind]?.everyMs ?? 1) + (known[kind]?.atOnceMax ?? 4);
    expect(count(list, kind), kind).toBeLessThanOrEqual(most);
  }
}

const unknown = (list: readonly Statement[]) =>
  list.map(({ kind }) => kind).filter((kind) => known[kind] === undefined);

describe('what a gateway says to Postgres under traffic', () => {
  it('comes by time and by batch: twice the requests make no more of it', async () => {
    await Promise.all(Array.from({ length: 16 }, (_, i) => ask(i)));
    await gateway.waitForUsage(rowsDue);
    const runs: Awaited<ReturnType<typeof traffic>>[] = [];
    for (const requests of [500, 1000]) {
      const run = await traffic(requests);
      runs.push(run);
      expect(unknown(run.statements)).toEqual([]);
      // Every 200 ms, or sooner when 250 rows wait.
      expect(count(run.statements, 'usage')).toBeGreaterThan(0);
      for (const kind of inBatches) {
        const most = run.seconds / 0.2 + requests / 250 + 2;
        expect(count(run.statements, kind) - count(run.statements, 'rollLock'), kind).toBeLessThanOrEqual(most);
      }
      expectByClock(run.statements, run.seconds);
      // Connections stay open; two may be new.
      expect(count(run.statements, 'session') + count(run.statements, 'listen')).toBeLessThanOrEqual(4);
    }
    // A batch is one transaction of four statements.
    const told = runs.map((run) => run.statements.filter(({ kind }) => kind !== 'queue'));
    const [, most = []] = told;
    expect(1000 / (most.length - 3 * count(most, 'begin'))).toBeGreaterThan(10);
    const perSecond = runs.map((run, i) => (told[i]?.length ?? 0) / run.seconds);
    expect(perSecond[1]).toBeLessThan((perSecond[0] ?? 0) * 1.3 + 1);
  });

  it('is nothing for callers with wrong keys', async () => {
    const first = statements.length;
    const startedAt = performance.now();
    const answers = await Promise.all(
      Array.from({ length: 300 }, (_, i) => call(`${gateway.url}/v1/messages`, {}, { key: `tg-guess-${i}` })),
    );
    const seconds = (performance.now() - startedAt) / 1000;
    expect(answers.filter(({ status }) => status !== 401)).toEqual([]);
    const seen = statements.slice(first);
    // What is added up by the clock has a transaction around it.
    const around = ['begin', 'commit'];
    expect(seen.map(({ kind }) => kind).filter((kind) => ![...byClock, ...around].includes(kind))).toEqual([]);
    for (const kind of around) expect(count(seen, kind), kind).toBeLessThanOrEqual(count(seen, 'rollLock') + 1);
    expectByClock(seen, seconds);
  });
});

describe('while Postgres accepts everything and answers nothing', () => {
  it('requests are as fast as before, and their rows come when it answers again', async () => {
    const before = await times(200);
    await gateway.waitForUsage(rowsDue);
    proxy.hold();
    const heldAtMs = performance.now();
    const frozen = [...(await times(200))];
    // Beyond the times after which connections and polls are given up.
    while (performance.now() - heldAtMs < frozenMs) frozen.push(...(await times(4)));
    expect((await fetch(`${gateway.url}/ready`)).status).toBe(200);
    expect(await gateway.usageRows()).not.toHaveLength(rowsDue);
    proxy.release();
    expect(median(frozen)).toBeLessThan(median(before) * 3 + 5);
    // Whoever had waited for a query would have waited for its timeout, which is at least 2 s.
    expect(Math.max(...frozen)).toBeLessThan(2000);
    await until('the rows', async () => (await gateway.usageRows()).length === rowsDue, 40_000);
    expect(unknown(statements.slice(-20))).toEqual([]);
  }, 90_000);
});

/** What each of the requests took, four at a time, in milliseconds. */
async function times(requests: number): Promise<readonly number[]> {
  const list: number[] = [];
  for (let i = 0; i < requests; i += 4) list.push(...(await Promise.all([0, 1, 2, 3].map((n) => ask(i + n)))));
  return list;
}

function median(list: readonly number[]): number {
  return list.toSorted((a, b) => a - b)[list.length >> 1] ?? 0;
}

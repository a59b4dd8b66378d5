/**
 * Case 121: kill -9 of Postgres under traffic, again and again, at random moments. Whatever it was doing (a commit whose
 * answer never came, too), every request has exactly one row afterwards, with the provider's own count.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { type EmbeddedPostgres, openEmbeddedPostgres } from '../../src/store/embedded/embedded.ts';
import { isAlive, readPid } from '../../src/store/embedded/guard.ts';
import { startUpstream, type Upstream } from '../fakes/upstream.ts';
import { fakeProviders } from '../harness/fake-providers.ts';
import { startGateway, type TestGateway, type UsageRow } from '../harness/gateway.ts';
import { runSql } from '../postgres.ts';
import { until } from '../until.ts';

const rounds = 6;
const callers = 8;

const dataDir = mkdtempSync(join(tmpdir(), 'tollgate-kill-'));
let postgres: EmbeddedPostgres;
let upstream: Upstream;
let gateway: TestGateway;
let url: string;

beforeAll(async () => {
  chmodSync(dataDir, 0o711);
  postgres = await openEmbeddedPostgres({ dataDir, clock: systemClock, log: silentLog });
  upstream = await startUpstream();
  const { host, user, password, database } = postgres.address.config;
  url = `postgres://${user}:${encodeURIComponent(String(password))}@/${database}?host=${encodeURIComponent(String(host))}`;
  const unused = () => Promise.reject(new Error('the gateway opens its own store'));
  gateway = await startGateway({
    config: fakeProviders(upstream, ['lorem-5', 'lorem-20-5ms']),
    database: { url, schema: 'killed', open: unused, close: async () => {} },
  });
});
afterAll(async () => {
  await gateway.stop();
  await upstream.close();
  await postgres.close();
  rmSync(dataDir, { recursive: true, force: true });
});

it(`${rounds} kills of Postgres under traffic: nobody notices, and every row is exact afterwards`, async () => {
  const outcomes: number[] = [];
  let stop = false;
  const running = Array.from({ length: callers }, (_, i) => keepCalling(i, outcomes, () => stop));
  for (let round = 0; round < rounds; round++) {
    // Rows are being written when it dies.
    await until('rows that come in', async () => (await rowCount()) > round * callers);
    await pause(Math.random() * 500);
    await killPostgres();
  }
  stop = true;
  await Promise.all(running);
  expect(outcomes.filter((status) => status !== 200)).toEqual([]);
  expect(gateway.process.exited).toBeUndefined();
  const rows = await gateway.waitForUsage(outcomes.length, 60_000);
  checkRows(rows);
}, 180_000);

/** The postmaster itself, without a word; its supervisor starts another one. */
async function killPostgres(): Promise<void> {
  const pidFile = join(postgres.place, 'cluster', 'postmaster.pid');
  const pid = readPid(pidFile);
  if (pid === undefined) throw new Error('Postgres has no pid');
  process.kill(pid, 'SIGKILL');
  await until('the end of Postgres', () => !isAlive(pid));
  await until(
    'Postgres to be back',
    () =>
      rowCount().then(
        () => true,
        () => false,
      ),
    30_000,
  );
  expect(readPid(pidFile)).not.toBe(pid);
}

async function rowCount(): Promise<number> {
  const [row] = await runSql(url, 'SELECT count(*)::int AS count FROM killed.usage');
  return Number(row?.count);
}

function checkRows(rows: readonly UsageRow[]): void {
  const calls = new Map(upstream.chats.map((call) => [call.attemptId?.replace(/-\d+$/, ''), call]));
  expect(calls.size).toBe(rows.length);
  for (const row of rows) {
    const usage = calls.get(String(row.request_id))?.usage;
    const { input = 0, output = 0 } = usage ?? {};
    expect(row).toMatchObject({
      status: 'completed',
      estimated: false,
      recovered: false,
      input_tokens: String(input),
      output_tokens: String(output),
      cost_nano_usd: String(input * 1000 + output * 2000),
    });
  }
}

async function keepCalling(caller: number, outcomes: number[], stopped: () => boolean): Promise<void> {
  for (let i = 0; !stopped(); i++) {
    const stream = i % 3 !== 0;
    const chat = i % 2 === 0;
    const model = `${caller % 2 === 0 ? 'oa' : 'an'}/${stream ? 'lorem-20-5ms' : 'lorem-5'}`;
    const body = JSON.stringify({
      model,
      max_tokens: 100,
      stream,
      messages: [{ role: 'user', content: `hello ${i}` }],
    });
    const answer = await fetch(`${gateway.url}${chat ? '/v1/chat/completions' : '/v1/messages'}`, {
      method: 'POST',
      headers: gateway.headers,
      body,
    });
    const text = await answer.text();
    const whole = !stream || text.includes(chat ? 'data: [DONE]' : 'event: message_stop');
    outcomes.push(whole ? answer.status : 0);
    await pause(5);
  }
}

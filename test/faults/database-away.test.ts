/** Fault F3: Postgres stopped for 30 s under traffic. Nobody notices, and every row is there afterwards. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { type EmbeddedPostgres, openEmbeddedPostgres } from '../../src/store/embedded/embedded.ts';
import { startUpstream, type Upstream } from '../fakes/upstream.ts';
import { fakeProviders } from '../harness/fake-providers.ts';
import { startGateway, type TestGateway } from '../harness/gateway.ts';

const awayMs = 30_000;
const callers = 4;

const dataDir = mkdtempSync(join(tmpdir(), 'tollgate-away-'));
let postgres: EmbeddedPostgres;
let upstream: Upstream;
let gateway: TestGateway;

beforeAll(async () => {
  chmodSync(dataDir, 0o711);
  postgres = await open();
  upstream = await startUpstream({ keepBodies: false });
  const { host, user, password, database } = postgres.address.config;
  const url = `postgres://${user}:${encodeURIComponent(String(password))}@/${database}?host=${encodeURIComponent(String(host))}`;
  const unused = () => Promise.reject(new Error('the gateway opens its own store'));
  gateway = await startGateway({
    config: fakeProviders(upstream, ['lorem-5', 'lorem-20-20ms']),
    database: { url, schema: 'away', open: unused, close: async () => {} },
  });
});
afterAll(async () => {
  await gateway.stop();
  await upstream.close();
  await postgres.close();
  rmSync(dataDir, { recursive: true, force: true });
});

it(
  'no request fails, no key is refused, and every row is there afterwards',
  async () => {
    const outcomes: number[] = [];
    let stop = false;
    const running = Array.from({ length: callers }, (_, i) => keepCalling(i, outcomes, () => stop));
    await pause(500);
    await postgres.close();
    const before = outcomes.length;
    await pause(awayMs);
    const during = outcomes.length - before;
    postgres = await open();
    await pause(1000);
    stop = true;
    await Promise.all(running);
    expect(during).toBeGreaterThan(200);
    expect(outcomes.filter((status) => status !== 200)).toEqual([]);
    const rows = await gateway.waitForUsage(outcomes.length, 60_000);
    expect(rows.filter((row) => row.status !== 'completed')).toEqual([]);
    expect(gateway.process.exited).toBeUndefined();
  },
  awayMs + 90_000,
);

function open(): Promise<EmbeddedPostgres> {
  return openEmbeddedPostgres({ dataDir, clock: systemClock, log: silentLog });
}

async function keepCalling(caller: number, outcomes: number[], stopped: () => boolean): Promise<void> {
  for (let i = 0; !stopped(); i++) {
    const stream = i % 3 !== 0;
    const chat = i % 2 === 0;
    const model = `${caller % 2 === 0 ? 'oa' : 'an'}/${stream ? 'lorem-20-20ms' : 'lorem-5'}`;
    const body = JSON.stringify({ model, max_tokens: 100, stream, messages: [{ role: 'user', content: 'hello' }] });
    const answer = await fetch(`${gateway.url}${chat ? '/v1/chat/completions' : '/v1/messages'}`, {
      method: 'POST',
      headers: gateway.headers,
      body,
    });
    const text = await answer.text();
    const whole = !stream || text.includes(chat ? 'data: [DONE]' : 'event: message_stop');
    outcomes.push(whole ? answer.status : 0);
    await pause(20);
  }
}

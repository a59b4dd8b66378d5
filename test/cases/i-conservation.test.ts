/**
 * Case 119: 1,000 requests of every kind at once, on the real process with Postgres. The fake provider's own ledger is
 * the truth: what it reported is what was recorded, token for token, and the money is tokens times price.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { UpstreamCall } from '../fakes/call.ts';
import { personaScript } from '../fakes/persona-script.ts';
import { startUpstream, type Upstream } from '../fakes/upstream.ts';
import { fakeProviders } from '../harness/fake-providers.ts';
import { startGateway, type TestGateway, type UsageRow } from '../harness/gateway.ts';
import { type Answer, call } from '../harness/sse-client.ts';
import { runSql } from '../postgres.ts';
import { until } from '../until.ts';

const requests = 1000;
const concurrency = 100;

/** By turns, each over both doors and both providers. */
const kinds = [
  { model: 'echo', stream: false },
  { model: 'echo', stream: true },
  { model: 'lorem-20', stream: true },
  { model: 'lorem-60-2ms', stream: true },
  { model: 'lorem-200', stream: false },
  { model: 'cached', stream: false },
  { model: 'cached', stream: true },
  { model: 'length', stream: true },
  { model: 'refusal', stream: false },
  { model: 'flaky', stream: false },
  { model: 'flaky', stream: true },
  { model: 'error-400', stream: true },
  { model: 'error-500', stream: false },
  { model: 'error-mid-stream', stream: true },
  { model: 'cut-reset', stream: true },
  { model: 'cut-fin', stream: false },
  { model: 'lorem-100-5ms', stream: true, abort: true },
  { model: 'lorem-20-5ms', stream: false, abort: true },
  { model: 'error-429', stream: false },
] as const;
type Kind = (typeof kinds)[number];

let upstream: Upstream;
let gateway: TestGateway;
beforeAll(async () => {
  upstream = await startUpstream();
  upstream.on('flaky', (asked, reply, provider) =>
    asked.attemptId?.endsWith('-1')
      ? reply.json(500, { error: { message: 'not now' } })
      : personaScript(asked, reply, provider),
  );
  gateway = await startGateway({ config: fakeProviders(upstream, [...new Set(kinds.map((kind) => kind.model))]) });
});
afterAll(async () => {
  await gateway.stop();
  await upstream.close();
});

interface Sent {
  readonly kind: Kind;
  readonly name: string;
  readonly answer: Answer | undefined;
}

async function send(i: number): Promise<Sent> {
  const kind = kinds[i % kinds.length] as Kind;
  const turn = Math.floor(i / kinds.length);
  const provider = turn % 2 === 0 ? 'oa' : 'an';
  const isChat = turn % 4 < 2;
  const name = `conservation-${i}`;
  const body = {
    model: `${provider}/${kind.model}`,
    max_tokens: 1000,
    stream: kind.stream,
    messages: [{ role: 'user', content: `word ${'and word '.repeat(i % 37)}` }],
  };
  const url = `${gateway.url}${isChat ? '/v1/chat/completions' : '/v1/messages'}`;
  const options = { key: gateway.key, headers: { 'x-request-id': name } };
  if (!('abort' in kind)) return { kind, name, answer: await call(url, body, options) };
  const hangUp = new AbortController();
  const after = setTimeout(() => hangUp.abort(), 5 + (i % 60));
  const answer = await call(url, body, { ...options, signal: hangUp.signal }).catch(() => undefined);
  clearTimeout(after);
  return { kind, name, answer };
}

/** All requests, never more than `concurrency` at a time. */
async function sendAll(): Promise<Sent[]> {
  const sent: Sent[] = [];
  let next = 0;
  const worker = async () => {
    while (next < requests) sent.push(await send(next++));
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return sent;
}

const requestIdOf = (asked: UpstreamCall) => asked.attemptId?.replace(/-\d+$/, '') ?? '';
const tokens = (row: UsageRow) => ({
  input: Number(row.input_tokens),
  output: Number(row.output_tokens),
  cacheRead: Number(row.cache_read_tokens),
  cacheWrite5m: Number(row.cache_write_5m_tokens),
  cacheWrite1h: Number(row.cache_write_1h_tokens),
});
type Tokens = ReturnType<typeof tokens>;

/** What the provider said that it used. The chat dialect does not tell writes from plain input. */
function reported(asked: UpstreamCall): Tokens {
  const { input = 0, output = 0, cacheRead = 0, cacheWrite5m = 0, cacheWrite1h = 0 } = asked.usage ?? {};
  if (asked.dialect === 'anthropic') return { input, output, cacheRead, cacheWrite5m, cacheWrite1h };
  return { input: input + cacheWrite5m + cacheWrite1h, output, cacheRead, cacheWrite5m: 0, cacheWrite1h: 0 };
}

/** $1, $2, $0.10, $1.25 and $2 for a million tokens, in nano-dollars: no fraction anywhere. */
function costOf({ input, output, cacheRead, cacheWrite5m, cacheWrite1h }: Tokens): bigint {
  return BigInt(input * 1000 + output * 2000 + cacheRead * 100 + cacheWrite5m * 1250 + cacheWrite1h * 2000);
}

function sum(list: readonly Tokens[]): Tokens {
  const total = (field: keyof Tokens) => list.reduce((before, each) => before + each[field], 0);
  return {
    input: total('input'),
    output: total('output'),
    cacheRead: total('cacheRead'),
    cacheWrite5m: total('cacheWrite5m'),
    cacheWrite1h: total('cacheWrite1h'),
  };
}

describe('case 119: conservation', () => {
  it(`${requests} mixed requests: one row each, the provider’s tokens, the exact money`, async () => {
    const sent = await sendAll();
    await upstream.waitForClosed();
    const calls = Map.groupBy(upstream.chats, requestIdOf);
    const rows = await rowsOf(sent, calls);

    // Whoever stayed got an answer; whoever hung up has a row if a provider was asked.
    const byName = new Map(rows.map((row) => [String(row.client_request_id), row]));
    expect(byName.size).toBe(rows.length);
    for (const { kind, name, answer } of sent) {
      if (!('abort' in kind)) expect(byName.get(name)?.http_status, name).toBe(answer?.status);
    }
    expect(new Set(rows.map((row) => row.request_id)).size).toBe(rows.length);
    for (const id of calls.keys())
      expect(
        rows.some((row) => row.request_id === id),
        id,
      ).toBe(true);

    for (const row of rows) checkRow(row, calls.get(String(row.request_id)) ?? []);
    checkTotals(rows, calls);
    await checkDatabase(rows);
    checkVariety(rows);
  }, 180_000);
});

async function rowsOf(sent: readonly Sent[], calls: ReadonlyMap<string, unknown>): Promise<readonly UsageRow[]> {
  const stayed = sent.filter(({ kind }) => !('abort' in kind)).map(({ name }) => name);
  return until(
    'a row for every request',
    async () => {
      const rows = await gateway.usageRows();
      const names = new Set(rows.map((row) => row.client_request_id));
      const ids = new Set(rows.map((row) => row.request_id));
      return stayed.every((name) => names.has(name)) && [...calls.keys()].every((id) => ids.has(id)) ? rows : undefined;
    },
    30_000,
  );
}

function checkRow(row: UsageRow, asked: readonly UpstreamCall[]): void {
  const used = tokens(row);
  const what = `${String(row.requested_model)} ${String(row.status)} ${JSON.stringify(row.flags)}`;
  expect(BigInt(String(row.cost_nano_usd)), what).toBe(costOf(used));
  expect((row.attempts as unknown[]).length, what).toBe(asked.length);
  const served = asked.at(-1);
  if (row.status === 'completed') {
    expect(row.estimated, what).toBe(false);
    expect(served && reported(served), what).toEqual(used);
  } else if (served === undefined || served.bytesSent === 0 || served.status >= 400) {
    expect([used.output, row.status === 'failed' ? row.cost_nano_usd : '0'], what).toEqual([0, '0']);
  } else if (row.cost_nano_usd !== '0') {
    // Broken or hung up in its middle: our count, said so, and never more than was sent.
    expect(row.estimated, what).toBe(true);
    expect(used.output, what).toBeLessThanOrEqual(Math.ceil(served.tokensSent * 1.1) + 2);
    expect(used.input, what).toBeGreaterThan(0);
  }
}

function checkTotals(rows: readonly UsageRow[], calls: ReadonlyMap<string, readonly UpstreamCall[]>): void {
  const completed = rows.filter((row) => row.status === 'completed');
  const ledger = completed.flatMap((row) => calls.get(String(row.request_id))?.at(-1) ?? []);
  expect(ledger).toHaveLength(completed.length);
  const said = sum(ledger.map(reported));
  expect(sum(completed.map(tokens))).toEqual(said);
  expect(completed.reduce((total, row) => total + BigInt(String(row.cost_nano_usd)), 0n)).toBe(costOf(said));
}

/** The database's own sums: what an invoice would be made of. */
async function checkDatabase(rows: readonly UsageRow[]): Promise<void> {
  const { url, schema } = gateway.database;
  const sql = `SELECT count(*)::int AS rows, sum(cost_nano_usd)::text AS cost FROM "${schema}".usage`;
  const [total] = await runSql(url, sql);
  expect(total).toEqual({
    rows: rows.length,
    cost: String(rows.reduce((before, row) => before + BigInt(String(row.cost_nano_usd)), 0n)),
  });
}

/** A "never" is worth something only if what it forbids was possible. */
function checkVariety(rows: readonly UsageRow[]): void {
  const count = (check: (row: UsageRow) => boolean) => rows.filter(check).length;
  expect(count((row) => row.status === 'completed')).toBeGreaterThan(requests / 2);
  expect(count((row) => row.status === 'failed')).toBeGreaterThan(100);
  expect(count((row) => row.status === 'cancelled')).toBeGreaterThan(20);
  expect(count((row) => row.status === 'completed' && (row.attempts as unknown[]).length > 1)).toBeGreaterThan(5);
  expect(count((row) => row.status === 'failed' && row.cost_nano_usd !== '0')).toBeGreaterThan(20);
  for (const provider of ['oa', 'an']) expect(count((row) => row.provider === provider)).toBeGreaterThan(300);
}

/**
 * Case 122, FX12: poison among good requests, on the real process with Postgres: what callers send and what providers
 * count that no row could hold. Every good request is recorded and charged as if it were alone.
 */
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chatJson, chatStream } from '../fakes/chat-wire.ts';
import { messagesJson, messagesStream } from '../fakes/messages-wire.ts';
import { sseHeaders } from '../fakes/reply.ts';
import { type Script, startUpstream, type Upstream } from '../fakes/upstream.ts';
import { fakeProviders } from '../harness/fake-providers.ts';
import { startGateway, type TestGateway, type UsageRow } from '../harness/gateway.ts';
import { type Answer, call } from '../harness/sse-client.ts';
import { until } from '../until.ts';

type Json = Record<string, unknown>;

let upstream: Upstream;
let gateway: TestGateway;
beforeAll(async () => {
  upstream = await startUpstream();
  for (const [i, lie] of lies.entries()) upstream.on(`lie-${i}`, lie.script);
  gateway = await startGateway({ config: fakeProviders(upstream, ['echo', ...lies.map((_lie, i) => `lie-${i}`)]) });
});
afterAll(async () => {
  await gateway.stop();
  await upstream.close();
});

const nul = '\u0000';
const words = 'one two three four';

/** Counts that no provider could mean. Each is told by both dialects, in streams and in whole answers. */
const counts = [
  '-5',
  '-1e18',
  '1e18',
  '1e999',
  '9007199254740993',
  '"5"',
  '"NaN"',
  'null',
  '{}',
  '[5]',
  'true',
  '10.5',
  '-0',
];

interface Lie {
  readonly name: string;
  readonly script: Script;
}

/** An answer whose every count is `count`, spliced in as text: JSON.stringify would not write most of them. */
function lyingCount(count: string): Lie {
  const spoil = (text: string) => text.replace(/("(?:\w+_tokens|web_search_requests)":)\d+/g, `$1${count}`);
  return { name: `count ${count}`, script: answering(spoil) };
}

function answering(spoil: (text: string) => string): Script {
  const usage = { input: 10, output: 4, cacheRead: 3, cacheWrite5m: 2, thinking: 1 };
  return async (asked, reply) => {
    const isChat = asked.dialect === 'openai-chat';
    const say = { text: words, usage };
    if (!asked.stream) {
      const json = spoil(isChat ? chatJson(say) : messagesJson(say));
      return reply.send(200, { 'content-type': 'application/json' }, json);
    }
    const events = isChat ? chatStream(say, { includeUsage: true }) : messagesStream(say);
    reply.head(200, sseHeaders);
    await reply.events(events.map((event) => ({ ...event, text: spoil(event.text) })));
    reply.end();
  };
}

const lies: readonly Lie[] = [
  ...counts.map(lyingCount),
  { name: 'NaN in the JSON', script: answering((text) => text.replaceAll(/("\w+_tokens":)\d+/g, '$1NaN')) },
  { name: 'no usage', script: answering((text) => text.replaceAll('"usage":{', '"abusage":{')) },
  { name: 'usage is a text', script: answering((text) => text.replaceAll(/"usage":\{[^}]*\}+/g, '"usage":"none"')) },
  { name: 'NUL everywhere', script: answering((text) => text.replaceAll(/"(id|model)":"/g, '"$1":"\\u0000')) },
  { name: 'half a surrogate', script: answering((text) => text.replaceAll('two', '\\ud83d')) },
  { name: 'a huge id', script: answering((text) => text.replaceAll(/"id":"/g, `"id":"${'x'.repeat(1024 * 1024)}`)) },
  {
    name: 'an unknown end',
    script: answering((text) => text.replaceAll(/"(stop|end_turn)"/g, `"${'y'.repeat(5000)}\\u0000"`)),
  },
];

/** Bodies and headers that are refused, or that nobody could keep as they are. */
const oddRequests: readonly {
  readonly name: string;
  readonly body: Json;
  readonly headers?: Record<string, string>;
}[] = [
  { name: 'a fraction of a token', body: { max_tokens: 100.5 } },
  { name: 'too many tokens', body: { max_tokens: 1e18 } },
  { name: 'tokens in words', body: { max_tokens: 'many' } },
  { name: 'a megabyte of a model', body: { model: 'm'.repeat(1024 * 1024) } },
  { name: 'a megabyte of a known provider’s model', body: { model: `oa/${'m'.repeat(1024 * 1024)}` } },
  { name: 'NUL in the model', body: { model: `oa/echo${nul}` } },
  { name: 'half a surrogate in the model', body: { model: 'oa/\ud83d' } },
  { name: 'NUL in the text', body: { messages: [{ role: 'user', content: `a${nul}b` }] } },
  { name: 'half a surrogate in the text', body: { messages: [{ role: 'user', content: 'a\ud83db' }] } },
  {
    name: 'NUL and no end in the user',
    body: { user: `${nul}${'u'.repeat(100_000)}`, metadata: { user_id: `u${nul}` } },
  },
  {
    name: 'odd headers',
    body: {},
    headers: { 'x-tollgate-session': 'é\u00ff', 'x-tollgate-tags': `${'t,'.repeat(2000)}\u00e9` },
  },
  { name: 'a long request id', body: {}, headers: { 'x-request-id': 'r'.repeat(8000) } },
];

interface Good {
  readonly name: string;
  readonly answer: Answer;
  readonly isChat: boolean;
  readonly stream: boolean;
}

async function good(i: number, prefix = 'good'): Promise<Good> {
  const isChat = i % 2 === 0;
  const stream = i % 4 < 2;
  const name = `${prefix}-${i}`;
  const body = {
    model: i % 8 < 4 ? 'oa/echo' : 'an/echo',
    max_tokens: 100,
    stream,
    messages: [{ role: 'user', content: words }],
  };
  const answer = await post(isChat, body, { 'x-request-id': name });
  return { name, answer, isChat, stream };
}

function post(isChat: boolean, body: Json, headers: Record<string, string>): Promise<Answer> {
  return call(`${gateway.url}${isChat ? '/v1/chat/completions' : '/v1/messages'}`, body, { key: gateway.key, headers });
}

/** Every poison over every road it has, as functions that send it. */
function poisons(): (() => Promise<Answer>)[] {
  const messages = [{ role: 'user', content: 'hi' }];
  const lying = lies.flatMap(({ name }, i) =>
    [0, 1, 2, 3, 4, 5, 6, 7].map((road) => {
      const [isChat, provider, stream] = [road % 2 === 0, road % 4 < 2 ? 'oa' : 'an', road < 4];
      const body = { model: `${provider}/lie-${i}`, max_tokens: 100, stream, messages };
      return () => post(isChat, body, { 'x-request-id': lieName(name, road) });
    }),
  );
  const odd = oddRequests.flatMap(({ name, body, headers }) =>
    [0, 1, 2, 3].map((road) => {
      const [isChat, provider] = [road % 2 === 0, road < 2 ? 'oa' : 'an'];
      const whole = { model: `${provider}/echo`, max_tokens: 100, messages, ...body };
      return () => post(isChat, whole, { 'x-request-id': `odd: ${encodeURIComponent(name)} ${road}`, ...headers });
    }),
  );
  return [...lying, ...odd];
}

describe('case 122 and FX12: poison', () => {
  it('every good request among it is answered, recorded and charged to the nano-dollar', async () => {
    const sends = poisons();
    const goods: Good[] = [];
    const answers: Answer[] = [];
    // One good request beside each poisonous one, eight pairs at a time.
    for (let i = 0; i < sends.length; i += 8) {
      await Promise.all(
        sends
          .slice(i, i + 8)
          .flatMap((send, k) => [
            send().then((answer) => answers.push(answer)),
            good(i + k).then((each) => goods.push(each)),
          ]),
      );
    }
    expect(answers.filter((answer) => answer.status === 500).map((answer) => answer.body)).toEqual([]);
    expect(gateway.process.exited).toBeUndefined();
    const rows = await rowsOf(goods, sends.length + goods.length);
    for (const each of goods) checkGood(each, rows);
    for (const row of rows) checkBounds(row);
    checkLies(rows);
    expect(rejectedRows()).toEqual([]);
  }, 120_000);

  it.each(['oa', 'an'])(
    'FX12: 18 good requests and two errors of bytes that are no text (%s): 20 rows',
    async (provider) => {
      const before = (await gateway.usageRows()).length;
      const error = Buffer.concat([
        Buffer.from('{"error":{"message":"bad \\u0000 \0 '),
        Buffer.from([0xff]),
        Buffer.from('"}}'),
      ]);
      upstream.on('lie-0', (_asked, reply) => reply.send(400, { 'content-type': 'application/json' }, error));
      const body = { model: `${provider}/lie-0`, max_tokens: 5, messages: [{ role: 'user', content: 'x' }] };
      const poison = Promise.all([true, false].map((isChat) => post(isChat, body, {})));
      const goods = await Promise.all(Array.from({ length: 18 }, (_, i) => good(i, `fx12-${provider}`)));
      for (const answer of await poison) {
        expect(answer.status).toBe(400);
        expect(answer.body.isWellFormed() && !/\0|\\u0000/.test(answer.body)).toBe(true);
        expect(JSON.parse(answer.body)).toMatchObject({ error: { message: expect.any(String) } });
      }
      const rows = await until('20 rows', async () => {
        const all = await gateway.usageRows();
        return all.length >= before + 20 ? all : undefined;
      });
      expect(rows).toHaveLength(before + 20);
      for (const each of goods) checkGood(each, rows);
      const failed = rows.filter((row) => row.requested_model === `${provider}/lie-0` && row.http_status === 400);
      expect(failed.map((row) => [row.status, row.cost_nano_usd])).toEqual([
        ['failed', '0'],
        ['failed', '0'],
      ]);
    },
  );

  it('and the gateway still starts from its journal afterwards', async () => {
    const before = await gateway.usageRows();
    await gateway.kill9();
    await gateway.restart();
    const { answer } = await good(1, 'afterwards');
    expect(answer.status).toBe(200);
    await until('one more row', async () => (await gateway.usageRows()).length > before.length);
    expect(await gateway.usageRows()).toHaveLength(before.length + 1);
  });
});

const lieName = (name: string, road: number) => `lie: ${name} ${road}`;

/** All rows, once every good request and every lie has one. */
async function rowsOf(goods: readonly Good[], most: number): Promise<readonly UsageRow[]> {
  const lying = lies.flatMap(({ name }) => [0, 1, 2, 3, 4, 5, 6, 7].map((road) => lieName(name, road)));
  const rows = await until(
    'a row for each good request and each lie',
    async () => {
      const found = await gateway.usageRows();
      const seen = new Set(found.map((row) => row.client_request_id));
      return [...goods.map(({ name }) => name), ...lying].every((name) => seen.has(name)) ? found : undefined;
    },
    30_000,
  );
  expect(rows.length).toBeLessThanOrEqual(most);
  expect(new Set(rows.map((row) => row.request_id)).size).toBe(rows.length);
  return rows;
}

function checkGood({ name, answer, isChat, stream }: Good, rows: readonly UsageRow[]): void {
  expect(answer.status, `${name}: ${answer.body.slice(0, 200)}`).toBe(200);
  if (stream) expect(answer.body, name).toContain(isChat ? 'data: [DONE]' : 'event: message_stop');
  const [row, ...more] = rows.filter((candidate) => candidate.client_request_id === name);
  expect(more, name).toEqual([]);
  const asked = upstream.chats.find((each) => each.attemptId?.startsWith(`${String(row?.request_id)}-`));
  const { input = 0, output = 0 } = asked?.usage ?? {};
  expect(row, name).toMatchObject({
    status: 'completed',
    estimated: false,
    flags: [],
    input_tokens: String(input),
    output_tokens: String(output),
    cost_nano_usd: String(input * 1000 + output * 2000),
  });
  expect(output, name).toBe(4);
}

const columns = ['input', 'output', 'cache_read', 'cache_write_5m', 'cache_write_1h'] as const;
const rates = { input: 1000, output: 2000, cache_read: 100, cache_write_5m: 1250, cache_write_1h: 2000 };

/** No row is absurd: counts that a request of this size can have, money that they cost, text that can be read. */
function checkBounds(row: UsageRow): void {
  const what = `${String(row.client_request_id)} ${JSON.stringify(row.flags)}`;
  let cost = 0;
  for (const column of columns) {
    const count = Number(row[`${column}_tokens`]);
    expect(count, what).toBeGreaterThanOrEqual(0);
    expect(count, what).toBeLessThan(50_000);
    cost += count * rates[column];
  }
  if (row.status === 'completed') expect(row.cost_nano_usd, what).toBe(String(cost));
  for (const value of Object.values(row)) {
    if (typeof value !== 'string') continue;
    expect(value.length, what).toBeLessThan(10_000);
    expect(value.isWellFormed() && !value.includes(nul), what).toBe(true);
  }
}

/** What a provider says wrongly is charged by our own count, and says so. */
function checkLies(rows: readonly UsageRow[]): void {
  for (const { name } of lies) {
    for (const row of rows.filter((candidate) => String(candidate.client_request_id).startsWith(`lie: ${name} `))) {
      const what = `${String(row.client_request_id)} ${String(row.upstream_dialect)} ${JSON.stringify(row)}`;
      if (row.status === 'completed') expect(Number(row.cost_nano_usd), what).toBeGreaterThan(0);
      if (row.status === 'completed' && /count|usage/.test(name)) expect(row.flags, what).not.toEqual([]);
    }
  }
}

/** Rows that the database refused are kept in a file of their own: there must be none. */
function rejectedRows(): readonly string[] {
  const names = readdirSync(gateway.dataDir, { recursive: true }).map(String);
  return names.filter((name) => name.endsWith('rejected.jsonl'));
}

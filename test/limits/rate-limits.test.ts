/**
 * Case 118: rate limits of a key, an organization, a route and a model, at a real gateway over sockets: a burst admits
 * exactly N, a refusal is told in the caller's dialect, and costs nothing.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startUpstream, type Upstream } from '../fakes/upstream.ts';
import { fakeProviders, upstreamKey } from '../harness/fake-providers.ts';
import { merge, startGateway, type TestGateway } from '../harness/gateway.ts';
import { type Answer, call, jsonOf } from '../harness/sse-client.ts';
import { runSql } from '../postgres.ts';
import { until } from '../until.ts';

const ten = { requestsPerMinute: 10 };
const keyOf = (name: string): string => `tg-test-limits-of-${name}`;
const declared = (name: string, more: object = {}) => [name, { key: keyOf(name), ...more }] as const;
const withinMs = 1_000;

let upstream: Upstream;
let gateway: TestGateway;
let rowsBefore = 0;

beforeAll(async () => {
  upstream = await startUpstream({ key: upstreamKey });
  const config = {
    models: { 'oa/lorem-5': { limits: ten } },
    routes: { narrow: { targets: ['oa/echo'], limits: ten } },
    organizations: { acme: { limits: ten }, moving: {} },
    keys: Object.fromEntries([
      declared('chat', { limits: ten }),
      declared('messages', { limits: ten }),
      declared('tokens', { limits: { tokensPerMinute: 1_000 } }),
      declared('inside-1', { organization: 'acme' }),
      declared('inside-2', { organization: 'acme' }),
      declared('free-1'),
      declared('free-2'),
      declared('changing', { organization: 'moving', project: 'shifting' }),
    ]),
  };
  gateway = await startGateway({ config: merge(fakeProviders(upstream, ['echo', 'lorem-5']), config) });
});
afterEach(() => upstream.clear());
afterAll(async () => {
  await gateway.stop();
  await upstream.close();
});

const body = (model: string, words = 1) => ({
  model,
  max_tokens: 50,
  messages: [{ role: 'user', content: 'hello '.repeat(words) }],
});

const chat = (key: string, model = 'oa/echo', words?: number) =>
  call(`${gateway.url}/v1/chat/completions`, body(model, words), { key: keyOf(key) });

const messages = (key: string, model = 'an/echo') =>
  call(`${gateway.url}/v1/messages`, body(model), { headers: { 'x-api-key': keyOf(key) } });

/** Exactly ten of forty are served, and only those reached the provider and left a row. */
async function expectTenOfForty(send: (i: number) => Promise<Answer>): Promise<readonly Answer[]> {
  const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => send(i)));
  const refused = answers.filter(({ status }) => status === 429);
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(10);
  expect(refused).toHaveLength(30);
  expect(upstream.chats).toHaveLength(10);
  await expectRows(10);
  return refused;
}

/** The rows since the last look. A marker comes last: what was settled before it has been shipped before it. */
async function expectRows(count: number): Promise<void> {
  const marker = await call(`${gateway.url}/v1/chat/completions`, body('oa/echo'), { key: gateway.key });
  expect(marker.status).toBe(200);
  const rows = await gateway.waitForUsage(rowsBefore + count + 1);
  expect(rows.slice(rowsBefore).filter(({ status }) => status !== 'completed')).toEqual([]);
  rowsBefore = rows.length;
}

function messageOf(answer: Answer | undefined): string {
  const { error } = jsonOf(answer as Answer) as { error: { message: string } };
  return error.message;
}

describe('case 118: a key limited to ten requests a minute', () => {
  it('gets exactly ten of forty at once, and is told why in the words of OpenAI', async () => {
    const [refused] = await expectTenOfForty(() => chat('chat'));
    const retryAfter = Number(refused?.headers['retry-after']);
    expect(retryAfter).toBeGreaterThanOrEqual(50);
    expect(retryAfter).toBeLessThanOrEqual(60);
    expect(refused?.headers).toMatchObject({
      'x-ratelimit-limit-requests': '10',
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': expect.stringMatching(/^\d\d\.\d{3}s$/),
    });
    expect(jsonOf(refused as Answer)).toEqual({
      error: {
        message: expect.stringMatching(
          /^The limit of 10 requests per minute of the key chat \(key_\w+\) is reached\. Try again in \d\d s, or ask the operator for a higher limit\.$/,
        ),
        type: 'rate_limit_error',
        param: null,
        code: 'rate_limit_exceeded',
      },
    });
  });

  it('gets exactly ten of forty at once, and is told why in the words of Anthropic', async () => {
    const [refused] = await expectTenOfForty(() => messages('messages'));
    expect(Number(refused?.headers['retry-after'])).toBeGreaterThanOrEqual(50);
    const reset = Date.parse(String(refused?.headers['anthropic-ratelimit-requests-reset'])) - Date.now();
    expect(reset).toBeGreaterThan(45_000);
    expect(reset).toBeLessThanOrEqual(61_000);
    expect(refused?.headers).toMatchObject({
      'anthropic-ratelimit-requests-limit': '10',
      'anthropic-ratelimit-requests-remaining': '0',
    });
    expect(Object.keys(refused?.headers ?? {}).filter((name) => name.startsWith('x-ratelimit'))).toEqual([]);
    expect(jsonOf(refused as Answer)).toMatchObject({
      type: 'error',
      error: {
        type: 'rate_limit_error',
        message: expect.stringContaining('10 requests per minute of the key messages'),
      },
    });
  });
});

describe('case 118: what others share', () => {
  it('an organization’s ten are ten for all of its keys together', async () => {
    const [refused] = await expectTenOfForty((i) => chat(i % 2 === 0 ? 'inside-1' : 'inside-2'));
    expect(messageOf(refused)).toContain('The limit of 10 requests per minute of the organization acme is reached.');
  });

  it('a model’s ten are ten for all callers', async () => {
    const [refused] = await expectTenOfForty((i) => chat(i % 2 === 0 ? 'free-1' : 'free-2', 'oa/lorem-5'));
    expect(messageOf(refused)).toContain('The limit of 10 requests per minute of the model oa/lorem-5 is reached.');
  });

  it('a route’s ten are ten for all callers, in both dialects', async () => {
    const [refused] = await expectTenOfForty((i) =>
      i % 2 === 0 ? chat('free-1', 'narrow') : messages('free-2', 'narrow'),
    );
    expect(messageOf(refused)).toContain('The limit of 10 requests per minute of the route narrow is reached.');
  });
});

describe('case 118: a key limited to tokens per minute', () => {
  it('is refused when they are used, with the headers that say how many', async () => {
    const answers: Answer[] = [];
    while (answers.length < 10 && answers.at(-1)?.status !== 429) answers.push(await chat('tokens', 'oa/echo', 200));
    const served = answers.slice(0, -1);
    expect(served.length).toBeGreaterThan(0);
    expect(served.map(({ status }) => status)).toEqual(served.map(() => 200));
    expect(messageOf(answers.at(-1))).toContain('The limit of 1000 tokens per minute of the key tokens');
    expect(answers.at(-1)?.headers['x-ratelimit-limit-tokens']).toBe('1000');
    await expectRows(served.length);
  });
});

describe('case 118: a limit that is changed in the database', () => {
  const change = (table: string, name: string, limits: object | null) =>
    runSql(
      gateway.database.url,
      `UPDATE "${gateway.database.schema}".${table}
        SET limits = ${limits === null ? 'NULL' : `'${JSON.stringify(limits)}'`} WHERE name = '${name}'`,
    );
  const status = async () => (await chat('changing')).status;

  it.each([
    ['keys', 'changing'],
    ['projects', 'shifting'],
    ['organizations', 'moving'],
  ])('is in force within a second: %s', async (table, name) => {
    expect(await status()).toBe(200);
    await change(table, name, { requestsPerMinute: 1 });
    await until('the limit', async () => (await status()) === 429, withinMs);
    await change(table, name, null);
    await until('no limit', async () => (await status()) === 200, withinMs);
  });
});

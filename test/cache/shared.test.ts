/** Two instances that share a Redis: what one has, the other gives; and nobody else can read it, or must wait for it. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type FakeRedis, hang, startFakeRedis } from '../fakes/redis-server.ts';
import { startUpstream, type Upstream } from '../fakes/upstream.ts';
import { fakeProviders } from '../harness/fake-providers.ts';
import { startGateway, type TestGateway } from '../harness/gateway.ts';
import { type Answer, call } from '../harness/sse-client.ts';
import { obedient } from '../money/obedient.ts';
import { type TestDatabase, testDatabase } from '../postgres.ts';
import { until } from '../until.ts';
import { cacheOf } from './cached-rig.ts';

const stranger = 'tg-stranger-0000000000000000000';
let database: TestDatabase;
let upstream: Upstream;
let redis: FakeRedis;
let one: TestGateway;
let two: TestGateway;
const kept = new Map<string, string>();

/** As a Redis does, for as much as is asked of it here. */
const remembering = ([name = '', key = '', value = '']: readonly string[]): string => {
  if (name.toLowerCase() === 'set') kept.set(key, value);
  if (name.toLowerCase() !== 'get') return '+OK\r\n';
  const found = kept.get(key);
  return found === undefined ? '$-1\r\n' : `$${found.length}\r\n${found}\r\n`;
};

beforeAll(async () => {
  database = await testDatabase();
  upstream = await startUpstream({ script: obedient });
  redis = await startFakeRedis(remembering);
  const config = {
    ...fakeProviders(upstream, ['m']),
    redis: { url: redis.url },
    organizations: { strangers: {} },
    cache: { ttlMs: 60_000 },
    secrets: { masterKey: 'the-same-at-every-instance-000000' },
  };
  const keys = { stranger: { key: stranger, organization: 'strangers' } };
  one = await startGateway({ config: { ...config, keys }, database });
  two = await startGateway({ config: { ...config, keys: { ...keys, test: { key: one.key } } }, database });
});
afterAll(async () => {
  await Promise.all([one.stop(), two.stop()]);
  await redis.close();
  await upstream.close();
  await database.close();
});
beforeEach(() => {
  upstream.clear();
  redis.reply = remembering;
});

const ask = (gateway: TestGateway, content: string, key = one.key): Promise<Answer> =>
  call(
    `${gateway.url}/v1/chat/completions`,
    { model: 'oa/m', stream: true, max_tokens: 5, messages: [{ role: 'user', content }] },
    { key },
  );
const answers = () => [...kept.keys()].filter((name) => name.includes('cache:1:'));

it('an answer of one is given by the other, as the stream that it was', async () => {
  const first = await ask(one, 'shared words');
  expect(cacheOf(first)).toBe('miss');
  await until('the answer in Redis', () => answers().length === 1);
  const again = await ask(two, 'shared words');
  expect([cacheOf(again), again.body]).toEqual(['hit', first.body]);
  expect(again.headers['x-tollgate-original-request-id']).toBe(first.headers['x-request-id']);
  expect(upstream.calls).toHaveLength(1);
  expect((await one.waitForUsage(2)).map(({ cost_nano_usd: cost }) => cost !== '0')).toEqual([true, false]);
});

it('what stands in Redis is named by its organization and says nothing', async () => {
  await ask(one, 'shared words');
  for (const name of answers()) {
    expect(name).toMatch(/:cache:1:org_[a-z0-9]+:[0-9a-f]{64}$/);
    for (const word of ['word', 'data:', 'chatcmpl', 'req_', 'oa/m']) expect(kept.get(name)).not.toContain(word);
  }
});

it('another organization has none of it, though it asks the same', async () => {
  expect(cacheOf(await ask(two, 'shared words', stranger))).toBe('miss');
  expect(upstream.calls).toHaveLength(1);
});

it('what somebody wrote there instead is no answer', async () => {
  await ask(one, 'forged');
  await until('the answer in Redis', () => answers().length === 3);
  for (const name of answers()) kept.set(name, 'x'.repeat(200));
  const asked = await ask(two, 'forged');
  expect([asked.status, cacheOf(asked)]).toEqual([200, 'miss']);
});

it('fault F6: while it hangs, is away, and when it is back: answers all the same, from the provider or from memory', async () => {
  redis.reply = hang;
  for (let i = 0; i < 5; i++) {
    const answer = await ask(two, `hanging ${i}`);
    expect([answer.status, cacheOf(answer)]).toEqual([200, 'miss']);
  }
  expect(cacheOf(await ask(two, 'hanging 0'))).toBe('hit');
  redis.reply = remembering;
  redis.cut();
  const away = await ask(two, 'away');
  expect([away.status, cacheOf(away)]).toEqual([200, 'miss']);
  let words = 0;
  await until('the shared cache to be back', async () => {
    const content = `back ${words++}`;
    await ask(one, content);
    return cacheOf(await ask(two, content)) === 'hit';
  });
});

/**
 * Case 118 and fault F6 with three real gateways on one Redis, over sockets: a burst on all of them admits exactly the
 * limit; when Redis is away, nobody waits for it and each admits its share.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startUpstream, type Upstream } from '../../fakes/upstream.ts';
import { fakeProviders, upstreamKey } from '../../harness/fake-providers.ts';
import { merge, startGateway, type TestGateway } from '../../harness/gateway.ts';
import { type Answer, call, jsonOf } from '../../harness/sse-client.ts';
import { type TestDatabase, testDatabase } from '../../postgres.ts';
import { until } from '../../until.ts';
import { type RedisProxy, startRedisProxy } from './proxy.ts';
import { type RedisServer, startRedisServer } from './server.ts';

const keyOf = (name: string): string => `tg-test-shared-limits-${name}`;
const limits: Readonly<Record<string, object>> = {
  burst: { requestsPerMinute: 100 },
  organized: {},
  wide: { requestsPerMinute: 1_000_000, tokensPerMinute: 1_000_000_000, concurrentRequests: 10_000 },
  'share-refuse': { requestsPerMinute: 31 },
  'share-hang': { requestsPerMinute: 31 },
  'share-late': { requestsPerMinute: 31 },
  free: {},
};

let server: RedisServer;
let proxy: RedisProxy;
let upstream: Upstream;
/** Two installations, each with instances that know of each other alone. */
let databases: readonly TestDatabase[] = [];
let patient: readonly TestGateway[] = [];
let usual: readonly TestGateway[] = [];

beforeAll(async () => {
  server = await startRedisServer();
  proxy = await startRedisProxy(server.port);
  upstream = await startUpstream({ key: upstreamKey });
  databases = [await testDatabase(), await testDatabase()];
  const declared = Object.entries(limits).map(([name, of]) => [
    name,
    { key: keyOf(name), limits: of, ...(name === 'organized' && { organization: 'acme', project: 'search' }) },
  ]);
  const organizations = { acme: { projects: { search: { limits: { requestsPerMinute: 50 } } } } };
  const start = (database: TestDatabase | undefined, redis: object) =>
    startGateway({
      ...(database && { database }),
      config: merge(fakeProviders(upstream, ['echo']), { redis, organizations, keys: Object.fromEntries(declared) }),
    });
  const startThree = async (...of: Parameters<typeof start>) => [
    await start(...of),
    await start(...of),
    await start(...of),
  ];
  // Where exactness is tried, nobody falls back to a share because this machine is busy.
  const exact = { url: server.url, timeoutMs: 10_000 };
  const hurried = { url: proxy.url };
  patient = await startThree(databases[0], exact);
  usual = await startThree(databases[1], hurried);
});
afterEach(async () => {
  proxy.mode = 'pass';
  upstream.clear();
});
afterAll(async () => {
  for (const gateway of [...patient, ...usual]) await gateway.stop();
  await proxy.close();
  await server.kill();
  await upstream.close();
  for (const database of databases) await database.close();
});

const body = { model: 'oa/echo', max_tokens: 5, messages: [{ role: 'user', content: 'hello' }] };

const chat = (gateway: TestGateway | undefined, key: string): Promise<Answer> =>
  call(`${gateway?.url}/v1/chat/completions`, body, { key: keyOf(key) });

const served = (answers: readonly Answer[]): number => answers.filter(({ status }) => status === 200).length;

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** Milliseconds of calls one after the other, sorted. */
async function waits(key: string, calls: number): Promise<number[]> {
  const took: number[] = [];
  for (let i = 0; i < calls; i++) {
    const answer = await chat(usual[i % 3], key);
    expect(answer.status).toBe(200);
    took.push(performance.now() - answer.startedAtMs);
  }
  return took.sort((a, b) => a - b);
}

const saysAway = (gateway: TestGateway): boolean => gateway.stderr.includes('Redis is away');

describe('case 118: three gateways on one Redis', () => {
  it('admit exactly 100 of a burst of 1,000 on a limit of 100', async () => {
    const answers = await Promise.all(Array.from({ length: 1_000 }, (_, i) => chat(patient[i % 3], 'burst')));
    expect(served(answers)).toBe(100);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(900);
    expect(upstream.chats).toHaveLength(100);
    const refused = answers.find(({ status }) => status === 429) as Answer;
    expect(jsonOf(refused)).toMatchObject({
      error: {
        message: expect.stringMatching(
          /^The limit of 100 requests per minute of the key burst \(key_\w+\) is reached\. Try again/,
        ),
      },
    });
    expect(refused.headers).toMatchObject({
      'x-ratelimit-limit-requests': '100',
      'x-ratelimit-remaining-requests': '0',
      'retry-after': expect.stringMatching(/^[1-6]?\d$/),
    });
  });

  it('count a project of the file together, though no key has a limit', async () => {
    const answers = await Promise.all(Array.from({ length: 120 }, (_, i) => chat(patient[i % 3], 'organized')));
    expect(served(answers)).toBe(50);
    const refused = answers.find(({ status }) => status === 429) as Answer;
    expect(refused.body).toContain('The limit of 50 requests per minute of the project search is reached');
  });
});

describe('fault F6: a Redis that hangs, and does not refuse', () => {
  it('holds no request up: each is answered, and Redis is hardly asked', async () => {
    const before = await waits('free', 150);
    const shared = await waits('wide', 150);
    proxy.mode = 'hang';
    const pieces = proxy.pieces;
    const hanging = await waits('wide', 300);
    const [p99, p99Shared, p99Hanging] = [before, shared, hanging].map((each) => quantile(each, 0.99)) as [
      number,
      number,
      number,
    ];
    process.stdout.write(
      `p99: ${p99.toFixed(1)} ms without limits, ${p99Shared.toFixed(1)} ms shared, ${p99Hanging.toFixed(1)} ms with a hanging Redis\n`,
    );
    // Of 300 calls, at most 3 at each of 3 gateways waited 40 ms. A generous bound, for machines that do more than this.
    expect(p99Hanging - p99).toBeLessThan(250);
    expect(proxy.pieces - pieces).toBeLessThan(100);
    expect(usual.every(saysAway)).toBe(true);
  });
});

describe('fault F6: while Redis is away, three gateways', () => {
  it.each([
    ['refuse', 'refuse'],
    ['hang', 'hang'],
    ['late', 20_000],
  ] as const)('that it makes %s admit the limit once together, and all others get 429', async (name, mode) => {
    await until('all to have Redis', async () => {
      const answers = await Promise.all(usual.map((gateway) => chat(gateway, 'wide')));
      return answers.every(({ status }) => status === 200) && proxy.mode === 'pass';
    });
    await Promise.all(usual.map((gateway) => until('Redis', () => knowsAll(gateway))));
    proxy.mode = mode;
    const answers = await Promise.all(Array.from({ length: 120 }, (_, i) => chat(usual[i % 3], `share-${name}`)));
    const statuses = new Set(answers.map(({ status }) => status));
    expect([...statuses].sort()).toEqual([200, 429]);
    expect(served(answers)).toBe(31);
    expect(answers.find(({ status }) => status === 429)?.body).toMatch(/this instance admits 1[01] of them while/);
    proxy.mode = 'pass';
    await Promise.all(usual.map((gateway) => until('Redis again', () => knowsAll(gateway))));
  });
});

/** The last line about Redis says that it answers; each gateway announces itself every 5 s and at each return. */
function knowsAll({ stderr }: TestGateway): boolean {
  const lines = stderr.split('\n').filter((line) => line.includes('Redis'));
  return lines.at(-1)?.includes('Redis answers') === true;
}

/** Case 118 and fault F6, at the room that talks to Redis: windows in Redis are those in memory, and survive what happens. */
import fc from 'fast-check';
import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Admitted, RateLimits } from '../../../src/gateway/admit.ts';
import { silentLog } from '../../../src/lib/log.ts';
import { dayWindow, minuteWindow } from '../../../src/lib/sliding-window.ts';
import { LlmFailure } from '../../../src/llm/error.ts';
import { limitNames } from '../../../src/llm/limits.ts';
import { noUsage } from '../../../src/llm/usage.ts';
import type { Key, Limits } from '../../../src/snapshot/snapshot.ts';
import { openRedis, type SharedRedis } from '../../../src/store/redis/redis.ts';
import { openSharedLimits, type RedisLimits } from '../../../src/store/redis/shared-limits.ts';
import { until } from '../../until.ts';
import { type RedisServer, startRedisServer } from './server.ts';

/** Nobody is to be refused here because this machine is busy. */
const timeoutMs = 5_000;
const log = silentLog;

let server: RedisServer;
let admin: Redis;
const open: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  server = await startRedisServer();
  admin = server.client();
});
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
  await admin.flushall();
});
afterAll(async () => {
  admin.disconnect();
  await server.kill();
});

interface Instance {
  readonly redis: SharedRedis;
  readonly limits: RedisLimits;
}

async function instance(name: string, more: { nowMs?: () => number; leaseMs?: number; timeoutMs?: number } = {}) {
  const redis = await openRedis({ url: server.url, namespace: 'test', timeoutMs: more.timeoutMs ?? timeoutMs, log });
  const limits = await openSharedLimits({ redis, instance: name, instances: 1, log, beatMs: 50, ...more });
  open.push(redis, limits);
  return { redis, limits } satisfies Instance;
}

const organization = { id: 'org_1', name: 'acme', disabled: false };
const route = { name: 'main', targets: [] };
const keyOf = (limits: Limits): Key => ({ id: 'key_1', name: 'ci', kind: 'call', organization, limits });

let requests = 0;
function request(key: Key, tokens = 1): Admitted {
  requests += 1;
  return {
    id: `req_${requests}`,
    key,
    ask: { inputTokensEstimate: tokens },
    limitStates: [],
    admission: undefined,
  };
}

/** Undefined: it was admitted. */
async function refusal(limits: RateLimits, asked: Admitted, now: number): Promise<LlmFailure['error'] | undefined> {
  try {
    await limits.admit(asked, route, now);
    return undefined;
  } catch (error) {
    if (error instanceof LlmFailure) return error.error;
    throw error;
  }
}

async function countAdmitted(limits: RateLimits, key: Key, calls: number, now = performance.now()): Promise<number> {
  const answers = await Promise.all(Array.from({ length: calls }, () => refusal(limits, request(key), now)));
  return answers.filter((each) => each === undefined).length;
}

/** A script that the server does not know is sent again, behind what was sent meanwhile. */
async function knowScripts(limits: RateLimits): Promise<void> {
  const known = async () => Number(/number_of_cached_scripts:(\d+)/.exec(await admin.info('memory'))?.[1]);
  await until('the scripts to be known', async () => {
    const asked = request(keyOf({ tokensPerMinute: 1_000, concurrentRequests: 1_000 }), 1);
    await refusal(limits, asked, 0);
    asked.admission?.settle({ ...noUsage, input: 2 }, 0);
    asked.admission?.end(0);
    return (await known()) >= 5;
  });
}

describe('limits in Redis', () => {
  it('decide and tell the same as limits in memory, whatever happens when', async () => {
    let now = 0;
    const { limits: shared, redis } = await instance('one', { nowMs: () => now, leaseMs: 400_000_000 });
    await knowScripts(new RateLimits(shared));
    const small = fc.option(fc.integer({ min: 1, max: 400 }), { nil: undefined });
    const someLimits = fc.record(Object.fromEntries(limitNames.map((name) => [name, small])));
    const step = fc.record({
      pauseMs: fc.oneof(
        fc.constant(0),
        fc.integer({ min: 0, max: 3_000 }),
        fc.integer({ min: 0, max: 90_000 }),
        fc.integer({ min: 0, max: 50_000_000 }),
      ),
      estimate: fc.integer({ min: 0, max: 120 }),
      ends: fc.option(fc.nat(), { nil: undefined }),
      input: fc.nat({ max: 150 }),
      output: fc.nat({ max: 150 }),
    });
    const property = fc.asyncProperty(
      someLimits,
      fc.integer({ min: 0, max: 2_000_000_000_000 }),
      fc.array(step, { maxLength: 40 }),
      async (given, start, steps) => {
        // Nobody waits for corrections, but commands are done in order.
        await redis.get('whatever');
        await admin.flushall();
        now = start;
        const here = new RateLimits();
        const there = new RateLimits(shared);
        const key = keyOf(given as Limits);
        const running: (readonly [Admitted, Admitted])[] = [];
        for (const { pauseMs, estimate, ends, input, output } of steps) {
          now += pauseMs;
          const pair = [request(key, estimate), request(key, estimate)] as const;
          expect(await refusal(there, pair[1], now)).toEqual(await refusal(here, pair[0], now));
          expect(pair[1].limitStates).toEqual(pair[0].limitStates);
          if (pair[0].admission !== undefined) running.push(pair);
          if (ends === undefined || running.length === 0) continue;
          for (const each of running.splice(ends % running.length, 1).flat()) {
            each.admission?.settle({ ...noUsage, input, output }, now);
            each.admission?.end(now);
          }
        }
        for (const each of running.flat()) each.admission?.end(now);
      },
    );
    await fc.assert(property, { numRuns: 150 });
  });

  it('admit exactly N of a burst that comes to three instances at once', async () => {
    const three = await Promise.all(['a', 'b', 'c'].map((name) => instance(name)));
    const key = keyOf({ requestsPerMinute: 100, requestsPerDay: 1_000 });
    const admitted = await Promise.all(three.map(({ limits }) => countAdmitted(new RateLimits(limits), key, 333)));
    expect(admitted.reduce((sum, each) => sum + each)).toBe(100);
  });

  it('admit by all limits of a request or by none', async () => {
    const { limits } = await instance('a');
    const here = new RateLimits(limits);
    const key = keyOf({ requestsPerMinute: 10, concurrentRequests: 2 });
    expect(await countAdmitted(here, key, 50)).toBe(2);
    const { organization: owner, ...rest } = key;
    const wide = { ...rest, organization: owner, limits: { requestsPerMinute: 10 } };
    expect(await countAdmitted(here, wide, 50)).toBe(8);
  });

  it('expire, so that Redis does not fill with who came once', async () => {
    const { limits } = await instance('a');
    await countAdmitted(
      new RateLimits(limits),
      keyOf({ requestsPerMinute: 5, tokensPerDay: 5, concurrentRequests: 5 }),
      1,
    );
    const keys = (await admin.keys('*limit:*')).concat(await admin.keys('*running:*'));
    expect(keys).toHaveLength(3);
    for (const key of keys) expect(await admin.pttl(key)).toBeGreaterThan(0);
    expect(await admin.pttl('tollgate:{test}:limit:key_1 requests minute')).toBeLessThanOrEqual(
      minuteWindow.bucketMs * minuteWindow.buckets,
    );
    expect(await admin.pttl('tollgate:{test}:limit:key_1 tokens day')).toBeLessThanOrEqual(
      dayWindow.bucketMs * dayWindow.buckets,
    );
  });

  it('of two installations on one server are not one', async () => {
    const one = await instance('a');
    const redis = await openRedis({ url: server.url, namespace: 'other', timeoutMs, log });
    const other = await openSharedLimits({ redis, instance: 'a', instances: 1, log });
    open.push(redis, other);
    const key = keyOf({ requestsPerMinute: 3 });
    expect(await countAdmitted(new RateLimits(one.limits), key, 9)).toBe(3);
    expect(await countAdmitted(new RateLimits(other), key, 9)).toBe(3);
  });
});

describe('places of requests that run at the same time', () => {
  const key = keyOf({ concurrentRequests: 3 });

  it('are held across instances, and given back once', async () => {
    const [a, b] = [await instance('a'), await instance('b')];
    const [here, there] = [new RateLimits(a.limits), new RateLimits(b.limits)];
    const running = [request(key), request(key), request(key)];
    for (const each of running) expect(await refusal(here, each, 0)).toBeUndefined();
    expect((await refusal(there, request(key), 0))?.message).toContain('The limit of 3 concurrent requests');
    for (let i = 0; i < 3; i++) running[0]?.admission?.end(1);
    await until('one place', async () => (await countAdmitted(there, key, 1)) === 1);
    expect(await countAdmitted(there, key, 9)).toBe(0);
  });

  it('of a dead instance come back, and of a live one stay however long it takes', async () => {
    const dead = await instance('dead', { leaseMs: 300 });
    const alive = await instance('alive', { leaseMs: 300 });
    await countAdmitted(new RateLimits(alive.limits), key, 1);
    expect(await countAdmitted(new RateLimits(dead.limits), key, 9)).toBe(2);
    // As kill -9: nothing is given back, nothing is renewed.
    await dead.redis.close();
    const other = new RateLimits((await instance('other', { leaseMs: 300 })).limits);
    await until('the places of the dead', async () => {
      const asked = request(key);
      if ((await refusal(other, asked, 0)) !== undefined) return false;
      return (await countAdmitted(other, key, 9)) === 1;
    });
    expect(await admin.zcard('tollgate:{test}:running:key_1 at once')).toBe(3);
  });
});

describe('fault F6: when Redis', () => {
  it('has answered while this process was busy for longer than the limit, that counts as an answer', async () => {
    const { redis } = await instance('a', { timeoutMs: 40 });
    for (let i = 0; i < 5; i++) {
      const asked = redis.get('k');
      const until150 = performance.now() + 150;
      while (performance.now() < until150);
      expect(await asked).toBeUndefined();
    }
    expect(redis.up).toBe(true);
  });

  it('is emptied, requests that run are counted again, and windows begin anew', async () => {
    const { limits } = await instance('a');
    const here = new RateLimits(limits);
    const key = keyOf({ requestsPerMinute: 5, concurrentRequests: 3 });
    expect(await countAdmitted(here, key, 9)).toBe(3);
    await admin.flushall();
    await until('the places', async () => (await admin.zcard('tollgate:{test}:running:key_1 at once')) === 3);
    expect(await countAdmitted(here, key, 9)).toBe(0);
    await admin.script('FLUSH');
    expect(await countAdmitted(here, keyOf({ requestsPerMinute: 5 }), 9)).toBe(5);
  });

  it('has something else in a window, that is removed, and nobody fails', async () => {
    const { limits, redis } = await instance('a');
    const here = new RateLimits(limits);
    const key = keyOf({ requestsPerMinute: 50 });
    await admin.set('tollgate:{test}:limit:key_1 requests minute', 'not a hash');
    expect(await refusal(here, request(key), 0)).toBeUndefined();
    await until('the window', async () => {
      expect(await refusal(here, request(key), 0)).toBeUndefined();
      return (await admin.type('tollgate:{test}:limit:key_1 requests minute')) === 'hash';
    });
    expect(redis.up).toBe(true);
  });

  it.each(['dies', 'hangs'])(
    '%s, each instance admits its share, and all together no more than the limit',
    async (how) => {
      const three = await Promise.all(['a', 'b', 'c'].map((name) => instance(name, { timeoutMs: 200 })));
      await until('all to know each other', () => three.every(({ limits }) => limits.instances === 3));
      const key = keyOf({ requestsPerMinute: 100, concurrentRequests: 200 });
      if (how === 'dies') await server.kill();
      else server.hang();
      try {
        const admitted = await Promise.all(three.map(({ limits }) => countAdmitted(new RateLimits(limits), key, 333)));
        expect(admitted.reduce((sum, each) => sum + each)).toBe(100);
        expect(Math.max(...admitted)).toBe(34);
        await until('nobody to be asked any more', () => three.every(({ redis }) => !redis.up));
        // Without a promise: nobody waits for what is known to be away.
        const alone = new RateLimits(three[0]?.limits);
        expect(alone.admit(request(key), route, 0)).toBeUndefined();
      } finally {
        if (how === 'dies') await server.start();
        else server.goOn();
      }
      await until('Redis to be back', () => three.every(({ redis }) => redis.up));
      const again = new RateLimits(three[0]?.limits);
      expect(await refusal(again, request(keyOf({ tokensPerMinute: 7 })), 0)).toBeUndefined();
    },
  );

  it.each([
    ['evenly', [0, 1, 2]],
    ['by one instance alone', [0, 0, 0]],
  ])('dies and comes back empty when the limit was used %s, at most twice the limit passes', async (_, used) => {
    const three = await Promise.all(['a', 'b', 'c'].map((name) => instance(name)));
    await until('all to know each other', () => three.every(({ limits }) => limits.instances === 3));
    const gateways = three.map(({ limits }) => new RateLimits(limits));
    const key = keyOf({ requestsPerMinute: 100 });
    const burst = async (on: readonly number[]) => {
      const admitted = await Promise.all(on.map((i) => countAdmitted(gateways[i] as RateLimits, key, 150)));
      return admitted.reduce((sum, each) => sum + each);
    };
    const now = performance.now();
    expect(await burst(used)).toBe(100);
    await server.kill();
    await until('nobody to have it', () => three.every(({ redis }) => !redis.up));
    const away = await burst([0, 1, 2]);
    await server.start();
    await until('Redis to be back', () => three.every(({ redis }) => redis.up));
    // Each tells what it let through when it asks again.
    for (const each of gateways) await refusal(each, request(keyOf({ tokensPerMinute: 9 })), now);
    const after = await burst([0, 1, 2]);
    expect(100 + away + after).toBeLessThanOrEqual(200);
    expect(after).toBe(100 - away);
  });

  it('was never there, the configured number of instances divides the limits', async () => {
    const redis = await openRedis({ url: 'redis://127.0.0.1:1', namespace: 'test', timeoutMs, log });
    const limits = await openSharedLimits({ redis, instance: 'a', instances: 4, log });
    open.push(redis, limits);
    const here = new RateLimits(limits);
    expect(await countAdmitted(here, keyOf({ requestsPerMinute: 100 }), 99, 0)).toBe(25);
    expect((await refusal(here, request(keyOf({ requestsPerMinute: 100 })), 0))?.message).toBe(
      'The limit of 100 requests per minute of the key ci (key_1) is reached (this instance admits 25 of them while the shared count is away). Try again in 60 s, or ask the operator for a higher limit.',
    );
  });
});

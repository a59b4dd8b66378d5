import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeRedis, hang, ok, startFakeRedis } from '../../../test/fakes/redis-server.ts';
import { until } from '../../../test/until.ts';
import { type Log, silentLog } from '../../lib/log.ts';
import { failuresMax, openRedis, RedisAway, RedisRefusal, redisScript, type SharedRedis } from './redis.ts';

const lines: string[] = [];
const log: Log = { ...silentLog, warn: (_, message) => lines.push(message), info: (_, message) => lines.push(message) };
const timeoutMs = 40;

let server: FakeRedis;
let redis: SharedRedis;

const open = (url = server.url) => openRedis({ url, namespace: 'test', timeoutMs, log });

beforeEach(async () => {
  lines.length = 0;
  server = await startFakeRedis();
  redis = await open();
});
afterEach(async () => {
  await redis.close();
  await server.close();
});

/** Calls that were made until nobody was asked any more. */
async function callsUntilAway(): Promise<number> {
  let calls = 0;
  for (; redis.up; calls++) await expect(redis.get('k')).rejects.toBeInstanceOf(RedisAway);
  return calls;
}

describe('fault F6: a Redis', () => {
  it('that answers is asked, under the name of the installation', async () => {
    server.reply = ([name]) => (name?.toUpperCase() === 'GET' ? '$2\r\nhi\r\n' : '+OK\r\n');
    expect(redis.up).toBe(true);
    expect(await redis.get('k')).toEqual(Buffer.from('hi'));
    await redis.set('k', Buffer.from([0, 255]), 1_500.2);
    expect(server.commands.at(-2)?.[1]).toBe('tollgate:{test}:k');
    expect(server.commands.at(-1)?.slice(1)).toEqual(['tollgate:{test}:k', '\u0000\u00ff', 'PX', '1501']);
    expect(lines).toEqual(['Redis answers; instances count rate limits together']);
  });

  it('that hangs is asked a few times, and then refused at once until it answers', async () => {
    server.reply = hang;
    expect(await callsUntilAway()).toBe(failuresMax);
    const before = performance.now();
    for (let i = 0; i < 100; i++) await expect(redis.get('k')).rejects.toBeInstanceOf(RedisAway);
    expect(performance.now() - before).toBeLessThan(timeoutMs * 10);
    server.reply = ok;
    await until('Redis to be back', () => redis.up);
    expect(lines.map((line) => line.slice(0, 13))).toEqual(['Redis answers', 'Redis is away', 'Redis answers']);
  });

  it('lets nobody wait much longer than the limit, however many ask at once', async () => {
    server.reply = hang;
    const before = performance.now();
    const answers = await Promise.allSettled(Array.from({ length: 500 }, () => redis.get('k')));
    expect(answers.every((answer) => answer.status === 'rejected' && answer.reason instanceof RedisAway)).toBe(true);
    // A generous bound: this machine does other things too.
    expect(performance.now() - before).toBeLessThan(timeoutMs * 25);
  });

  it('whose connection ends is away at once, and found again', async () => {
    const changes: boolean[] = [];
    redis.onChange((up) => changes.push(up));
    server.cut();
    await until('Redis to be back', () => changes.length >= 2);
    expect(changes).toEqual([false, true]);
  });

  it.each(['LOADING Redis is loading the dataset in memory', "READONLY You can't write against a read only replica."])(
    'that says %s is away, and is looked for by a write',
    async (problem) => {
      server.reply = () => `-${problem}\r\n`;
      expect(await callsUntilAway()).toBe(failuresMax);
      server.commands.length = 0;
      await until('several looks', () => server.commands.filter(([name]) => name === 'set').length >= 2);
      expect(redis.up).toBe(false);
      server.reply = ok;
      await until('Redis to be back', () => redis.up);
    },
  );

  it('that refuses one command, for a key of another type, is not away', async () => {
    server.reply = () => '-WRONGTYPE Operation against a key holding the wrong kind of value\r\n';
    for (let i = 0; i < 3 * failuresMax; i++) await expect(redis.get('k')).rejects.toBeInstanceOf(RedisRefusal);
    expect(redis.up).toBe(true);
  });

  it('that lost its scripts is told them again', async () => {
    server.reply = ([name]) => (name === 'evalsha' ? '-NOSCRIPT No matching script.\r\n' : ':7\r\n');
    expect(await redis.run(redisScript('return 7'), ['a'], ['b'])).toBe(7);
    expect(server.commands.at(-1)).toEqual(['eval', 'return 7', '1', 'tollgate:{test}:a', 'b']);
  });

  it('that is not there at the start holds no start up', async () => {
    const { url } = server;
    await server.close();
    const lonely = await open(url);
    expect(lonely.up).toBe(false);
    await expect(lonely.get('k')).rejects.toBeInstanceOf(RedisAway);
    await lonely.close();
    expect(lines.at(-1)).toContain('Redis is away');
    server = await startFakeRedis();
  });
});

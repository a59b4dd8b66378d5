import { expect, it } from 'vitest';
import { startFakeRedis } from '../../../test/fakes/redis-server.ts';
import { checkRedis } from './redis.ts';

const secret = 'not-to-be-shown';
const look = (url: string | undefined, timeoutMs = 1_000) => checkRedis({ redis: { url, timeoutMs, instances: 1 } });

it('doctor says nothing of a Redis that is not configured', async () => {
  expect(await look(undefined)).toBeUndefined();
});

it('doctor says where Redis is and how long it takes, and never its password', async () => {
  const server = await startFakeRedis();
  const url = server.url.replace('redis://', `redis://user:${secret}@`);
  const finding = await look(url);
  expect(finding).toMatchObject({ level: 'ok', message: expect.stringContaining(new URL(url).host) });
  expect(JSON.stringify(finding)).not.toContain(secret);
  await server.close();
});

it('doctor warns of a Redis that is away, with its reason, and goes on', async () => {
  const server = await startFakeRedis(([name]) => (name === 'set' ? '-LOADING the dataset\r\n' : '+OK\r\n'));
  expect(await look(server.url)).toMatchObject({ level: 'warn', message: expect.stringContaining('LOADING') });
  await server.close();
  expect(await look(server.url)).toMatchObject({ level: 'warn', message: expect.stringContaining('ECONNREFUSED') });
});

it('doctor warns of a Redis that is too far away to wait for', async () => {
  const server = await startFakeRedis();
  expect(await look(server.url, 0.001)).toMatchObject({ level: 'warn', message: expect.stringContaining('wait for') });
  await server.close();
});

/** Fault F25: a process that runs out of file descriptors goes on, tells whom it can, and serves again when there are some. */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startUpstream, type Upstream } from '../fakes/upstream.ts';
import { fakeProviders } from '../harness/fake-providers.ts';
import { startGateway, type TestGateway } from '../harness/gateway.ts';
import { call } from '../harness/sse-client.ts';
import { until } from '../until.ts';

/** Beyond those that it has when nothing is asked: a stream takes two. */
const spare = 40;
const crowd = 120;
const limitMs = 120_000;

let upstream: Upstream;
let gateway: TestGateway;
beforeAll(async () => {
  upstream = await startUpstream({ keepBodies: false });
  gateway = await startGateway({ config: fakeProviders(upstream, ['echo', 'lorem-20-50ms']) });
}, limitMs);
afterAll(async () => {
  await gateway.stop();
  await upstream.close();
});

const ask = (model: string) =>
  call(
    `${gateway.url}/v1/chat/completions`,
    { model: `oa/${model}`, stream: true, messages: [{ role: 'user', content: 'hi' }] },
    { key: gateway.key },
  );

it('a crowd that takes more descriptors than there are', { timeout: limitMs }, async () => {
  expect((await ask('echo')).status).toBe(200);
  const pid = gateway.process.child.pid as number;
  const open = readdirSync(`/proc/${pid}/fd`).length;
  execFileSync('prlimit', ['--pid', String(pid), `--nofile=${open + spare}:${open + spare}`]);
  // Whoever gets no connection has no status.
  const statuses = await Promise.all(
    Array.from({ length: crowd }, () =>
      ask('lorem-20-50ms').then(
        ({ status }) => status,
        () => 0,
      ),
    ),
  );
  expect(statuses.filter((status) => ![0, 200, 502, 503].includes(status))).toEqual([]);
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(0);
  expect(gateway.process.exited).toBeUndefined();
  await until('it serves again', async () => (await ask('echo').catch(() => undefined))?.status === 200);
  const whole = statuses.filter((status) => status === 200).length + 2;
  const completed = async () => (await gateway.usageRows()).filter(({ status }) => status === 'completed').length;
  await until('a row for each answer', async () => (await completed()) >= whole, 20_000);
});

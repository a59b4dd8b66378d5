/**
 * kill -9 of the gateway at random points under callers who send again what they do not know the end of. The provider's
 * own list is the truth: no key was asked twice, none was charged twice, and what was given again is what was made.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startUpstream, type Upstream } from '../fakes/upstream.ts';
import { fakeProviders } from '../harness/fake-providers.ts';
import { startGateway, type TestGateway } from '../harness/gateway.ts';
import { type Answer, call } from '../harness/sse-client.ts';
import { runSql } from '../postgres.ts';
import { until } from '../until.ts';

const rounds = 4;
const callers = 24;

let upstream: Upstream;
let gateway: TestGateway;
beforeAll(async () => {
  upstream = await startUpstream();
  gateway = await startGateway({ config: fakeProviders(upstream, ['lorem-30-10ms', 'lorem-5']) });
});
afterAll(async () => {
  await gateway.stop();
  await upstream.close();
});

/** Undefined: the gateway was gone before it said anything. */
async function ask(key: string, i: number): Promise<Answer | undefined> {
  const body = {
    model: `${i % 2 === 0 ? 'oa' : 'an'}/${i % 3 === 0 ? 'lorem-5' : 'lorem-30-10ms'}`,
    stream: i % 4 < 2,
    user: key,
    messages: [{ role: 'user', content: `my key is ${key}.` }],
  };
  try {
    const headers = { 'idempotency-key': key };
    return await call(`${gateway.url}/v1/chat/completions`, body, { key: gateway.key, headers });
  } catch {
    return undefined;
  }
}

/** What a caller knows at last. */
function fateOf(answer: Answer): string {
  if (answer.status === 409) return (JSON.parse(answer.body) as { error: { code: string } }).error.code;
  if (answer.status !== 200) return `${answer.status} ${answer.body}`;
  return answer.headers['x-tollgate-idempotent-replay'] === 'true' ? 'again' : 'made';
}

/** As if the dead instance had been silent for half a minute. */
function silence(): Promise<unknown> {
  return runSql(
    gateway.database.url,
    `UPDATE "${gateway.database.schema}".idempotent_requests SET heartbeat_at = now() - interval '31 seconds'
      WHERE state = 'running'`,
  );
}

it(`${rounds} kills under ${callers} callers: one call and one charge for a key, at most`, async () => {
  const fates: string[] = [];
  for (let round = 0; round < rounds; round++) {
    const keys = Array.from({ length: callers }, (_, i) => `key-${round}-${i}`);
    // Some come late, and may find nobody.
    const running = keys.map(async (key, i) => {
      await pause(Math.random() * 700);
      return ask(key, i);
    });
    await pause(300 + Math.random() * 300);
    await gateway.kill9();
    const firsts = await Promise.all(running);
    await silence();
    await gateway.restart();
    const seconds = await Promise.all(keys.map((key, i) => ask(key, i)));
    for (const [i, second] of seconds.entries()) {
      if (second === undefined) throw new Error('the gateway is gone');
      const fate = fateOf(second);
      fates.push(fate);
      const first = firsts[i];
      if (fate === 'again' && first?.broken === undefined && first?.status === 200)
        expect(second.body).toBe(first.body);
      // Whoever had the whole answer is never told that it was made anew.
      if (first !== undefined && first.broken === undefined && first.status === 200) expect(fate).not.toBe('made');
    }
  }
  expect(new Set(fates)).toEqual(new Set(['again', 'made', 'idempotent_request_interrupted']));

  const asked = upstream.calls.map(({ body }) => /my key is (key-\d+-\d+)\./.exec(body.toString())?.[1] ?? '');
  expect(asked).not.toContain('');
  expect(new Set(asked).size).toBe(asked.length);
  const rows = await until('a row for each call', async () => {
    const found = (await gateway.usageRows()).filter(({ cost_nano_usd: cost }) => cost !== '0');
    return found.length >= asked.length ? found : undefined;
  });
  const charged = rows.map(({ end_user: user }) => user);
  expect(new Set(charged).size).toBe(charged.length);
  expect(asked.filter((key) => !charged.includes(key))).toEqual([]);
}, 180_000);

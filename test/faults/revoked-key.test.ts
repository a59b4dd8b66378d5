/** Case 10: a key that is revoked while traffic runs on it, at a real gateway over HTTP. */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createKey, revokeKey } from '../../src/control/keys/keys.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { Store } from '../../src/store/store.ts';
import { startUpstream, type Upstream } from '../fakes/upstream.ts';
import { fakeProviders } from '../harness/fake-providers.ts';
import { startGateway, type TestGateway } from '../harness/gateway.ts';
import { call } from '../harness/sse-client.ts';
import { until } from '../until.ts';
import { errorViolations } from '../validators/error-answer.ts';

const withinMs = 1000;

let upstream: Upstream;
let gateway: TestGateway;
let store: Store;
beforeAll(async () => {
  upstream = await startUpstream({ keepBodies: false });
  gateway = await startGateway({ config: fakeProviders(upstream, ['echo', 'lorem-40-50ms']) });
  // As `tollgate keys revoke` does: another process on the same database.
  store = await gateway.database.open();
});
afterAll(async () => {
  await gateway.stop();
  await upstream.close();
});

interface Seen {
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly status: number;
}

async function ask(key: string, i: number, model = 'echo') {
  const [path, dialect] =
    i % 2 === 0 ? (['/v1/chat/completions', 'openai-chat'] as const) : (['/v1/messages', 'anthropic'] as const);
  const stream = i % 4 > 1;
  const body = { model: `oa/${model}`, max_tokens: 100, stream, messages: [{ role: 'user', content: 'hi' }] };
  const answer = await call(gateway.url + path, body, { key });
  if (answer.status !== 200) expect(errorViolations(answer, { dialect, status: 401 })).toEqual([]);
  return answer;
}

async function keepAsking(key: string, seen: Seen[], stopped: () => boolean): Promise<void> {
  for (let i = 0; !stopped(); i++) {
    const startedAtMs = performance.now();
    const { status } = await ask(key, i);
    seen.push({ startedAtMs, endedAtMs: performance.now(), status });
    await pause(5);
  }
}

it('is refused within a second, for good, and for nobody else; what has begun may end', async () => {
  const doomed = await createKey(store, { name: 'doomed' }, systemClock);
  const other = await createKey(store, { name: 'other' }, systemClock);
  await until(
    'both keys to work',
    async () => (await ask(doomed.key, 0)).status + (await ask(other.key, 0)).status === 400,
  );
  const seen: Seen[] = [];
  const others: Seen[] = [];
  let stop = false;
  const running = [
    ...[1, 2, 3].map(() => keepAsking(doomed.key, seen, () => stop)),
    keepAsking(other.key, others, () => stop),
  ];
  const long = ask(doomed.key, 2, 'lorem-40-50ms');
  await until('traffic', () => seen.length > 50);
  await revokeKey(store, doomed.id, systemClock);
  const revokedAtMs = performance.now();
  await until('a second of refusals', () => performance.now() - revokedAtMs > 2 * withinMs);
  stop = true;
  await Promise.all(running);
  const late = seen.filter(({ startedAtMs }) => startedAtMs > revokedAtMs + withinMs);
  expect(late.length).toBeGreaterThan(20);
  expect(late.filter(({ status }) => status !== 401)).toEqual([]);
  // Once refused, never served again: no memory of the key outlives it.
  const refusedAtMs = Math.min(...seen.filter(({ status }) => status === 401).map(({ endedAtMs }) => endedAtMs));
  expect(seen.filter(({ startedAtMs, status }) => startedAtMs > refusedAtMs && status !== 401)).toEqual([]);
  expect(seen.filter(({ endedAtMs, status }) => endedAtMs < revokedAtMs && status !== 200)).toEqual([]);
  expect(others.filter(({ status }) => status !== 200)).toEqual([]);
  const whole = await long;
  expect({ status: whole.status, broken: whole.broken, end: whole.body.includes('[DONE]') }).toEqual({
    status: 200,
    broken: undefined,
    end: true,
  });
});

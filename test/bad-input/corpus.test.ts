/**
 * Holes S5, S19, S20, S25, S30: over 2,000 generated bad inputs. Never a 500, always an error in the caller's dialect,
 * no provider call for what is refused, no stall, no growth.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type Rig, rigKey, startRig } from '../cases/rig.ts';
import { chatJson } from '../fakes/chat-wire.ts';
import { messagesJson } from '../fakes/messages-wire.ts';
import { rawRequest, rawRequestText } from '../harness/raw-client.ts';
import { watchStalls } from '../thread-time.ts';
import { errorViolations } from '../validators/error-answer.ts';
import { chatBase, messagesBase, mutatedBodies, nastyTexts } from './bodies.ts';
import { httpVariants } from './http.ts';
import { keyMutations } from './keys.ts';

let rig: Rig;
let items = 0;
beforeAll(async () => {
  rig = await startRig({
    settings: { bodyIdleMs: 2000 },
    // Whatever comes is answered well: a 5xx can only be our own.
    upstream: {
      keepBodies: false,
      script: (call, reply) =>
        reply.send(
          200,
          { 'content-type': 'application/json' },
          call.dialect === 'anthropic' ? messagesJson({ text: 'ok' }) : chatJson({ text: 'ok' }),
        ),
    },
  });
});
afterEach(() => {
  expect(rig.upstream.violations).toEqual([]);
  expect(rig.logged.filter((line) => line.startsWith('error'))).toEqual([]);
  rig.forget();
});
afterAll(async () => {
  await rig.close();
  expect(items).toBeGreaterThan(2000);
});

const doors = [
  ['openai-chat', '/v1/chat/completions'],
  ['anthropic', '/v1/messages'],
] as const;
const documented = [200, 400, 401, 403, 404, 405, 408, 413, 431];

/** One item: `calls` is how many provider calls there were before it. */
function check(answer: Answer, dialect: 'openai-chat' | 'anthropic', calls: number, what: string): void {
  items++;
  expect(documented, `${what} -> ${answer.status} ${answer.body.slice(0, 300)}`).toContain(answer.status);
  if (answer.status === 200) return;
  expect(errorViolations(answer, { dialect, status: answer.status }), what).toEqual([]);
  expect(rig.upstream.calls.length, `a provider was asked for: ${what}`).toBe(calls);
}

const relayable = (text: string | Buffer): boolean => text.includes('"messages":[1');

describe.each(doors)('%s', (dialect, path) => {
  it('nasty texts are refused', async () => {
    for (const text of nastyTexts) {
      const answer = await rig.post(path, text);
      check(answer, dialect, rig.upstream.calls.length, String(text).slice(0, 100));
      // What stands inside a relayed list is the provider's to judge.
      if (!relayable(text)) expect(answer.status).not.toBe(200);
    }
  });

  it.each([
    ['oa/echo', 11],
    ['an/echo', 12],
  ])('valid requests to %s with something wrong are answered or refused, never broken', async (model, seed) => {
    const base = dialect === 'anthropic' ? messagesBase : chatBase;
    for (const body of mutatedBodies(base, 450, seed)) {
      const calls = rig.upstream.calls.length;
      const answer = await rig.post(path, body.replace('"MODEL"', JSON.stringify(model)));
      check(answer, dialect, calls, body.slice(0, 2000));
    }
  });

  it('a base body without any change is served by both upstreams', async () => {
    const base = dialect === 'anthropic' ? messagesBase : chatBase;
    for (const model of ['oa/echo', 'an/echo']) {
      const answer = await rig.post(path, JSON.stringify(base).replace('"MODEL"', JSON.stringify(model)));
      expect(answer.status, answer.body).toBe(200);
    }
  });

  it('S5: keys that are almost right are all refused alike', async () => {
    const body = JSON.stringify({ model: 'oa/echo', max_tokens: 5, messages: [{ role: 'user', content: 'x' }] });
    const texts = new Set<string>();
    for (const key of keyMutations(rigKey)) {
      const answer = await rawRequest(
        rig.url,
        rawRequestText(path, { authorization: `Bearer ${key}`, 'content-type': 'application/json' }, body),
      );
      check(
        { ...answer, headers: { ...answer.headers }, body: answer.body.toString(), json: () => undefined },
        dialect,
        0,
        `key ${key.slice(0, 80)}`,
      );
      expect([400, 401, 431]).toContain(answer.status);
      if (answer.status === 401) texts.add(answer.body.toString().replace(/req_[a-z0-9]+/, ''));
    }
    expect(texts.size).toBeLessThanOrEqual(2);
    expect(rig.upstream.calls).toEqual([]);
  });
});

it('S30: strange HTTP is refused, and never becomes two requests', async () => {
  for (const { name, text, allowed } of httpVariants(rigKey)) {
    items++;
    const calls = rig.upstream.calls.length;
    const answer = await rawRequest(rig.url, text, 5000);
    expect(allowed, `${name} -> ${answer.status}`).toContain(answer.status);
    expect(rig.upstream.calls.length - calls, name).toBeLessThanOrEqual(answer.status === 200 ? 1 : 0);
    expect(
      (answer.bytes.toString('latin1').match(/HTTP\/1\.1 \d{3} /g) ?? []).length,
      `${name}: more than one answer`,
    ).toBeLessThanOrEqual(1);
  }
});

it('S19: a deep or huge body stalls nobody', async () => {
  const stallMs = watchStalls();
  for (const text of [
    `${'['.repeat(10_000_000)}`,
    '{"a":'.repeat(2_000_000),
    `{"model":"oa/echo","x":"${'\\\\'.repeat(5_000_000)}"}`,
  ]) {
    const answer = await rig.post('/v1/chat/completions', text);
    expect([400, 413]).toContain(answer.status);
  }
  // Generous, as this process plays all parts: a quadratic reader needs seconds.
  expect(stallMs()).toBeLessThan(1000);
});

it('33 MB and slow bodies leave memory as it was', async () => {
  const piece = Buffer.alloc(33 * 1024 * 1024, 0x20);
  const rss = process.memoryUsage.rss();
  for (let i = 0; i < 8; i++) expect((await rig.post('/v1/chat/completions', piece)).status).toBe(413);
  expect(process.memoryUsage.rss() - rss).toBeLessThan(200 * 1024 * 1024);
});

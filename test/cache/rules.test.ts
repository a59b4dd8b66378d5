/** Who is answered from the cache, for how long, at what price, and what is never kept. */
import { afterEach, describe, expect, it } from 'vitest';
import { answerOf, untilError } from '../cases/pairs/road.ts';
import { type Rig, rigKey } from '../cases/rig.ts';
import { chatJson } from '../fakes/chat-wire.ts';
import { type Script, startUpstream } from '../fakes/upstream.ts';
import { corpus } from '../golden/corpus.ts';
import type { Fixtures } from '../golden/features.ts';
import { answering } from '../golden/run.ts';
import { type Answer, call } from '../harness/sse-client.ts';
import { until } from '../until.ts';
import { cacheOf, minute, otherKey, quiet, startCachedRig, TestClock } from './cached-rig.ts';

let rig: Rig;
afterEach(() => rig.close());

const hello = { model: 'oa/m', messages: [{ role: 'user', content: 'hello' }] };
/** Each answer is another, so that it shows which one is given. */
const counting: Script = (asked, reply, upstream) => {
  const text = `answer ${upstream.calls.length}`;
  return reply.json(200, JSON.parse(chatJson({ text }, { model: asked.model })));
};

interface More {
  readonly body?: unknown;
  readonly key?: string;
  readonly headers?: Record<string, string>;
  readonly path?: string;
}

async function ask({
  body = hello,
  key = rigKey,
  headers = {},
  path = '/v1/chat/completions',
}: More = {}): Promise<Answer> {
  const answer = await call(rig.url + path, body, { key, headers });
  await quiet(rig);
  return answer;
}

const control = (value: string) => ({ headers: { 'x-tollgate-cache-control': value } });
/** What each of the requests had to do with the cache, one after the other. */
async function story(...requests: More[]): Promise<unknown[]> {
  const told = [];
  for (const request of requests) told.push(cacheOf(await ask(request)));
  return told;
}

const upstream = { script: counting };

describe('who is answered from the cache', () => {
  it('nobody, until somebody asks for it', async () => {
    rig = await startCachedRig({}, { upstream, key: {} });
    expect(await story({}, {})).toEqual(['off', 'off']);
    expect(rig.upstream.calls).toHaveLength(2);
  });

  it('a caller that asks for it, and no other', async () => {
    rig = await startCachedRig({}, { upstream, key: {} });
    expect(await story(control('max-age=60'), control('max-age=60'), {}, control('no-store'))).toEqual([
      'miss',
      'hit',
      'off',
      'off',
    ]);
  });

  it('callers of a route that keeps answers, and not those of its model', async () => {
    const routes = { kept: ['oa/m'], plain: ['oa/m'] };
    rig = await startCachedRig({}, { upstream, key: {}, routes, routeRules: { kept: { cache: minute } } });
    const on = (model: string) => ({ body: { ...hello, model } });
    expect(await story(on('kept'), on('kept'), on('plain'), on('oa/m'))).toEqual(['miss', 'hit', 'off', 'off']);
  });

  it('everybody where the operator says so', async () => {
    rig = await startCachedRig({ ttlMs: 1_000 }, { upstream, key: {} });
    expect(await story({}, {}, { key: otherKey })).toEqual(['miss', 'hit', 'miss']);
  });

  it('nobody where there is no memory for it', async () => {
    rig = await startCachedRig({ bytesMax: 0 }, { upstream });
    expect(await story({}, control('max-age=60'))).toEqual(['off', 'off']);
  });

  it('another key of the same organization too', async () => {
    const second = 'tg-second-key-0000000000000000000000000000000';
    rig = await startCachedRig({}, { upstream, otherKeys: { [second]: 'org_rig' } });
    expect(await story({}, { key: second })).toEqual(['miss', 'hit']);
  });

  it('a header that is none is refused by name, and nobody is asked', async () => {
    rig = await startCachedRig({}, { upstream });
    const answer = await ask(control('max-age=soon'));
    expect([answer.status, rig.upstream.calls.length]).toEqual([400, 0]);
    expect(answer.body).toContain('x-tollgate-cache-control');
  });
});

describe('how long', () => {
  it('as its rule says, counted from when it was made, and never longer than the most', async () => {
    const clock = new TestClock();
    rig = await startCachedRig({ ttlMsMax: 30_000 }, { upstream, clock });
    expect(await story({})).toEqual(['miss']);
    clock.aheadMs = 29_000;
    const late = await ask();
    expect([cacheOf(late), Number(late.headers.age)]).toEqual([
      'hit',
      expect.toSatisfy((age: number) => age === 29 || age === 30),
    ]);
    clock.aheadMs = 31_000;
    expect(await story({})).toEqual(['miss']);
    expect(rig.upstream.calls).toHaveLength(2);
  });

  it('not for a caller that wants a newer one, nor for one that wants it anew', async () => {
    const clock = new TestClock();
    rig = await startCachedRig({}, { upstream, clock });
    await ask();
    clock.aheadMs = 10_000;
    expect(await story(control('max-age=60'), control('max-age=5'), control('max-age=5'))).toEqual([
      'hit',
      'miss',
      'hit',
    ]);
    const anew = await ask(control('no-cache'));
    const next = await ask();
    expect([cacheOf(anew), cacheOf(next)]).toEqual(['miss', 'hit']);
    expect(anew.body).toContain('answer 3');
    expect(next.body).toBe(anew.body);
  });

  it('until others need the room: the least recently used goes first', async () => {
    rig = await startCachedRig({ bytesMax: 6_000 }, { upstream });
    const say = (content: string) => ({ body: { ...hello, messages: [{ role: 'user', content }] } });
    expect(await story(say('a'), say('b'), say('c'), say('a'), say('d'))).toEqual([
      'miss',
      'miss',
      'miss',
      'hit',
      'miss',
    ]);
    expect(await story(say('a'), say('c'), say('d'), say('b'))).toEqual(['hit', 'hit', 'hit', 'miss']);
  });
});

describe('what is the same', () => {
  it('the order of keys and whitespace do not matter, everything else does', async () => {
    rig = await startCachedRig({}, { upstream });
    const spelled = '{"messages":[{"content":"hello","role":"user"}],\n "model":"oa/m"}';
    expect(await story({}, { body: spelled })).toEqual(['miss', 'hit']);
    const others: More[] = [
      { body: { ...hello, temperature: 1 } },
      { body: '{"model":"oa/m","messages":[{"role":"user","content":"hello"}],"temperature":1.0}' },
      { body: { ...hello, user: 'u' } },
      { body: { ...hello, stream: false } },
      { headers: { 'x-tollgate-fidelity': 'strict' } },
      { headers: { 'x-tollgate-session': 's' } },
      { path: '/v1/chat/completions?x=1' },
    ];
    for (const other of others) expect(await story(other), JSON.stringify(other)).toEqual(['miss']);
    expect(await story({ headers: { 'x-tollgate-tags': 'a', 'user-agent': 'x' } })).toEqual(['hit']);
  });
});

describe('what is never kept', () => {
  it.each([
    ['a request that runs once', { headers: { 'idempotency-key': 'k' } }, '503'],
    [
      'an answer that goes on from what a provider keeps',
      { body: { model: 're/m', input: 'hi', previous_response_id: 'resp_1' }, path: '/v1/responses' },
      'off',
    ],
    [
      'an answer in the background',
      { body: { model: 're/m', input: 'hi', background: true }, path: '/v1/responses' },
      'off',
    ],
    [
      'a conversation at its provider',
      { body: { model: 're/m', input: 'hi', conversation: 'conv_1' }, path: '/v1/responses' },
      'off',
    ],
    [
      'a count of tokens',
      { body: { model: 'an/m', messages: hello.messages }, path: '/v1/messages/count_tokens' },
      'off',
    ],
  ])('%s', async (_, request, told) => {
    rig = await startCachedRig({}, { upstream });
    const answer = await ask(request);
    expect(told === '503' ? String(answer.status) : cacheOf(answer)).toBe(told);
  });

  it('an answer without its end', async () => {
    const cut: Script = (_asked, reply) =>
      reply.send(
        200,
        { 'content-type': 'text/event-stream' },
        'data: {"id":"x","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"half"},"finish_reason":null}]}\n\n',
      );
    rig = await startCachedRig({}, { upstream: { script: cut } });
    const body = { ...hello, stream: true };
    expect(await story({ body }, { body })).toEqual(['miss', 'miss']);
    expect(rig.upstream.calls).toHaveLength(2);
  });

  it('an answer that another target went on with', async () => {
    const halves = await Promise.all([startUpstream(), startUpstream()]);
    const [broken, whole] = halves;
    const fixtures = corpus.find(({ id }) => id === 'openai-chat') as Fixtures;
    broken.on('gpt', answering(untilError(fixtures)));
    whole.on('gpt', answering(answerOf(fixtures, 'text', true)));
    rig = await startCachedRig(
      {},
      {
        routes: { main: ['oa/gpt@broken', 'oa/gpt@whole'] },
        routeRules: { main: { goesOn: true } },
        addresses: { broken: broken.url, whole: whole.url },
      },
    );
    const body = fixtures.request('text', 'main', true);
    const told = await story({ body }, { body });
    for (const half of halves) await half.close();
    expect(told).toEqual(['miss', 'miss']);
    expect((await rig.rows(1))[0]?.flags).toContain('continued');
  });
});

describe('who is refused all the same', () => {
  it('a key that may not call the model, and one that has expired', async () => {
    const clock = new TestClock();
    rig = await startCachedRig(
      {},
      { upstream, clock, key: { cache: minute, expiresAtMs: clock.nowMs() + 50_000, models: ['oa/m'] } },
    );
    expect(await story({}, {})).toEqual(['miss', 'hit']);
    expect((await ask({ body: { ...hello, model: 'oa/n' } })).status).toBe(403);
    clock.aheadMs = 55_000;
    expect((await ask()).status).toBe(401);
  });

  it('a key whose rate limit is used up: a hit is a request too', async () => {
    rig = await startCachedRig({}, { upstream, key: { cache: minute, limits: { requestsPerMinute: 2 } } });
    expect(await story({}, {})).toEqual(['miss', 'hit']);
    expect((await ask()).status).toBe(429);
    expect((await rig.rows(2)).map(({ status }) => status)).toEqual(['completed', 'completed']);
  });

  it('everybody while the journal cannot be written', async () => {
    rig = await startCachedRig({}, { upstream });
    await ask();
    rig.journal.writable = false;
    expect((await ask()).status).toBe(503);
  });
});

describe('the price of a hit', () => {
  it.each([0, 0.01, 12.5, 33.33, 100])(
    'is %s percent of what the answer was charged, to the nano-dollar',
    async (percent) => {
      rig = await startCachedRig({ hitPricePercent: percent }, { upstream });
      const first = await ask();
      const hit = await ask();
      const [made, given] = await rig.rows(2);
      const charge = Number(made?.chargeNanoUsd);
      expect(charge).toBeGreaterThan(0);
      const due = Math.floor((charge * Math.round(percent * 100) + 5_000) / 10_000);
      expect(given).toMatchObject({ costNanoUsd: '0', chargeNanoUsd: String(due), status: 'completed' });
      expect(Number(hit.headers['x-tollgate-cost-usd'])).toBeCloseTo(due / 1e9, 12);
      expect(hit.headers['x-tollgate-original-request-id']).toBe(first.headers['x-request-id']);
    },
  );
});

describe('embeddings', () => {
  it('are given again, for each organization its own', async () => {
    const script: Script = (_asked, reply) =>
      reply.json(200, {
        object: 'list',
        data: [{ object: 'embedding', index: 0, embedding: [0.5] }],
        model: 'm',
        usage: { prompt_tokens: 3, total_tokens: 3 },
      });
    rig = await startCachedRig({}, { upstream: { script } });
    const request = { path: '/v1/embeddings', body: { model: 'oa/m', input: 'hello' } };
    const first = await ask(request);
    expect([first.status, cacheOf(first)]).toEqual([200, 'miss']);
    const again = await ask(request);
    expect([again.status, cacheOf(again), again.body]).toEqual([200, 'hit', first.body]);
    expect(again.headers['content-type']).toBe(first.headers['content-type']);
    expect(await story({ ...request, key: otherKey })).toEqual(['miss']);
    expect(rig.upstream.calls).toHaveLength(2);
    const rows = await rig.rows(3);
    expect(rows.map(({ operation, flags }) => [operation, flags[0]])).toEqual([
      ['embeddings', undefined],
      ['embeddings', 'cached'],
      ['embeddings', undefined],
    ]);
    await until('all settled', () => rig.gateway.inFlight === 0);
  });
});

/**
 * Case 118: each kind of limit at each owner, in every dialect, at a real gateway in this process with a clock of the
 * test: what is counted, who is told, in whose words, and that a place among concurrent requests comes back once.
 */
import { afterEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../src/lib/clock.ts';
import type { Limits } from '../../src/snapshot/snapshot.ts';
import { type Answer, type Rig, type RigOptions, rigKey, startRig } from '../cases/rig.ts';
import { Gate } from '../fakes/gate.ts';
import { RawClient, rawRequestText } from '../harness/raw-client.ts';
import { until } from '../until.ts';

const organization = { id: 'org_rig', name: 'rig', disabled: false };
const hourMs = 3_600_000;

/** The same limits, given to each owner that can have them, and what the owner is called. */
const owners: Readonly<Record<string, (limits: Limits) => RigOptions>> = {
  'the key rig (key_rig)': (limits) => ({ key: { limits } }),
  'the project search': (limits) => ({ key: { projectId: 'prj_1', project: { id: 'prj_1', name: 'search', limits } } }),
  'the organization rig': (limits) => ({ key: { organization: { ...organization, limits } } }),
  'the route main': (limits) => ({ routeLimits: { main: limits } }),
};

/** 300 tokens in, 20 out. Each limit lets two such requests through. */
const kinds: Readonly<Record<string, { limits: Limits; rule: string; roomAfterMs?: number }>> = {
  requestsPerMinute: { limits: { requestsPerMinute: 2 }, rule: '2 requests per minute', roomAfterMs: 60_000 },
  requestsPerDay: { limits: { requestsPerDay: 2 }, rule: '2 requests per day', roomAfterMs: 24 * hourMs },
  tokensPerMinute: { limits: { tokensPerMinute: 640 }, rule: '640 tokens per minute', roomAfterMs: 60_000 },
  tokensPerDay: { limits: { tokensPerDay: 640 }, rule: '640 tokens per day', roomAfterMs: 24 * hourMs },
  inputTokensPerMinute: {
    limits: { inputTokensPerMinute: 600 },
    rule: '600 input tokens per minute',
    roomAfterMs: 60_000,
  },
  inputTokensPerDay: { limits: { inputTokensPerDay: 600 }, rule: '600 input tokens per day', roomAfterMs: 24 * hourMs },
  outputTokensPerMinute: {
    limits: { outputTokensPerMinute: 40 },
    rule: '40 output tokens per minute',
    roomAfterMs: 60_000,
  },
  outputTokensPerDay: {
    limits: { outputTokensPerDay: 40 },
    rule: '40 output tokens per day',
    roomAfterMs: 24 * hourMs,
  },
};

const user = [{ role: 'user', content: 'hi' }];
const gemini = { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] };
const bedrock = { messages: [{ role: 'user', content: [{ text: 'hi' }] }] };
/** Each dialect's path and body. */
const doors = {
  'openai-chat': ['/v1/chat/completions', { model: 'main', messages: user }],
  'openai-responses': ['/v1/responses', { model: 'main', input: 'hi' }],
  anthropic: ['/v1/messages', { model: 'main', max_tokens: 50, messages: user }],
  gemini: ['/v1beta/models/main:generateContent', gemini],
  'bedrock-converse': ['/model/main/converse', bedrock],
} as const;
type DoorName = keyof typeof doors;
const doorNames = Object.keys(doors) as DoorName[];

let rig: Rig | undefined;
let aheadMs = 0;
const clock: Clock = { nowMs: () => Date.now() + aheadMs, monotonicMs: () => performance.now() + aheadMs };

afterEach(async () => {
  aheadMs = 0;
  await rig?.close();
  rig = undefined;
});

async function start(options: RigOptions): Promise<Rig> {
  rig = await startRig({ routes: { main: ['oa/counted'] }, clock, ...options });
  rig.upstream.on('counted', (_call, reply) =>
    reply.json(200, {
      id: 'c',
      object: 'chat.completion',
      created: 1,
      model: 'counted',
      choices: [{ index: 0, message: { role: 'assistant', content: 'x' }, finish_reason: 'stop' }],
      usage: {
        prompt_tokens: 300,
        completion_tokens: 20,
        total_tokens: 320,
        prompt_tokens_details: { cached_tokens: 100 },
      },
    }),
  );
  return rig;
}

const ask = (at: Rig, door: DoorName): Promise<Answer> => at.post(doors[door][0], JSON.stringify(doors[door][1]));

/** One after the other: each is settled before the next is asked. */
async function askInTurn(at: Rig, door: DoorName, count: number): Promise<number[]> {
  const statuses: number[] = [];
  for (let i = 0; i < count; i++) {
    statuses.push((await ask(at, door)).status);
    await until('nothing in flight', () => at.gateway.inFlight === 0);
  }
  return statuses;
}

describe.each(Object.entries(owners))('case 118: limits of %s', (owner, optionsOf) => {
  it.each(Object.entries(kinds))(
    '%s hold, are told, and make room again',
    async (_, { limits, rule, roomAfterMs = 0 }) => {
      const at = await start(optionsOf(limits));
      expect(await askInTurn(at, 'openai-chat', 2)).toEqual([200, 200]);
      const refused = await ask(at, 'openai-chat');
      expect(refused.status).toBe(429);
      expect(refused.body).toContain(`The limit of ${rule} of ${owner} is reached. Try again in `);
      expect(Number(refused.headers['retry-after']) * 1000).toBeGreaterThan(roomAfterMs * 0.95);
      aheadMs += roomAfterMs / 2;
      expect((await ask(at, 'openai-chat')).status).toBe(429);
      aheadMs += roomAfterMs / 2;
      expect(await askInTurn(at, 'openai-chat', 1)).toEqual([200]);
      expect(at.upstream.chats).toHaveLength(3);
      expect(await at.rows(3)).toHaveLength(3);
    },
  );
});

/** What a caller of each dialect reads of two limits, and where it reads how long to wait. */
const told: Readonly<Record<DoorName, { headers: object; refusal: object; without?: RegExp }>> = {
  'openai-chat': {
    headers: {
      'x-ratelimit-limit-requests': '2',
      'x-ratelimit-remaining-requests': '1',
      'x-ratelimit-reset-requests': expect.stringMatching(/^(59|60)\.\d{3}s$/),
      'x-ratelimit-limit-tokens': '600000',
    },
    refusal: { error: { type: 'rate_limit_error', code: 'rate_limit_exceeded' } },
  },
  'openai-responses': {
    headers: {
      'x-ratelimit-limit-requests': '2',
      'x-ratelimit-remaining-requests': '1',
      'x-ratelimit-limit-tokens': '600000',
    },
    refusal: { error: { type: 'rate_limit_error', code: 'rate_limit_exceeded' } },
  },
  anthropic: {
    headers: {
      'anthropic-ratelimit-requests-limit': '2',
      'anthropic-ratelimit-requests-remaining': '1',
      'anthropic-ratelimit-requests-reset': expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      'anthropic-ratelimit-input-tokens-limit': '700000',
      'anthropic-ratelimit-output-tokens-limit': '600000',
      'anthropic-ratelimit-output-tokens-remaining': '600000',
    },
    refusal: { type: 'error', error: { type: 'rate_limit_error' } },
    without: /^x-ratelimit/,
  },
  // The API has no such headers; who calls it through a gateway reads the usual ones.
  gemini: {
    headers: { 'x-ratelimit-limit-requests': '2', 'x-ratelimit-remaining-requests': '1' },
    refusal: {
      error: {
        code: 429,
        status: 'RESOURCE_EXHAUSTED',
        details: expect.arrayContaining([
          { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: expect.stringMatching(/^[\d.]+s$/) },
        ]),
      },
    },
    without: /^anthropic/,
  },
  'bedrock-converse': {
    headers: {},
    refusal: { message: expect.stringContaining('requests per minute') },
    without: /ratelimit/,
  },
};

describe('case 118: a caller is told in its own words', () => {
  const limits = { requestsPerMinute: 2, inputTokensPerMinute: 700_000, outputTokensPerMinute: 600_000 };

  it.each(doorNames)('of %s', async (door) => {
    const at = await start({ key: { limits } });
    const first = await ask(at, door);
    expect(first.status).toBe(200);
    expect(first.headers).toMatchObject(told[door].headers);
    expect((await ask(at, door)).status).toBe(200);
    const refused = await ask(at, door);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(55);
    expect(refused.json()).toMatchObject(told[door].refusal);
    expect(refused.body).toContain('The limit of 2 requests per minute of the key rig (key_rig) is reached.');
    const foreign = Object.keys(refused.headers).filter((name) => told[door].without?.test(name));
    expect(foreign).toEqual([]);
  });
});

describe('case 118: requests at the same time', () => {
  /** Requests that the provider holds at a gate, until the test lets them go. */
  async function hold(at: Rig, count: number): Promise<{ gate: Gate; answers: Promise<Answer>[] }> {
    const gate = new Gate();
    at.upstream.on('counted', async (_call, reply) => {
      await gate.pass();
      await reply.json(200, {
        id: 'c',
        object: 'chat.completion',
        created: 1,
        model: 'counted',
        choices: [{ index: 0, message: { role: 'assistant', content: 'x' }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
      });
    });
    const answers = Array.from({ length: count }, () => ask(at, 'openai-chat'));
    await at.upstream.waitForCalls(at.upstream.calls.length + count);
    return { gate, answers };
  }

  it.each(Object.entries(owners))(
    'of %s are as many as it may have, and one more for each that ends',
    async (owner, optionsOf) => {
      const at = await start(optionsOf({ concurrentRequests: 3 }));
      const { gate, answers } = await hold(at, 3);
      const refused = await Promise.all([ask(at, 'openai-chat'), ask(at, 'anthropic')]);
      expect(refused.map(({ status }) => status)).toEqual([429, 429]);
      for (const { body } of refused)
        expect(body).toContain(`The limit of 3 concurrent requests of ${owner} is reached.`);
      gate.release();
      expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200, 200]);
      await until('nothing in flight', () => at.gateway.inFlight === 0);
      const more = await hold(at, 3);
      expect((await ask(at, 'openai-chat')).status).toBe(429);
      more.gate.release();
      await Promise.all(more.answers);
    },
  );

  const failures: Readonly<Record<string, (at: Rig) => Promise<unknown>>> = {
    'is refused by its provider': (at) => {
      at.upstream.once((_call, reply) => reply.json(400, { error: { message: 'no', type: 'invalid_request_error' } }));
      return ask(at, 'openai-chat');
    },
    'breaks off': (at) => {
      at.upstream.once((_call, reply) => reply.reset());
      return ask(at, 'openai-chat');
    },
    'is refused by another limit': (at) => ask(at, 'openai-chat'),
    'cannot be written into the journal': async (at) => {
      at.journal.writable = false;
      await ask(at, 'openai-chat');
      at.journal.writable = true;
    },
    'is hung up on by its caller': async (at) => {
      at.upstream.once((_call, reply) => reply.hang());
      const client = await RawClient.connect(at.url);
      const headers = { authorization: `Bearer ${rigKey}`, 'content-type': 'application/json' };
      const body = JSON.stringify({ ...doors['openai-chat'][1], stream: true });
      client.send(rawRequestText(doors['openai-chat'][0], headers, body));
      await at.upstream.waitForCalls(1);
      client.abort();
    },
    'asks for what is not there': (at) =>
      at.post('/v1/chat/completions', JSON.stringify({ model: 'oa/missing', messages: user })),
  };

  it.each(Object.entries(failures))('one that %s leaves its place, once', async (name, fail) => {
    const other = name === 'is refused by another limit';
    const at = await start({
      key: { limits: { concurrentRequests: 1 } },
      ...(other && { routeLimits: { main: { tokensPerMinute: 1 } } }),
    });
    // The route's token is used up by it.
    if (other) await ask(at, 'openai-chat');
    await fail(at);
    await until('nothing in flight', () => at.gateway.inFlight === 0);
    if (other) aheadMs += 60_000;
    at.upstream.clear();
    // Exactly one place: a second request finds it taken.
    const { gate, answers } = await hold(at, 1);
    expect((await ask(at, 'openai-chat')).status).toBe(429);
    gate.release();
    expect((await answers[0])?.status).toBe(200);
  });
});

/** Cases 109, 110, 113 and 117: what a provider's refusal becomes. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { errorBody } from '../fakes/persona-script.ts';
import type { Script } from '../fakes/upstream.ts';
import { errorViolations } from '../validators/error-answer.ts';
import { asObject, readObject } from '../validators/sse-events.ts';
import { type Rig, startRig } from './rig.ts';
import { ask, askStream, dialectOf, roads } from './stream-reader.ts';

/** Retries are a share of the requests, and what a provider limits is remembered: each test begins with its own. */
let rig: Rig;
const routes = { pair: ['oa/first', 'oa/second'], mixed: ['oa/first', 'an/second'] };
beforeEach(async () => {
  rig = await startRig({ routes });
});
afterEach(() => rig.close());

const json = { 'content-type': 'application/json' };
const failing =
  (status: number, headers: Record<string, string> = {}): Script =>
  (call, reply) =>
    reply.json(status, errorBody(call, `failure number ${status}`, status), headers);

interface Due {
  readonly chat: readonly [status: number, type: string, code: string | null];
  readonly messages: readonly [status: number, type: string];
  readonly kind: string;
}

const invalid: Due = {
  chat: [400, 'invalid_request_error', null],
  messages: [400, 'invalid_request_error'],
  kind: 'invalid-request',
};
const credential: Due = {
  chat: [502, 'server_error', 'upstream_error'],
  messages: [502, 'api_error'],
  kind: 'upstream-credential',
};
const upstream: Due = { chat: [502, 'server_error', 'upstream_error'], messages: [502, 'api_error'], kind: 'upstream' };
const overloaded: Due = {
  chat: [503, 'server_error', 'overloaded'],
  messages: [529, 'overloaded_error'],
  kind: 'overloaded',
};
const timeout: Due = {
  chat: [504, 'server_error', 'gateway_timeout'],
  messages: [504, 'timeout_error'],
  kind: 'timeout',
};
const table: Readonly<Record<number, Due>> = {
  400: invalid,
  401: credential,
  402: credential,
  403: credential,
  408: timeout,
  409: invalid,
  413: {
    chat: [413, 'invalid_request_error', 'request_too_large'],
    messages: [413, 'request_too_large'],
    kind: 'body-too-large',
  },
  422: invalid,
  429: {
    chat: [429, 'rate_limit_error', 'rate_limit_exceeded'],
    messages: [429, 'rate_limit_error'],
    kind: 'rate-limited',
  },
  500: upstream,
  502: upstream,
  503: overloaded,
  504: timeout,
  529: overloaded,
};

describe.each(Object.entries(table))('case 109: a provider’s %s', (status, due) => {
  it.each(roads)('%s over %s', async (door, provider) => {
    rig.upstream.on('m', failing(Number(status)));
    const answer = await ask(rig, door, `${provider}/m`);
    const [code, type] = due[door];
    expect(errorViolations(answer, { dialect: dialectOf(door), status: code, type })).toEqual([]);
    const error = asObject(readObject(answer.body)?.error);
    if (door === 'chat') expect(error?.code).toBe(due.chat[2]);
    if (due.kind !== 'upstream-credential') expect(error?.message).toContain(`failure number ${status}`);
    const row = await rig.row();
    expect(row).toMatchObject({ status: 'failed', errorKind: due.kind, httpStatus: code, costNanoUsd: '0' });
    expect(row.attempts.every((attempt) => attempt.status === Number(status))).toBe(true);
    // What the next time will not be better at is asked once.
    if (['upstream', 'overloaded'].includes(due.kind)) expect(rig.upstream.chats.length).toBeLessThanOrEqual(2);
    else expect(rig.upstream.chats).toHaveLength(1);
  });
});

describe('case 109: what the status does not say', () => {
  it.each(roads)('%s over %s: a prompt that is too long is context_length_exceeded', async (door, provider) => {
    const error =
      provider === 'oa'
        ? {
            message: "This model's maximum context length is 8192 tokens.",
            type: 'invalid_request_error',
            param: 'messages',
            code: 'context_length_exceeded',
          }
        : { type: 'invalid_request_error', message: 'prompt is too long: 210000 tokens > 200000 maximum' };
    rig.upstream.once((_call, reply) => reply.json(400, { type: 'error', error }));
    const answer = await ask(rig, door, `${provider}/m`);
    const rules = { dialect: dialectOf(door), status: 400, type: 'invalid_request_error' } as const;
    expect(errorViolations(answer, door === 'chat' ? { ...rules, code: 'context_length_exceeded' } : rules)).toEqual(
      [],
    );
    expect(await rig.row()).toMatchObject({ errorKind: 'too-long' });
  });

  it.each(roads)('%s over %s: a model that the provider does not know is 404', async (door, provider) => {
    const error =
      provider === 'oa'
        ? {
            message: 'The model `m` does not exist',
            type: 'invalid_request_error',
            param: null,
            code: 'model_not_found',
          }
        : { type: 'not_found_error', message: 'model: m' };
    rig.upstream.once((_call, reply) => reply.json(404, { type: 'error', error }));
    const answer = await ask(rig, door, `${provider}/m`);
    const type = door === 'chat' ? 'invalid_request_error' : 'not_found_error';
    expect(errorViolations(answer, { dialect: dialectOf(door), status: 404, type })).toEqual([]);
  });

  it.each([204, 301, 302, 307, 308])('%i is no answer: 502, and a redirect is not followed', async (status) => {
    rig.upstream.on('m', (_call, reply) => reply.send(status, { location: `${rig.upstream.url}/elsewhere` }, ''));
    const answer = await ask(rig, 'chat', 'oa/m');
    expect(errorViolations(answer, { dialect: 'openai-chat', status: 502 })).toEqual([]);
    expect(rig.upstream.calls.map((call) => call.path)).not.toContain('/elsewhere');
  });
});

describe('case 110: 429 and when to come back', () => {
  const date = 'Wed, 01 Jan 2025 00:00:00 GMT';
  it.each<[string, Record<string, string>, number]>([
    ['seconds', { 'retry-after': '7' }, 7],
    ['a date', { 'retry-after': 'Wed, 01 Jan 2025 00:00:07 GMT', date }, 7],
    ['milliseconds', { 'retry-after-ms': '6200' }, 7],
    [
      'a reset of the limit that is used up',
      { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '6.5s', 'x-ratelimit-reset-tokens': '1h' },
      7,
    ],
    ['0', { 'retry-after': '0' }, 1],
  ])('%s', async (_name, headers, seconds) => {
    for (const [door, provider] of roads) {
      rig.forget();
      rig.upstream.once(failing(429, headers));
      const answer = await askStream(rig, door, `${provider}/of-${door}`);
      expect(errorViolations(answer, { dialect: dialectOf(door), status: 429, type: 'rate_limit_error' })).toEqual([]);
      expect(Number(answer.headers['retry-after'])).toBe(seconds);
      expect(rig.upstream.chats).toHaveLength(1);
      expect(await rig.row()).toMatchObject({ status: 'failed', errorKind: 'rate-limited', costNanoUsd: '0' });
    }
  });

  it.each(['1e9', 'soon', '-5', '99999999999999999999', 'Wed, 99 Foo 2025'])(
    'F10: junk (%s) is no promise, and no crash',
    async (text) => {
      rig.upstream.once(failing(429, { 'retry-after': text }));
      const answer = await ask(rig, 'messages', 'an/m');
      expect(errorViolations(answer, { dialect: 'anthropic', status: 429 })).toEqual([]);
      const told = answer.headers['retry-after'];
      if (told !== undefined) expect(Number(told)).toBeLessThanOrEqual(24 * 3600);
    },
  );

  it('another provider is asked at once, and the caller sees its answer', async () => {
    rig.upstream.once(failing(429, { 'retry-after': '60' }));
    const answer = await ask(rig, 'chat', 'mixed');
    expect(answer.status).toBe(200);
    expect(answer.headers['x-tollgate-model']).toBe('an/second');
    expect(rig.upstream.chats.map((call) => call.model)).toEqual(['first', 'second']);
    expect(await rig.row()).toMatchObject({
      status: 'completed',
      servedModel: 'an/second',
      attempts: [
        { target: 'oa/first', status: 429, error: 'rate-limited' },
        { target: 'an/second', status: 200 },
      ],
    });
  });

  it('when all refuse, nobody is asked twice, and the caller is told of the first that is back', async () => {
    rig.upstream.once(failing(429, { 'retry-after': '9' })).once(failing(429, { 'retry-after': '3' }));
    const answer = await ask(rig, 'chat', 'pair');
    expect(answer.status).toBe(429);
    expect(Number(answer.headers['retry-after'])).toBe(3);
    expect(rig.upstream.chats).toHaveLength(2);
  });

  it.each(roads)('%s over %s: until then nobody is asked, and the caller is told when', async (door, provider) => {
    rig.upstream.once(failing(429, { 'retry-after': '7' }));
    await ask(rig, door, `${provider}/m`);
    rig.forget();
    const answer = await ask(rig, door, `${provider}/m`);
    expect(errorViolations(answer, { dialect: dialectOf(door), status: 429, type: 'rate_limit_error' })).toEqual([]);
    expect(Number(answer.headers['retry-after'])).toBeLessThanOrEqual(7);
    expect(answer.headers['x-tollgate-attempts']).toBeUndefined();
    expect(rig.upstream.calls).toEqual([]);
    expect(await rig.row()).toMatchObject({
      status: 'failed',
      errorKind: 'rate-limited',
      attempts: [],
      costNanoUsd: '0',
    });
    // Its neighbour has a limit of its own.
    expect((await ask(rig, door, `${provider}/echo`)).status).toBe(200);
  });

  it('without a word of when, nobody is refused by us: another target is preferred for a moment', async () => {
    rig.upstream.once(failing(429));
    await ask(rig, 'chat', 'oa/echo');
    expect((await ask(rig, 'chat', 'oa/echo')).status).toBe(200);
    rig.forget();
    rig.upstream.once(failing(429));
    expect((await ask(rig, 'chat', 'pair')).status).toBe(200);
    expect((await ask(rig, 'chat', 'pair')).status).toBe(200);
    expect(rig.upstream.chats.map((call) => call.model)).toEqual(['first', 'second', 'second']);
  });

  it('many of them do not make the provider ill: once its time has come it is the first again', async () => {
    for (let i = 0; i < 10; i++) {
      rig.upstream.once(failing(429, { 'retry-after': '0' }));
      await ask(rig, 'chat', 'pair');
    }
    rig.forget();
    await ask(rig, 'chat', 'pair');
    expect(rig.upstream.chat.model).toBe('first');
  });
});

describe.each([400, 413, 422])('case 113: a provider’s %i', (status) => {
  it('is not retried and never goes to another provider', async () => {
    for (const model of ['pair', 'mixed', 'oa/only']) {
      rig.forget();
      rig.upstream.once(failing(status));
      const answer = await ask(rig, 'chat', model);
      expect(answer.status).toBe(status === 422 ? 400 : status);
      expect(rig.upstream.chats).toHaveLength(1);
      expect(await rig.row()).toMatchObject({ status: 'failed', attempts: [{ status }] });
    }
  });
});

describe('case 113: a model that is not there', () => {
  it('is asked for at the next target', async () => {
    rig.upstream.once(failing(404));
    const answer = await ask(rig, 'chat', 'pair');
    expect(answer.status).toBe(200);
    expect(rig.upstream.chats.map((call) => call.model)).toEqual(['first', 'second']);
  });
});

describe('case 117: nasty error bodies', () => {
  const bodies: Readonly<Record<string, Buffer>> = {
    '5 MB of text': Buffer.alloc(5 * 1024 * 1024, 'x'),
    '5 MB of JSON': Buffer.from(JSON.stringify({ error: { message: 'x'.repeat(5 * 1024 * 1024) } })),
    NUL: Buffer.from('{"error":{"message":"bad \\u0000 thing","type":"x"}}'),
    'raw NUL': Buffer.from('bad \0 thing'),
    'Latin-1': Buffer.from('{"error":{"message":"gr\xfc\xdfe","type":"x"}}', 'latin1'),
    'raw 0xFF (FX12)': Buffer.concat([
      Buffer.from('{"error":{"message":"bad \\u0000 '),
      Buffer.from([0xff]),
      Buffer.from('"}}'),
    ]),
    'HTML of a CDN': Buffer.from(
      '<!DOCTYPE html><html><head><title>502</title></head><body><h1>Bad gateway</h1></body></html>',
    ),
    'a JSON array': Buffer.from('[{"error":{"code":500,"message":"broken","status":"INTERNAL"}}]'),
    'an empty array': Buffer.from('[]'),
    null: Buffer.from('null'),
    number: Buffer.from('42'),
    empty: Buffer.alloc(0),
    'our key': Buffer.from(
      '{"error":{"message":"Incorrect API key provided: sk-upstream-secret-canary. Bearer sk-upstream-secret-canary"}}',
    ),
    'a lone surrogate': Buffer.from('{"error":{"message":"\\ud83d half"}}'),
    'an error that is text': Buffer.from('{"error":"model is on fire","code":500}'),
    'deep nesting': Buffer.from(`${'{"error":'.repeat(5000)}1${'}'.repeat(5000)}`),
    'a stack trace': Buffer.from('{"error":{"message":"boom","stack":"Error: boom\\n    at x (/srv/app.js:1:1)"}}'),
  };
  describe.each(Object.entries(bodies))('%s', (name, body) => {
    it.each(roads)('%s over %s: bounded, redacted, valid, in the caller’s form', async (door, provider) => {
      for (const status of [400, 500]) {
        rig.forget();
        rig.upstream.on('m', (_call, reply) => reply.send(status, json, body));
        const answer = await askStream(rig, door, `${provider}/m`);
        expect(errorViolations(answer, { dialect: dialectOf(door) })).toEqual([]);
        expect(answer.status).toBeGreaterThanOrEqual(400);
        expect(answer.body).not.toContain('canary');
        expect(rig.logged.join('\n')).not.toContain('canary');
        const row = await rig.row();
        expect(row).toMatchObject({ status: 'failed', costNanoUsd: '0' });
        expect(JSON.stringify(row)).not.toMatch(/\\u0000|canary/);
        if (name !== 'our key') expect(answer.status).toBe(status === 400 ? 400 : 502);
      }
      // Those beside it are served and have their rows.
      rig.forget();
      expect((await ask(rig, door, `${provider}/echo`)).status).toBe(200);
      expect(await rig.row()).toMatchObject({ status: 'completed' });
    });
  });
});

/** Cases 1 to 10: the wire, before anything is translated. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chatJson } from '../fakes/chat-wire.ts';
import { rawRequest, rawRequestText } from '../harness/raw-client.ts';
import { errorViolations } from '../validators/error-answer.ts';
import { type Rig, rigKey, startRig } from './rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({ settings: { bodyBytesMax: 1024 * 1024 }, routes: { fast: ['oa/gpt-4o'] } });
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

const auth = { authorization: `Bearer ${rigKey}`, 'content-type': 'application/json' };
const ask = (model: string, rest: object = {}) => ({ model, messages: [{ role: 'user', content: 'hi' }], ...rest });

describe('case 1: same dialect, openai-chat', () => {
  it('sends the caller’s bytes on with only the model spliced, and the answer’s bytes back', async () => {
    const body =
      '{ "foo" : {"z":1,"a":12345678901234567890},"messages":[{"content":"\\u00e9","role":"user"}] , "model":"oa/echo" }';
    const answered = chatJson({ text: 'hé' });
    rig.upstream.once((_call, reply) => reply.send(200, { 'content-type': 'application/json' }, answered));
    const answer = await rig.post('/v1/chat/completions', body, {
      cookie: 'a=b',
      'x-forwarded-for': '1.2.3.4',
      'proxy-authorization': 'x',
    });
    expect(answer.body).toBe(answered);
    const call = rig.upstream.chat;
    expect(call.body.toString()).toBe(body.replace('"oa/echo"', '"echo"'));
    expect(call.headers['content-length']).toBe(String(call.body.length));
    expect(call.headers['transfer-encoding']).toBeUndefined();
    expect(call.headers.authorization).toBe('Bearer sk-upstream-secret-canary');
    expect(call.headers.cookie).toBeUndefined();
    expect(call.headers['x-forwarded-for']).toBeUndefined();
    expect(JSON.stringify(call.rawHeaders)).not.toContain(rigKey);
  });
});

describe('case 2: same dialect, anthropic', () => {
  it('forwards version, betas, query and unknown fields, replaces the key, and keeps the rate limit headers', async () => {
    rig.upstream.once((_call, reply) =>
      reply.send(
        200,
        {
          'content-type': 'application/json',
          'request-id': 'req_up',
          'anthropic-ratelimit-requests-remaining': '9',
          'retry-after': '3',
        },
        '{"id":"msg_1","type":"message","role":"assistant","model":"c","content":[{"type":"text","text":"x"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":3,"output_tokens":1}}',
      ),
    );
    const body = JSON.stringify({
      model: 'an/claude',
      max_tokens: 5,
      messages: [{ role: 'user', content: 'hi' }],
      brand_new: { a: 1 },
    });
    const answer = await rig.post('/v1/messages?beta=true&other=1', body, {
      authorization: '',
      'x-api-key': rigKey,
      'anthropic-version': '2023-06-01',
      'anthropic-beta': 'a,b',
    });
    expect(answer.status).toBe(200);
    const call = rig.upstream.chat;
    expect(call.query).toBe('beta=true');
    expect(call.headers).toMatchObject({
      'anthropic-version': '2023-06-01',
      'anthropic-beta': 'a,b',
      'x-api-key': 'sk-upstream-secret-canary',
    });
    expect(JSON.parse(call.body.toString())).toMatchObject({ brand_new: { a: 1 }, model: 'claude' });
    expect(answer.headers).toMatchObject({
      'anthropic-ratelimit-requests-remaining': '9',
      'retry-after': '3',
      'x-upstream-request-id': 'req_up',
    });
  });
});

describe('case 3: model confusion', () => {
  it('routes, sends and bills by the top-level model', async () => {
    await rig.post(
      '/v1/chat/completions',
      '{"metadata":{"model":"oa/cheap"},"model":"oa/dear","messages":[{"role":"user","content":"x"}]}',
    );
    expect(rig.upstream.chat.model).toBe('dear');
    expect(await rig.row()).toMatchObject({ requestedModel: 'oa/dear', servedModel: 'oa/dear' });
  });

  it.each(['"model"', '"mod\\u0065l"'])('refuses a body with two models (second key %s)', async (key) => {
    const body = `{"model":"oa/cheap","messages":[{"role":"user","content":"x"}],${key}:"oa/dear"}`;
    const answer = await rig.post('/v1/chat/completions', body);
    expect(errorViolations(answer, { dialect: 'openai-chat', status: 400 })).toEqual([]);
    expect(rig.upstream.calls).toEqual([]);
  });
});

describe('case 4: unknown model', () => {
  it('is 404 with the caller’s codes, and nobody is asked', async () => {
    const chat = await rig.chat(ask('oa/missing'));
    expect(
      errorViolations(chat, {
        dialect: 'openai-chat',
        status: 404,
        type: 'invalid_request_error',
        code: 'model_not_found',
        param: 'model',
      }),
    ).toEqual([]);
    const messages = await rig.messages({ ...ask('nothing/like-it'), max_tokens: 1 });
    expect(errorViolations(messages, { dialect: 'anthropic', status: 404, type: 'not_found_error' })).toEqual([]);
    expect(rig.upstream.calls).toEqual([]);
  });
});

describe('case 5: unknown path and method', () => {
  it.each([
    ['GET', '/v1/models', 200],
    ['GET', '/v1/models/oa/listed', 200],
    ['GET', '/v1/models/oa%2Flisted', 200],
    ['GET', '/v1/models/none', 404],
    ['POST', '/v1/models', 405],
    ['GET', '/v1/chat/completions', 405],
    ['GET', '/v1/messages', 405],
    ['DELETE', '/v1/messages', 405],
    ['POST', '/v1/no-such-operation', 404],
    ['GET', '/admin', 404],
    ['GET', '//v1/models', 404],
    ['GET', '/V1/models', 404],
    ['GET', '/health', 200],
    ['GET', '/ready', 200],
  ])('%s %s is %i as JSON', async (method, path, status) => {
    const answer = await rawRequest(rig.url, rawRequestText(path, auth, '', method));
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toContain('application/json');
    expect(() => JSON.parse(answer.body.toString())).not.toThrow();
    if (status >= 400) {
      const dialect = path.includes('messages') ? 'anthropic' : 'openai-chat';
      expect(errorViolations({ ...answer, body: answer.body.toString() }, { dialect, status })).toEqual([]);
    }
  });

  it('asks for a key before it lists models', async () => {
    const answer = await rawRequest(rig.url, rawRequestText('/v1/models', {}, '', 'GET'));
    expect(answer.status).toBe(401);
  });

  it('lists models as each dialect’s SDK reads them', async () => {
    const openai = await rawRequest(rig.url, rawRequestText('/v1/models', auth, '', 'GET'));
    expect(JSON.parse(openai.body.toString())).toMatchObject({
      object: 'list',
      data: [{ id: 'fast', object: 'model' }, { id: 'oa/listed', owned_by: 'oa' }, {}],
    });
    const anthropic = await rawRequest(
      rig.url,
      rawRequestText('/v1/models?limit=1', { ...auth, 'anthropic-version': '2023-06-01' }, '', 'GET'),
    );
    expect(JSON.parse(anthropic.body.toString())).toMatchObject({
      has_more: true,
      first_id: 'fast',
      last_id: 'fast',
      data: [{ type: 'model', id: 'fast' }],
    });
  });
});

describe('case 6: bad bodies', () => {
  const good = '"model":"oa/echo","messages":[{"role":"user","content":"x"}]';
  it.each<[string, string | Buffer, number]>([
    ['not JSON', 'hello', 400],
    ['truncated', `{${good}`, 400],
    ['empty', '', 400],
    ['an array', '[]', 400],
    ['a string', '"x"', 400],
    ['invalid UTF-8', Buffer.concat([Buffer.from('{"model":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]), 400],
    ['a byte order mark', `\ufeff{${good}}`, 400],
    ['a key twice', `{${good},"temperature":1,"temperature":2}`, 400],
    ['more after the end', `{${good}}{}`, 400],
    ['too deep', `{${good},"x":${'['.repeat(100)}${']'.repeat(100)}}`, 400],
    ['too large', `{${good},"x":"${'a'.repeat(1024 * 1024)}"}`, 413],
  ])('%s is refused in the shape of either door, and nobody is asked', async (_name, body, status) => {
    const chat = await rig.post('/v1/chat/completions', body);
    expect(errorViolations(chat, { dialect: 'openai-chat', status })).toEqual([]);
    const messages = await rig.post('/v1/messages', body);
    expect(
      errorViolations(messages, {
        dialect: 'anthropic',
        status,
        ...(status === 413 ? { type: 'request_too_large' } : {}),
      }),
    ).toEqual([]);
    expect(rig.upstream.calls).toEqual([]);
    expect(rig.records).toEqual([]);
  });

  it('counts the bytes of a chunked body, not its promises', async () => {
    const chunk = `10000\r\n${'a'.repeat(65536)}\r\n`;
    const head = `POST /v1/chat/completions HTTP/1.1\r\nhost: g\r\nauthorization: Bearer ${rigKey}\r\ntransfer-encoding: chunked\r\n\r\n`;
    const answer = await rawRequest(rig.url, head + chunk.repeat(17));
    expect(answer.status).toBe(413);
  });

  it('drops a caller that promises more than it sends', async () => {
    const text = rawRequestText('/v1/chat/completions', { ...auth, 'content-length': '5000' }, '{"model":"oa/echo"');
    const slow = await startRig({ settings: { bodyIdleMs: 100 } });
    const answer = await rawRequest(slow.url, text);
    expect(answer.status).toBe(408);
    expect(slow.upstream.calls).toEqual([]);
    await slow.close();
  });
});

describe('case 7: the wrong shape on the wrong door', () => {
  it('an OpenAI body on the Messages door is told so', async () => {
    for (const model of ['an/claude', 'oa/gpt']) {
      const answer = await rig.messages({ ...ask(model), max_completion_tokens: 5 });
      expect(errorViolations(answer, { dialect: 'anthropic', status: 400 })).toEqual([]);
      expect(answer.body).toMatch(/max_completion_tokens/);
    }
    expect(rig.upstream.calls).toEqual([]);
  });

  it('a role of the other format is refused with its place', async () => {
    const tool = await rig.messages({
      model: 'oa/gpt',
      max_tokens: 5,
      messages: [
        { role: 'user', content: 'x' },
        { role: 'tool', content: 'y' },
      ],
    });
    expect(tool.status).toBe(400);
    expect(tool.body).toMatch(/messages\[1\]/);
    const block = await rig.chat({
      model: 'an/claude',
      messages: [{ role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a' }] }],
    });
    expect(errorViolations(block, { dialect: 'openai-chat', status: 400 })).toEqual([]);
    expect(block.body).toMatch(/messages\[0\]/);
    expect(rig.upstream.calls).toEqual([]);
  });
});

describe('case 8: model aliases', () => {
  it('sends the real name and keeps the asked one in the row', async () => {
    await rig.chat(ask('fast'));
    expect(rig.upstream.chat.model).toBe('gpt-4o');
    expect(await rig.row()).toMatchObject({ requestedModel: 'fast', servedModel: 'oa/gpt-4o' });
  });

  it('charges by its own entry, whatever dated name the provider answers with', async () => {
    const body = chatJson({ text: 'hi', usage: { input: 10, output: 2 } }, { model: 'gpt-4o-2024-08-06' });
    rig.upstream.once((_call, reply) => reply.send(200, { 'content-type': 'application/json' }, body));
    const answer = await rig.chat(ask('fast'));
    // A relay keeps the provider's bytes; who served is told beside them.
    expect(answer.json()).toMatchObject({ model: 'gpt-4o-2024-08-06' });
    expect(answer.headers['x-tollgate-model']).toBe('oa/gpt-4o');
    expect(await rig.row()).toMatchObject({ servedModel: 'oa/gpt-4o', priceVersion: 'rig:1', costNanoUsd: '14000' });
  });
});

describe('case 9: the provider refuses our credential', () => {
  it.each([401, 403])('%i becomes 502 without the key, and an alarm in the log', async (status) => {
    const error = {
      message: 'Incorrect API key provided: sk-upstream-secret-canary.',
      type: 'invalid_request_error',
      param: null,
      code: 'invalid_api_key',
    };
    for (const model of ['oa/x', 'an/x']) {
      rig.forget();
      rig.upstream.once((_call, reply) => reply.json(status, { error, type: 'error' }));
      const answer = await rig.chat(ask(model));
      expect(errorViolations(answer, { dialect: 'openai-chat', status: 502 })).toEqual([]);
      expect(answer.body).not.toContain('sk-');
      expect(await rig.row()).toMatchObject({ status: 'failed', errorKind: 'upstream-credential', costNanoUsd: '0' });
      expect(rig.logged.join('\n')).toMatch(/^error /m);
      expect(rig.logged.join('\n')).not.toContain('sk-upstream');
    }
  });
});

describe('case 10: credentials', () => {
  const send = (headers: Record<string, string>) =>
    rawRequest(rig.url, rawRequestText('/v1/chat/completions', headers, JSON.stringify(ask('oa/echo'))));
  it.each<[string, Record<string, string>, number]>([
    ['Bearer', { authorization: `Bearer ${rigKey}` }, 200],
    ['bearer', { authorization: `bearer ${rigKey}` }, 200],
    ['x-api-key', { 'x-api-key': rigKey }, 200],
    ['both, agreeing', { authorization: `Bearer ${rigKey}`, 'x-api-key': rigKey }, 200],
    ['both, conflicting', { authorization: `Bearer ${rigKey}`, 'x-api-key': 'tg-other' }, 401],
    ['none', {}, 401],
    ['empty', { authorization: '', 'x-api-key': '' }, 401],
    ['Basic', { authorization: 'Basic dGc6dGc=' }, 401],
    ['a wrong key', { authorization: 'Bearer tg-wrong' }, 401],
    ['a key with a tail', { authorization: `Bearer ${rigKey}x` }, 401],
    ['a megabyte', { authorization: `Bearer ${'x'.repeat(20_000)}` }, 401],
  ])('%s', async (_name, headers, status) => {
    const answer = await send(headers);
    expect(answer.status).toBe(status);
    if (status !== 401) return;
    expect(
      errorViolations(
        { ...answer, body: answer.body.toString() },
        { dialect: 'openai-chat', status, type: 'authentication_error' },
      ),
    ).toEqual([]);
    expect(rig.upstream.calls).toEqual([]);
  });

  it('a header that stands twice is refused', async () => {
    const text = rawRequestText('/v1/chat/completions', auth, '{}')
      .toString()
      .replace('host:', `Authorization: Bearer x\r\nhost:`);
    expect((await rawRequest(rig.url, text)).status).toBe(400);
  });

  it.each([
    ['expired', { expiresAtMs: 1 }],
    ['of a disabled organization', { organization: { id: 'o', name: 'o', disabled: true } }],
  ])('a key that is %s is told what an unknown key is told', async (_name, key) => {
    const other = await startRig({ key });
    const answer = await other.chat(ask('oa/echo'));
    const unknown = await other.chat(ask('oa/echo'), { authorization: 'Bearer tg-unknown' });
    expect(answer.status).toBe(401);
    expect(answer.body).toBe(unknown.body);
    await other.close();
  });
});

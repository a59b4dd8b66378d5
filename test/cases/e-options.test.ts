/** Cases 72 to 74, 76, 78 and 79: what only one API has, the answer's format, usage in streams, unknown fields. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chatUsage } from '../fakes/chat-wire.ts';
import { sseHeaders } from '../fakes/reply.ts';
import { asObject, readEvents, readObject } from '../validators/sse-events.ts';
import { asked, refused } from './asked.ts';
import { type Rig, startRig } from './rig.ts';
import { ask, askStream, bodyOf, readStream, roads, violations } from './stream-reader.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

const usage = { input: 10, output: 6 };
const sse = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;
const head = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'm' };
const choice = (index: number, delta: object, finish_reason: string | null = null, rest: object = {}) => ({
  ...head,
  choices: [{ index, delta, finish_reason, ...rest }],
});

/** The next stream, as it stands here. */
function streamWith(wire: string): void {
  rig.upstream.once(async (_call, reply) => {
    reply.head(200, sseHeaders);
    await reply.write(wire);
    reply.end();
  });
}

describe('case 72: n', () => {
  const indexes = [0, 1, 2];
  const three = [
    ...indexes.map((index) => sse(choice(index, { role: 'assistant', content: '' }))),
    ...indexes.map((index) => sse(choice(index, { content: `answer ${index}` }))),
    ...indexes.map((index) => sse(choice(index, {}, 'stop'))),
    sse({ ...head, choices: [], usage: chatUsage(usage) }),
    'data: [DONE]\n\n',
  ].join('');

  it('of three is openai-chat’s own: relayed in place, metered once', async () => {
    streamWith(three);
    const answer = await askStream(rig, 'chat', 'oa/m', { n: 3 });
    expect(answer.body).toBe(three);
    expect(violations('chat', answer.body, 'whole')).toEqual([]);
    expect(asObject(rig.upstream.chat.json)?.n).toBe(3);
    expect(await rig.row()).toMatchObject({ usage, estimated: false, costNanoUsd: String(10_000 + 12_000) });
    rig.forget();
    const choices = indexes.map((index) => ({
      index,
      message: { role: 'assistant', content: `answer ${index}` },
      finish_reason: 'stop',
    }));
    const body = JSON.stringify({
      id: 'c',
      object: 'chat.completion',
      created: 1,
      model: 'm',
      choices,
      usage: chatUsage(usage),
    });
    rig.upstream.once((_call, reply) => reply.send(200, { 'content-type': 'application/json' }, body));
    expect((await ask(rig, 'chat', 'oa/m', { n: 3 })).body).toBe(body);
    expect(await rig.row()).toMatchObject({ usage });
  });

  it('of three is refused over anthropic, which gives one answer', async () => {
    await refused(rig, 'chat', 'an/m', { n: 3 }, { param: 'n' });
  });

  it('of one is what everybody does', async () => {
    const { up, dropped } = await asked(rig, 'chat', 'an/m', { n: 1 });
    expect([up.n, dropped]).toEqual([undefined, []]);
  });
});

describe('case 73: log probabilities', () => {
  const logprobs = { content: [{ token: 'a', logprob: -0.1, bytes: [97], top_logprobs: [] }], refusal: null };

  it('are openai-chat’s own, streamed too', async () => {
    const wire = [
      sse(choice(0, { role: 'assistant', content: '' }, null, { logprobs: null })),
      sse(choice(0, { content: 'a' }, null, { logprobs })),
      sse(choice(0, {}, 'stop', { logprobs: null })),
      sse({ ...head, choices: [], usage: chatUsage(usage) }),
      'data: [DONE]\n\n',
    ].join('');
    streamWith(wire);
    const answer = await askStream(rig, 'chat', 'oa/m', { logprobs: true, top_logprobs: 5 });
    expect(answer.body).toBe(wire);
    expect(rig.upstream.chat.json).toMatchObject({ logprobs: true, top_logprobs: 5 });
  });

  it('are refused over anthropic, which has none; not asking for them is no question', async () => {
    await refused(rig, 'chat', 'an/m', { logprobs: true, top_logprobs: 5 }, { param: 'logprobs' });
    rig.forget();
    await refused(rig, 'chat', 'an/m', { top_logprobs: 5 }, { param: 'top_logprobs' });
    rig.forget();
    const { dropped } = await asked(rig, 'chat', 'an/m', { logprobs: false, top_logprobs: 0 });
    expect(dropped).toEqual([]);
  });
});

describe('case 74: the format of the answer', () => {
  const schema = {
    type: 'object',
    properties: { name: { type: 'string' }, age: { type: 'integer' } },
    required: ['name', 'age'],
    additionalProperties: false,
  };
  const response_format = { type: 'json_schema', json_schema: { name: 'person', strict: true, schema } };
  const example = { name: expect.any(String), age: expect.any(Number) };

  it('a chat schema is relayed to openai-chat and is output_config over anthropic', async () => {
    const { up } = await asked(rig, 'chat', 'oa/structured', { response_format });
    expect(up.response_format).toEqual(response_format);
    rig.forget();
    const { up: made, upText, answer } = await asked(rig, 'chat', 'an/structured', { response_format });
    expect(made.output_config).toEqual({ format: { type: 'json_schema', schema } });
    expect(upText).toContain(JSON.stringify(schema));
    const { choices } = answer.json() as { choices: { message: { content: string } }[] };
    expect(JSON.parse(choices[0]?.message.content ?? '')).toEqual(example);
  });

  it('a Messages schema is response_format over openai-chat', async () => {
    const output_config = { format: { type: 'json_schema', schema } };
    const { up, answer } = await asked(rig, 'messages', 'oa/structured', { output_config });
    expect(up.response_format).toMatchObject({
      type: 'json_schema',
      json_schema: { name: expect.any(String), schema },
    });
    const { content } = answer.json() as { content: { text: string }[] };
    expect(JSON.parse(content[0]?.text ?? '')).toEqual(example);
  });

  it('holds in streams', async () => {
    const chat = readStream('chat', (await askStream(rig, 'chat', 'an/structured', { response_format })).body);
    expect(JSON.parse(chat.text)).toEqual(example);
    const output_config = { format: { type: 'json_schema', schema } };
    const messages = await askStream(rig, 'messages', 'oa/structured', { output_config });
    expect(JSON.parse(readStream('messages', messages.body).text)).toEqual(example);
    expect(rig.upstream.violations).toEqual([]);
  });

  it('an open schema is closed for anthropic, which insists; the caller’s words stay otherwise', async () => {
    const open = { type: 'object', properties: { a: { type: 'object', properties: {} } } };
    const format = { type: 'json_schema', json_schema: { name: 'n', schema: open } };
    const { up } = await asked(rig, 'chat', 'an/structured', { response_format: format });
    expect(up.output_config).toEqual({
      format: {
        type: 'json_schema',
        schema: {
          ...open,
          properties: { a: { ...open.properties.a, additionalProperties: false } },
          additionalProperties: false,
        },
      },
    });
  });

  it('json_object asks anthropic for JSON in words, and text is what everybody writes', async () => {
    const { up, dropped } = await asked(rig, 'chat', 'an/m', { response_format: { type: 'json_object' } });
    expect(JSON.stringify(up.system)).toContain('JSON');
    expect(up.output_config).toBeUndefined();
    expect(dropped).toEqual(['response_format']);
    rig.forget();
    const plain = await asked(rig, 'chat', 'an/m', { response_format: { type: 'text' } });
    expect([plain.up.system, plain.up.output_config, plain.dropped]).toEqual([undefined, undefined, []]);
  });

  it.each([
    [{ type: 'json_schema' }, 'response_format.json_schema.schema'],
    [{ type: 'json_schema', json_schema: { name: 'n', schema: 'x' } }, 'response_format.json_schema.schema'],
    [{ type: 'yaml' }, 'response_format.type'],
  ])('%j is refused with its place', async (format, param) => {
    await refused(rig, 'chat', 'an/m', { response_format: format }, { param });
  });
});

describe('case 76: hints', () => {
  const chat = {
    seed: 1,
    logit_bias: { 50256: -100 },
    frequency_penalty: 0.5,
    presence_penalty: 0.5,
    service_tier: 'flex',
    store: true,
    prediction: { type: 'content', content: 'x' },
    verbosity: 'low',
    metadata: { a: 'b' },
    prompt_cache_key: 'k',
  };
  const messages = { top_k: 5, service_tier: 'auto', context_management: { edits: [] }, inference_geo: 'us' };

  it('of a chat caller are relayed, and dropped and named over anthropic', async () => {
    expect((await asked(rig, 'chat', 'oa/m', { ...chat, top_k: 5 })).up).toMatchObject(chat);
    rig.forget();
    const { up, dropped } = await asked(rig, 'chat', 'an/m', { ...chat, top_k: 5 });
    expect(Object.keys(chat).filter((field) => field in up)).toEqual([]);
    expect(dropped.toSorted()).toEqual(Object.keys(chat).toSorted());
    expect(up.top_k).toBe(5);
  });

  it('of a Messages caller are relayed, and dropped and named over openai-chat', async () => {
    expect((await asked(rig, 'messages', 'an/m', messages)).up).toMatchObject(messages);
    rig.forget();
    const { up, dropped } = await asked(rig, 'messages', 'oa/m', messages);
    expect(Object.keys(messages).filter((field) => field in up)).toEqual([]);
    expect(dropped.toSorted()).toEqual(Object.keys(messages).toSorted());
  });

  it('refuse the request instead for a caller that would rather fail', async () => {
    const answer = await rig.chat(bodyOf('chat', 'an/m', { seed: 1 }), { 'x-tollgate-fidelity': 'strict' });
    expect(answer.status).toBe(400);
    expect(answer.body).toContain('seed');
    expect(rig.upstream.calls).toEqual([]);
  });
});

describe('case 78: include_usage', () => {
  const asks = [true, false, undefined].flatMap((wanted) =>
    (['oa', 'an'] as const).map((upstream) => [wanted, upstream] as const),
  );

  it.each(asks)(
    '%s over %s: the usage chunk comes if and only if asked for, and the row is whole',
    async (wanted, upstream) => {
      const rest = wanted === undefined ? {} : { stream_options: { include_usage: wanted } };
      const answer = await rig.chat({ ...bodyOf('chat', `${upstream}/echo`), stream: true, ...rest });
      expect(violations('chat', answer.body, 'whole', wanted === true)).toEqual([]);
      const chunks = readEvents(answer.body).events.flatMap(({ data }) =>
        data === '[DONE]' ? [] : [readObject(data ?? '')],
      );
      const counted = chunks.filter((chunk) => asObject(chunk?.usage) !== undefined);
      expect(counted.map((chunk) => chunk?.choices)).toEqual(wanted === true ? [[]] : []);
      if (wanted === true) expect(chunks.slice(0, -1).every((chunk) => chunk?.usage === null)).toBe(true);
      const row = await rig.row();
      const { usage: truth } = rig.upstream.chat;
      expect(row).toMatchObject({
        status: 'completed',
        estimated: false,
        usage: { input: truth?.input, output: truth?.output },
      });
      if (upstream === 'oa') expect(rig.upstream.chat.json?.stream_options).toEqual({ include_usage: true });
    },
  );

  it('is a Messages caller’s always', async () => {
    for (const upstream of ['oa', 'an']) {
      rig.forget();
      const answer = await askStream(rig, 'messages', `${upstream}/echo`);
      const { usage: truth } = rig.upstream.chat;
      expect(readStream('messages', answer.body).usage).toEqual({ input: truth?.input, output: truth?.output });
    }
  });

  it('other stream options stay', async () => {
    const stream_options = { include_obfuscation: false };
    await rig.chat({ ...bodyOf('chat', 'oa/echo'), stream: true, stream_options });
    expect(rig.upstream.chat.json?.stream_options).toEqual({ include_obfuscation: false, include_usage: true });
  });
});

describe('case 79: fields that nobody knows', () => {
  it.each(roads)('%s over %s: pass in a relay, are dropped and named in a translation', async (door, upstream) => {
    const isRelay = (door === 'chat') === (upstream === 'oa');
    const { up, dropped } = await asked(rig, door, `${upstream}/m`, { foo: 1, bar: null });
    expect([up.foo, dropped]).toEqual(isRelay ? [1, []] : [undefined, ['foo']]);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chatStreamViolations } from '../../test/validators/chat-stream.ts';
import { messagesStreamViolations } from '../../test/validators/messages-stream.ts';
import { systemClock } from '../lib/clock.ts';
import { type Mock, startMock } from './mock.ts';
import { mockModels } from './models.ts';
import { mockSeal } from './scenario.ts';

let mock: Mock;
beforeAll(async () => {
  mock = await startMock({ clock: systemClock });
});
afterAll(() => mock.close());

const chatPath = '/v1/chat/completions';
const messagesPath = '/v1/messages';
type Json = Record<string, unknown>;

function ask(path: string, body: Json, headers: Record<string, string> = {}): Promise<Response> {
  const messages = [{ role: 'user', content: 'say hello twice' }];
  return fetch(`${mock.baseUrl}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${mock.secret}`, ...headers },
    body: JSON.stringify({ max_tokens: 1000, messages, ...body }),
    signal: AbortSignal.timeout(10_000),
  });
}
const json = async (answer: Promise<Response>) => (await (await answer).json()) as Json;
const chat = (body: Json) => json(ask(chatPath, body));
const messages = (body: Json) => json(ask(messagesPath, body));
const text = async (path: string, body: Json) => (await ask(path, { stream: true, ...body })).text();
const tool = {
  name: 'weather',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

describe('the mock provider', () => {
  it('refuses a caller without its secret, and says nothing else', async () => {
    for (const path of [chatPath, messagesPath, '/v1/models', '/']) {
      const answer = await ask(path, { model: 'echo' }, { authorization: 'Bearer other' });
      expect(answer.status).toBe(401);
    }
  });

  it('takes its secret as x-api-key too', async () => {
    const answer = await ask(messagesPath, { model: 'echo' }, { authorization: '', 'x-api-key': mock.secret });
    expect(answer.status).toBe(200);
  });

  it('answers 404 for other paths and 400 for what is no request', async () => {
    expect((await ask('/v1/embeddings', {})).status).toBe(404);
    expect((await ask(chatPath, { model: 'echo', messages: 'no' })).status).toBe(400);
    const headers = { authorization: `Bearer ${mock.secret}` };
    expect((await fetch(`${mock.baseUrl}${chatPath}`, { method: 'POST', headers, body: '{' })).status).toBe(400);
  });

  it('lists its models', async () => {
    const answer = await fetch(`${mock.baseUrl}/v1/models`, { headers: { authorization: `Bearer ${mock.secret}` } });
    expect((await answer.json()) as Json).toMatchObject({
      object: 'list',
      data: mockModels.map(({ name }) => ({ id: name })),
    });
  });

  it('counts tokens as it charges them', async () => {
    const { input_tokens } = await messages({ model: 'echo' }).then((answer) => answer.usage as Json);
    expect(await json(ask('/v1/messages/count_tokens', { model: 'echo', max_tokens: undefined }))).toEqual({
      input_tokens,
    });
  });
});

describe('mock models', () => {
  it.each(
    mockModels
      .map(({ name }) => name)
      .filter((name) => !/^(error|timeout|hang|empty|html|cut|bad-usage|no-usage)/.test(name)),
  )('%s streams rightly in both dialects', async (name) => {
    const body = { model: name.replace('slow-start', 'slow-start-1ms') };
    expect(messagesStreamViolations(await text(messagesPath, body), { outcome: 'whole' })).toEqual([]);
    const chatBody = await text(chatPath, body);
    expect(chatStreamViolations(chatBody, { includeUsage: false, outcome: 'whole' })).toEqual([]);
  });

  it('echo says what the user said, with real counts', async () => {
    expect(await messages({ model: 'echo' })).toMatchObject({
      content: [{ type: 'text', text: 'say hello twice' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 3, output_tokens: 3 },
    });
    expect(await chat({ model: 'echo' })).toMatchObject({
      choices: [{ message: { content: 'say hello twice' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 3, completion_tokens: 3, total_tokens: 6 },
    });
  });

  it('lorem takes size and pace from its name, or size from the prompt, and stops at the limit', async () => {
    const outputOf = async (body: Json) => ((await messages(body)).usage as Json).output_tokens;
    expect(await outputOf({ model: 'lorem-7-1ms' })).toBe(7);
    expect(await outputOf({ model: 'lorem', messages: [{ role: 'user', content: 'give me 12 tokens' }] })).toBe(12);
    expect(await messages({ model: 'lorem-50', max_tokens: 9 })).toMatchObject({
      stop_reason: 'max_tokens',
      usage: { output_tokens: 9 },
    });
  });

  it('tools calls the first tool with fitting arguments, then answers with the result', async () => {
    const tools = [{ type: 'function', function: tool }];
    const first = await chat({ model: 'tools', tools });
    const [choice] = first.choices as {
      message: Json & { tool_calls: { id: string; function: { arguments: string } }[] };
    }[];
    const [call] = choice?.message.tool_calls ?? [];
    expect(JSON.parse(call?.function.arguments ?? '')).toEqual({ city: 'example' });
    const history = [
      { role: 'user', content: 'go' },
      choice?.message,
      { role: 'tool', tool_call_id: call?.id, content: 'rain' },
    ];
    expect(await chat({ model: 'tools', tools, messages: history })).toMatchObject({
      choices: [{ message: { content: 'The tool answered: rain' } }],
    });
  });

  it('json fits the schema', async () => {
    const schema = {
      type: 'object',
      properties: { n: { type: 'integer' }, kind: { enum: ['a', 'b'] } },
      required: ['n', 'kind'],
    };
    const answer = await messages({ model: 'json', output_config: { format: { type: 'json_schema', schema } } });
    const [block] = answer.content as { text: string }[];
    expect(JSON.parse(block?.text ?? '')).toEqual({ n: 7, kind: 'a' });
  });

  it('thinking insists on its seal', async () => {
    const first = await messages({ model: 'thinking' });
    const [thinking] = first.content as { type: string; signature: string }[];
    expect(thinking).toMatchObject({ type: 'thinking', signature: mockSeal.value });
    const history = (signature: string) => [
      { role: 'user', content: 'go' },
      {
        role: 'assistant',
        content: [
          { ...thinking, signature },
          { type: 'text', text: 'x' },
        ],
      },
      { role: 'user', content: 'on' },
    ];
    expect(await messages({ model: 'thinking', messages: history(mockSeal.value) })).toMatchObject({ type: 'message' });
    expect(await messages({ model: 'thinking', messages: history('other') })).toMatchObject({ type: 'error' });
  });

  it('refusal and length say so in both dialects', async () => {
    expect(await messages({ model: 'refusal' })).toMatchObject({ stop_reason: 'refusal' });
    expect(await chat({ model: 'refusal' })).toMatchObject({ choices: [{ finish_reason: 'content_filter' }] });
    expect(await chat({ model: 'length' })).toMatchObject({ choices: [{ finish_reason: 'length' }] });
  });
});

describe('mock failures', () => {
  it.each([400, 401, 429, 500, 529])('error-%d has its status in both dialects', async (status) => {
    for (const path of [chatPath, messagesPath]) {
      const answer = await ask(path, { model: `error-${status}` });
      expect(answer.status).toBe(status);
      expect((await answer.json()) as Json).toHaveProperty('error.message');
      expect(answer.headers.get('retry-after')).toBe(status === 429 ? '2' : null);
    }
  });

  it('an unknown model is a 404 that lists the known ones', async () => {
    const answer = await ask(chatPath, { model: 'nothing' });
    expect(answer.status).toBe(404);
    expect(await answer.text()).toContain('lorem');
  });

  it('error-mid-stream ends in the failure form', async () => {
    const failed = { includeUsage: false, outcome: 'failed' } as const;
    expect(messagesStreamViolations(await text(messagesPath, { model: 'error-mid-stream' }), failed)).toEqual([]);
    expect(chatStreamViolations(await text(chatPath, { model: 'error-mid-stream' }), failed)).toEqual([]);
  });

  it('cut breaks the connection, in a stream and in a whole answer', async () => {
    await expect(text(chatPath, { model: 'cut' })).rejects.toThrow();
    await expect(messages({ model: 'cut' })).rejects.toThrow();
  });

  it('timeout never answers, hang answers headers only; both notice that the caller has gone', async () => {
    const abort = new AbortController();
    const request = { method: 'POST', signal: abort.signal, headers: { authorization: `Bearer ${mock.secret}` } };
    const body = (model: string) => JSON.stringify({ model, messages: [{ role: 'user', content: 'x' }] });
    const hanging = await fetch(`${mock.baseUrl}${chatPath}`, { ...request, body: body('hang') });
    expect(hanging.status).toBe(200);
    const silent = fetch(`${mock.baseUrl}${chatPath}`, { ...request, body: body('timeout') });
    abort.abort();
    await expect(silent).rejects.toThrow();
  });

  it('empty and html are 200 without an answer', async () => {
    expect(await text(chatPath, { model: 'empty' })).toBe('');
    expect(await text(chatPath, { model: 'html' })).toContain('<!doctype html>');
  });

  it('bad-usage has counts that no provider can mean', async () => {
    expect(await messages({ model: 'bad-usage' })).toMatchObject({ usage: { input_tokens: -5, output_tokens: 1e18 } });
  });

  it('no-usage has no counts', async () => {
    expect(await chat({ model: 'no-usage' })).not.toHaveProperty('usage');
    for (const path of [chatPath, messagesPath]) {
      const body = await text(path, { model: 'no-usage', stream_options: { include_usage: true } });
      expect(body).toContain('hello');
      expect(body).not.toContain('"usage"');
    }
  });
});

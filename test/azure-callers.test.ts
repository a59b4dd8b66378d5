/** Callers whose SDK is made for Azure OpenAI: their paths and their key header are doors like any other. */
import { AzureOpenAI } from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Rig, rigKey, startRig } from './cases/rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({ routes: { 'my-gpt': ['oa/real'], 'my-claude': ['an/real'] } });
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

const path = (deployment: string) => `/openai/deployments/${deployment}/chat/completions?api-version=2024-10-21`;
const body = (more: object = {}) => JSON.stringify({ messages: [{ role: 'user', content: 'hi' }], ...more });
const asAzure = { authorization: '', 'api-key': rigKey };
const sentBody = () => JSON.parse(rig.upstream.chat.body.toString()) as Record<string, unknown>;

describe('a deployment in the path', () => {
  it.each([
    ['without a model in the body', {}],
    ['with the same one', { model: 'my-gpt' }],
    ['with another one', { model: 'other' }],
  ])('is the model that is asked, %s', async (_, more) => {
    const answer = await rig.post(path('my-gpt'), body(more), asAzure);
    expect(answer.status).toBe(200);
    expect(sentBody().model).toBe('real');
    expect(rig.upstream.chat.query).toBe('');
  });

  it('is asked in another dialect too', async () => {
    const answer = await rig.post(path('my-claude'), body({ max_tokens: 9 }), asAzure);
    expect(answer.status).toBe(200);
    expect(rig.upstream.chat.path).toBe('/v1/messages');
    expect(sentBody().model).toBe('real');
  });

  it('may stream, which only the body says', async () => {
    const answer = await rig.post(path('my-gpt'), body({ stream: true }), asAzure);
    expect(answer.body).toContain('data: [DONE]');
    expect(sentBody().stream).toBe(true);
  });

  it('may have a slash in it, and is told as it was written when nobody has it', async () => {
    expect((await rig.post(path('oa%2Freal'), body(), asAzure)).status).toBe(200);
    const missing = await rig.post(path('oa%2Fmissing'), body(), asAzure);
    expect(missing.status).toBe(404);
    expect(missing.body).toContain('oa/missing');
    expect((await rig.post(path('%E0%A4%A'), body(), asAzure)).status).toBe(404);
  });

  it('needs a key like any other', async () => {
    expect((await rig.post(path('my-gpt'), body(), { authorization: '', 'api-key': 'tg-wrong' })).status).toBe(401);
  });
});

it('the v1 API stands under /openai/v1 as well', async () => {
  const answer = await rig.post('/openai/v1/chat/completions', body({ model: 'my-gpt' }), asAzure);
  expect(answer.status).toBe(200);
  expect(sentBody().model).toBe('real');
});

it('so does its Responses API', async () => {
  const answer = await rig.post('/openai/v1/responses', JSON.stringify({ model: 'my-gpt', input: 'hi' }), asAzure);
  expect(answer.status).toBe(200);
  expect(answer.json()).toMatchObject({ object: 'response', status: 'completed' });
  expect(sentBody().model).toBe('real');
});

describe('the official SDK', () => {
  const client = () =>
    new AzureOpenAI({
      endpoint: rig.url,
      apiKey: rigKey,
      apiVersion: '2024-10-21',
      deployment: 'my-gpt',
      maxRetries: 0,
    });
  const ask = { model: 'my-gpt', messages: [{ role: 'user' as const, content: 'hi' }] };

  it('gets an answer', async () => {
    const answer = await client().chat.completions.create(ask);
    expect(answer.choices[0]?.message.content).toBe('hi');
  });

  it('gets a stream', async () => {
    const stream = await client().chat.completions.create({ ...ask, stream: true });
    let text = '';
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
    expect(text).not.toBe('');
  });
});

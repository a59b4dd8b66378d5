/**
 * OpenRouter's fields, from callers of all five dialects over real sockets: they choose among the targets, and no provider
 * sees them; but one that chooses among others itself gets them as they are.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { openaiCompatible } from '../../src/providers/openai-compatible.ts';
import { type Answer, type Rig, type RigOptions, startRig } from '../cases/rig.ts';
import { type Script, startUpstream, type Upstream } from '../fakes/upstream.ts';

let rig: Rig | undefined;
const upstreams: Upstream[] = [];
afterEach(async () => {
  await rig?.close();
  for (const upstream of upstreams.splice(0)) await upstream.close();
});

/** Two providers, `one` and `two`, and a route over both. */
async function start(options: RigOptions = {}, scripts: readonly (Script | undefined)[] = []): Promise<Rig> {
  for (const script of [scripts[0], scripts[1]]) upstreams.push(await startUpstream(script && { script }));
  const [one = '', two = ''] = upstreams.map(({ url }) => url);
  rig = await startRig({
    routes: { both: ['oa/m@one', 'oa/m@two'], others: ['oa/x@two', 'oa/y@two'], mixed: ['an/m@one', 'oa/m@two'] },
    addresses: { one, two },
    ...options,
  });
  return rig;
}

const asked = () => upstreams.map(({ calls }) => calls.length);
const bodies = () => upstreams.flatMap(({ calls }) => calls.map(({ json }) => json as object));
const failing: Script = (_call, reply) => reply.json(500, { error: { message: 'no', type: 'server_error' } });

interface Caller {
  readonly name: string;
  readonly post: (rig: Rig, model: string, wishes: object) => Promise<Answer>;
}

const ask = (rig: Rig, path: string, body: object) => rig.post(path, JSON.stringify(body));
const callers: readonly Caller[] = [
  {
    name: 'chat completions',
    post: (rig, model, wishes) =>
      ask(rig, '/v1/chat/completions', { model, messages: [{ role: 'user', content: 'q' }], ...wishes }),
  },
  {
    name: 'messages',
    post: (rig, model, wishes) =>
      ask(rig, '/v1/messages', { model, max_tokens: 99, messages: [{ role: 'user', content: 'q' }], ...wishes }),
  },
  {
    name: 'responses',
    post: (rig, model, wishes) => ask(rig, '/v1/responses', { model, input: 'q', ...wishes }),
  },
  {
    name: 'generateContent',
    post: (rig, model, wishes) =>
      ask(rig, `/v1beta/models/${model}:generateContent`, {
        contents: [{ role: 'user', parts: [{ text: 'q' }] }],
        ...wishes,
      }),
  },
  {
    name: 'converse',
    post: (rig, model, wishes) =>
      ask(rig, `/model/${encodeURIComponent(model)}/converse`, {
        messages: [{ role: 'user', content: [{ text: 'q' }] }],
        ...wishes,
      }),
  },
];

describe.each(callers)('a caller of $name', ({ post }) => {
  it('names whom to ask first, and no provider sees how', async () => {
    const answer = await post(await start(), 'both', { provider: { order: ['two'] }, route: 'fallback', models: [] });
    expect(answer.status).toBe(200);
    expect(asked()).toEqual([0, 1]);
    for (const body of bodies())
      for (const field of ['provider', 'route', 'models']) expect(body).not.toHaveProperty(field);
  });

  it('names whom alone, and whom not, to ask', async () => {
    const rig = await start();
    expect((await post(rig, 'both', { provider: { only: ['two'] } })).status).toBe(200);
    expect((await post(rig, 'both', { provider: { ignore: ['one'] } })).status).toBe(200);
    expect(asked()).toEqual([0, 2]);
  });

  it('names other models for when the first one fails', async () => {
    const rig = await start({}, [failing]);
    const answer = await post(rig, 'oa/m@one', { models: ['others'] });
    expect(answer.status).toBe(200);
    expect(asked()).toEqual([1, 1]);
  });

  it('may have no fallback: one is asked, and its error is told', async () => {
    const answer = await post(await start({}, [failing]), 'both', { provider: { allow_fallbacks: false } });
    expect(answer.status).toBeGreaterThanOrEqual(500);
    expect(asked()[1]).toBe(0);
  });

  it('is told which field is wrong, and nobody is asked', async () => {
    const answer = await post(await start(), 'both', { provider: { sort: 'beauty' } });
    expect(answer.status).toBe(400);
    expect(answer.body).toContain('provider.sort must be one of price, throughput, latency');
    expect(asked()).toEqual([0, 0]);
  });

  it('is told whose rule leaves nobody', async () => {
    const answer = await post(await start(), 'both', { provider: { data_collection: 'deny' } });
    expect(answer.status).toBe(400);
    expect(answer.body).toContain('provider.data_collection is deny');
    expect(asked()).toEqual([0, 0]);
  });
});

const chat = (model: string, more: object = {}) => ({ model, messages: [{ role: 'user', content: 'q' }], ...more });

describe('prices', () => {
  const price = (input: bigint) => ({ id: `p${input}`, input: { base: input }, output: { base: input } });
  const models = { x: { price: price(9_000_000n) }, y: { price: price(1_000_000n) } };
  const named = () => bodies().map((body) => (body as { model?: string }).model);

  it('sort: price, and :floor, ask the cheapest first', async () => {
    const rig = await start({ models });
    await rig.chat(chat('others', { provider: { sort: 'price' } }));
    await rig.chat(chat('others:floor'));
    await rig.chat(chat('others'));
    expect(named()).toEqual(['y', 'y', 'x']);
  });

  it('max_price leaves out what is dearer, for each million tokens', async () => {
    const rig = await start({ models });
    expect((await rig.chat(chat('others', { provider: { max_price: { prompt: 2 } } }))).status).toBe(200);
    expect(named()).toEqual(['y']);
    const none = await rig.chat(chat('others', { provider: { max_price: { completion: '0.5' } } }));
    expect(none.status).toBe(400);
    expect(none.body).toContain('provider.max_price');
  });
});

describe('require_parameters', () => {
  const body = (more: object) => chat('mixed', { max_tokens: 9, frequency_penalty: 0.5, ...more });

  it('asks only who takes every field of the request', async () => {
    const rig = await start();
    const answer = await rig.chat(body({ provider: { require_parameters: true } }));
    expect(answer.status).toBe(200);
    expect(answer.headers['x-tollgate-dropped']).toBeUndefined();
    expect(asked()).toEqual([0, 1]);
  });

  it('says what each loses where nobody takes all of it', async () => {
    const answer = await (await start()).chat(body({ provider: { require_parameters: true, only: ['one'] } }));
    expect(answer.status).toBe(400);
    expect(answer.body).toContain('frequency_penalty');
    expect(asked()).toEqual([0, 0]);
  });

  it('is asked for, or nobody is left out', async () => {
    const rig = await start();
    expect((await rig.chat(chat('mixed', { max_tokens: 9 }))).status).toBe(200);
    expect(asked()).toEqual([1, 0]);
  });
});

describe('a provider that chooses among others itself', () => {
  it('gets the fields as they are', async () => {
    const rig = await start({ providers: { oa: { ...openaiCompatible, choosesItself: true } } });
    const wishes = { provider: { order: ['x'], zdr: true }, models: ['oa/n'], route: 'fallback' };
    expect((await rig.chat(chat('oa/m', wishes))).status).toBe(200);
    expect(rig.upstream.calls[0]?.json).toMatchObject(wishes);
  });
});

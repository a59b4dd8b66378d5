/** Cases 64, 65, 67 and 69: how much a model is asked to think, and the thinking of openai-chat providers. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Say, wireText } from '../fakes/answer.ts';
import { type ChatWireOptions, chatJson, chatStream } from '../fakes/chat-wire.ts';
import { sseHeaders } from '../fakes/reply.ts';
import { asObject, readEvents, readObject } from '../validators/sse-events.ts';
import { asked, type Sent } from './asked.ts';
import { type Rig, startRig } from './rig.ts';
import { ask, askStream, readStream, violations } from './stream-reader.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({
    models: {
      budget: { thinking: 'budget', outputTokensMax: 64_000 },
      adaptive: { thinking: 'adaptive', outputTokensMax: 128_000, fixedSampling: true },
      older: { thinking: 'adaptive', outputTokensMax: 128_000, efforts: ['low', 'medium', 'high', 'max'] },
      effort: { thinking: 'effort', fixedSampling: true, outputTokensMax: 128_000 },
      own: { thinking: 'effort' },
      plain: { thinking: 'none', outputTokensMax: 8192 },
    },
  });
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

const efforts = ['minimal', 'low', 'medium', 'high', 'xhigh', 'max'];
const budgetOf = (up: Sent) => Number(asObject(up.thinking)?.budget_tokens);

/** What the provider receives for each effort, with `rest`. */
async function byEffort(model: string, rest: object = {}): Promise<Sent[]> {
  const ups: Sent[] = [];
  for (const reasoning_effort of efforts) {
    rig.forget();
    ups.push((await asked(rig, 'chat', model, { reasoning_effort, ...rest })).up);
  }
  return ups;
}

describe('case 64: reasoning_effort over anthropic', () => {
  it.each([undefined, 1500, 100_000])('budgets grow with the effort and leave room (max_tokens %s)', async (limit) => {
    const ups = await byEffort('an/budget', limit === undefined ? {} : { max_tokens: limit });
    const budgets = ups.map(budgetOf);
    expect(budgets.toSorted((a, b) => a - b)).toEqual(budgets);
    expect(Math.min(...budgets)).toBeGreaterThanOrEqual(1024);
    for (const up of ups) {
      expect(up.thinking).toMatchObject({ type: 'enabled' });
      expect(up.max_tokens).toBe(Math.min(limit ?? 64_000, 64_000));
      expect(budgetOf(up)).toBeLessThan(Number(up.max_tokens));
    }
    if (limit !== 1500) expect(new Set(budgets).size).toBeGreaterThan(4);
  });

  it('none is no thinking, and nothing is lost', async () => {
    for (const model of ['an/budget', 'an/adaptive', 'an/unknown']) {
      rig.forget();
      const { up, dropped } = await asked(rig, 'chat', model, { reasoning_effort: 'none' });
      expect(up.thinking).toBeUndefined();
      expect(dropped).toEqual([]);
    }
  });

  it('has no room below 1024 tokens: thinking is off, and that is told', async () => {
    const { up, dropped } = await asked(rig, 'chat', 'an/budget', { reasoning_effort: 'high', max_tokens: 512 });
    expect(up.thinking).toBeUndefined();
    expect(up.max_tokens).toBe(512);
    expect(dropped).toEqual(['thinking']);
  });

  it('takes away the sampling that thinking excludes, and says so', async () => {
    const sampling = { temperature: 0.5, top_k: 5, top_p: 0.97 };
    const { up, dropped } = await asked(rig, 'chat', 'an/budget', { reasoning_effort: 'low', ...sampling });
    expect([up.temperature, up.top_k, up.top_p]).toEqual([undefined, undefined, 0.97]);
    expect(dropped.toSorted()).toEqual(['temperature', 'top_k']);
    rig.forget();
    const low = await asked(rig, 'chat', 'an/budget', { reasoning_effort: 'low', temperature: 1, top_p: 0.5 });
    expect([low.up.temperature, low.up.top_p, low.dropped]).toEqual([undefined, undefined, ['top_p']]);
  });

  it('is an effort word beside adaptive thinking where the model thinks so', async () => {
    const ups = await byEffort('an/adaptive', { max_tokens: 512 });
    expect(ups.map((up) => up.thinking)).toEqual(efforts.map(() => ({ type: 'adaptive' })));
    const words = ups.map((up) => asObject(up.output_config)?.effort);
    expect(words).toEqual(['low', 'low', 'medium', 'high', 'xhigh', 'max']);
  });

  it('is never a word that the model does not know', async () => {
    const words = (await byEffort('an/older')).map((up) => asObject(up.output_config)?.effort);
    expect(words).toEqual(['low', 'low', 'medium', 'high', 'high', 'max']);
    rig.forget();
    const { dropped } = await asked(rig, 'chat', 'an/older', { reasoning_effort: 'xhigh' });
    expect(dropped).toEqual(['thinking.effort']);
  });

  it('asks nothing of a model that does not think', async () => {
    const { up, dropped } = await asked(rig, 'chat', 'an/plain', { reasoning_effort: 'high' });
    expect([up.thinking, up.output_config, dropped]).toEqual([undefined, undefined, ['thinking']]);
  });

  it('unknown words and types are refused with their name', async () => {
    for (const reasoning_effort of ['extreme', 3]) {
      const answer = await rig.chat({
        model: 'an/budget',
        messages: [{ role: 'user', content: 'x' }],
        reasoning_effort,
      });
      expect([answer.status, asObject(asObject(answer.json())?.error)?.param]).toEqual([400, 'reasoning_effort']);
    }
    expect(rig.upstream.calls).toEqual([]);
  });
});

describe('case 65: thinking over openai-chat', () => {
  const thinking = (budget: number) => ({
    max_tokens: 40_000,
    thinking: { type: 'enabled', budget_tokens: budget },
  });

  it('a budget becomes the effort that it buys; the limit stays what it was', async () => {
    const words: unknown[] = [];
    for (const budget of [1024, 8000, 32_000]) {
      rig.forget();
      const { up, dropped } = await asked(rig, 'messages', 'oa/effort', thinking(budget));
      words.push(up.reasoning_effort);
      expect([up.max_completion_tokens, up.max_tokens, up.thinking]).toEqual([40_000, undefined, undefined]);
      expect(dropped).toEqual([]);
    }
    expect(words).toEqual(['low', 'medium', 'high']);
  });

  it.each([
    ['low', 'low', []],
    ['high', 'high', []],
    ['xhigh', 'high', ['thinking.effort']],
    ['max', 'high', ['thinking.effort']],
  ])('adaptive with effort %s asks for %s', async (effort, word, lost) => {
    const rest = { thinking: { type: 'adaptive' }, output_config: { effort } };
    const { up, dropped } = await asked(rig, 'messages', 'oa/effort', rest);
    expect([up.reasoning_effort, dropped]).toEqual([word, lost]);
  });

  it('disabled asks for the least, and is not simply forgotten', async () => {
    const { up, dropped } = await asked(rig, 'messages', 'oa/effort', { thinking: { type: 'disabled' } });
    expect([up.reasoning_effort, dropped]).toEqual(['low', ['thinking']]);
  });

  it('sampling that a reasoning model refuses is taken away, and that is told', async () => {
    const rest = { ...thinking(8000), temperature: 1, top_p: 0.5 };
    const { up, dropped } = await asked(rig, 'messages', 'oa/effort', rest);
    expect([up.temperature, up.top_p, dropped]).toEqual([undefined, undefined, ['top_p']]);
  });

  it.each(['plain', 'unknown'])('a model that does not take an effort gets none: %s', async (name) => {
    const { up, dropped } = await asked(rig, 'messages', `oa/${name}`, thinking(8000));
    expect([up.reasoning_effort, up.thinking, dropped]).toEqual([undefined, undefined, ['thinking']]);
    expect(up.max_tokens).toBe(name === 'plain' ? 8192 : 4096);
  });
});

describe('FX10: numbers that hold whatever our constants are', () => {
  it('medium without a limit has a legal budget', async () => {
    const { up } = await asked(rig, 'chat', 'an/budget', { reasoning_effort: 'medium' });
    expect(budgetOf(up)).toBeGreaterThanOrEqual(1024);
    expect(budgetOf(up)).toBeLessThan(Number(up.max_tokens));
  });

  it('high in 900 tokens is no thinking, and is told; none is none', async () => {
    const { up, dropped } = await asked(rig, 'chat', 'an/budget', { reasoning_effort: 'high', max_tokens: 900 });
    expect([up.thinking, up.max_tokens, dropped]).toEqual([undefined, 900, ['thinking']]);
    rig.forget();
    const none = await asked(rig, 'chat', 'an/budget', { reasoning_effort: 'none' });
    expect(none.up.thinking).toBeUndefined();
  });

  it('low with a forced tool and a temperature is a request that anthropic takes', async () => {
    const tools = [{ type: 'function', function: { name: 'f' } }];
    const rest = { reasoning_effort: 'low', temperature: 0.2, tool_choice: 'required', tools };
    const { up, dropped } = await asked(rig, 'chat', 'an/budget', rest);
    expect([up.tool_choice, up.thinking, up.temperature]).toEqual([{ type: 'any' }, undefined, 0.2]);
    expect(dropped).toEqual(['thinking']);
  });

  it('16,000 tokens with 10,000 of thinking are 16,000 and an effort', async () => {
    const rest = { max_tokens: 16_000, thinking: { type: 'enabled', budget_tokens: 10_000 }, temperature: 1 };
    const { up } = await asked(rig, 'messages', 'oa/effort', rest);
    expect([up.max_completion_tokens, up.max_tokens, up.temperature]).toEqual([16_000, undefined, undefined]);
    expect(up.reasoning_effort).toBe('medium');
  });

  it('an operator’s own model that takes an effort is asked for one', async () => {
    const rest = { max_tokens: 4000, thinking: { type: 'enabled', budget_tokens: 2000 }, temperature: 1 };
    const { up, dropped } = await asked(rig, 'messages', 'oa/own', rest);
    expect([up.reasoning_effort, up.max_tokens, up.temperature, dropped]).toEqual(['low', 4000, 1, []]);
  });
});

/** The next answer, whole or streamed as it is asked for. */
function answerWith(say: Say, options: ChatWireOptions = {}): void {
  rig.upstream.once(async (call, reply) => {
    if (!call.stream) return reply.send(200, { 'content-type': 'application/json' }, chatJson(say, options));
    reply.head(200, sseHeaders);
    await reply.write(wireText(chatStream(say, { includeUsage: true, ...options })));
    reply.end();
  });
}

/** Types and texts of the blocks that a Messages caller got. */
function blocksOf(body: string): string[] {
  const blocks: string[] = [];
  for (const { data } of readEvents(body).events) {
    const event = readObject(data ?? '') ?? {};
    const block = asObject(event.content_block);
    const delta = asObject(event.delta) ?? {};
    if (block !== undefined) blocks.push(`${String(block.type)}:`);
    const last = blocks.length - 1;
    if (last >= 0) blocks[last] += String(delta.thinking ?? delta.text ?? delta.partial_json ?? '');
  }
  return blocks;
}

describe('case 67: reasoning of an openai-chat provider', () => {
  const say: Say = { thinking: 'so it is', text: 'yes, it is', usage: { input: 10, output: 6, thinking: 3 } };
  const slots = ['reasoning_content', 'reasoning', 'reasoning_details'] as const;

  it.each(slots)('in %s is a thinking block before the text, streamed or whole', async (reasoning) => {
    answerWith(say, { reasoning });
    const whole = await ask(rig, 'messages', 'oa/effort');
    const content = asObject(whole.json())?.content;
    expect(content).toMatchObject([
      { type: 'thinking', thinking: 'so it is' },
      { type: 'text', text: 'yes, it is' },
    ]);
    answerWith(say, { reasoning });
    const stream = await askStream(rig, 'messages', 'oa/effort');
    expect(violations('messages', stream.body, 'whole')).toEqual([]);
    expect(blocksOf(stream.body)).toEqual(['thinking:so it is', 'text:yes, it is']);
    for (const row of await rig.rows(2)) {
      expect(row).toMatchObject({ usage: { input: 10, output: 6, thinking: 3 }, estimated: false });
      expect(row.costNanoUsd).toBe(String(10_000 + 12_000));
    }
  });

  it.each(slots)('in %s is left as it is for a chat caller', async (reasoning) => {
    answerWith(say, { reasoning });
    expect((await ask(rig, 'chat', 'oa/effort')).body).toBe(chatJson(say, { reasoning }));
    answerWith(say, { reasoning });
    const stream = await askStream(rig, 'chat', 'oa/effort');
    expect(stream.body).toBe(wireText(chatStream(say, { includeUsage: true, reasoning })));
  });

  it('in tags inside the text stays text: nobody has said that they are thinking', async () => {
    answerWith({ text: '<think>hm</think>yes' });
    const answer = await ask(rig, 'messages', 'oa/effort');
    expect(asObject(answer.json())?.content).toMatchObject([{ type: 'text', text: '<think>hm</think>yes' }]);
  });
});

describe('case 69: interleaved reasoning', () => {
  const say: Say = {
    blocks: [
      { type: 'thinking', text: 'first' },
      { type: 'text', text: 'a' },
      { type: 'thinking', text: 'then' },
      { type: 'tool-call', id: 'c1', name: 'f', args: '{"x":1}' },
    ],
  };

  it.each(['reasoning_content', 'reasoning', 'reasoning_details'] as const)(
    'is four blocks in their order (%s)',
    async (reasoning) => {
      answerWith(say, { reasoning });
      const answer = await askStream(rig, 'messages', 'oa/effort');
      expect(violations('messages', answer.body, 'whole')).toEqual([]);
      expect(blocksOf(answer.body)).toEqual(['thinking:first', 'text:a', 'thinking:then', 'tool_use:{"x":1}']);
      expect(readStream('messages', answer.body).stop).toBe('tool_use');
    },
  );
});

/** Cases 111, 112 and 114: who is asked after a failure, and who is not. Fault F10 overlaps. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { wireText } from '../fakes/answer.ts';
import { chatStream } from '../fakes/chat-wire.ts';
import { messagesStream } from '../fakes/messages-wire.ts';
import { errorBody } from '../fakes/persona-script.ts';
import { sseHeaders } from '../fakes/reply.ts';
import type { Script } from '../fakes/upstream.ts';
import { errorViolations } from '../validators/error-answer.ts';
import { type Rig, startRig } from './rig.ts';
import { ask, askStream, dialectOf, readStream, roads, violations } from './stream-reader.ts';

// Retries are a share of the requests, and illness is remembered: each test has a gateway of its own.
let rig: Rig;
beforeEach(async () => {
  rig = await startRig({
    routes: { pair: ['oa/first', 'oa/second'], mixed: ['oa/first', 'an/second'], back: ['an/first', 'oa/second'] },
    settings: { retryDelayMs: 60 },
  });
});
afterEach(() => rig.close());

const failing =
  (status: number): Script =>
  (call, reply) =>
    reply.json(status, errorBody(call, `failure number ${status}`, status));
const reset: Script = (_call, reply) => reply.reset();

describe('case 111: a failure that passes', () => {
  describe.each([
    ['500', failing(500)],
    ['529', failing(529)],
    ['a reset before the headers', reset],
  ])('%s, then fine', (_name, fail) => {
    it.each(roads)(
      '%s over %s: 200 after a pause, one row with both attempts, and only the answer is charged',
      async (door, upstream) => {
        rig.upstream.once(fail);
        const answer = await ask(rig, door, `${upstream}/echo`);
        expect(answer.status).toBe(200);
        expect(answer.headers['x-tollgate-attempts']).toBe('2');
        const [first, second, ...more] = rig.upstream.chats;
        expect(more).toEqual([]);
        expect((second?.arrivedAtMs ?? 0) - (first?.arrivedAtMs ?? 0)).toBeGreaterThan(25);
        expect(second?.body.equals(first?.body ?? Buffer.alloc(0))).toBe(true);
        const row = await rig.row();
        expect(row).toMatchObject({
          status: 'completed',
          estimated: false,
          attempts: [{ error: expect.any(String) }, { status: 200 }],
        });
        expect(row.attempts[1]?.error).toBeUndefined();
        expect(row.usage).toMatchObject({ input: second?.usage?.input, output: second?.usage?.output });
        expect(BigInt(row.costNanoUsd)).toBe(BigInt(row.usage.input * 1000 + row.usage.output * 2000));
      },
    );
  });

  it('a provider that stays down is asked twice and no more', async () => {
    rig.upstream.on('down', failing(500));
    expect((await ask(rig, 'chat', 'oa/down')).status).toBe(502);
    expect(rig.upstream.chats).toHaveLength(2);
  });

  it('F10: a storm of failures is not answered with a storm of retries', async () => {
    rig.upstream.on('down', failing(503));
    const startedAt = performance.now();
    await Promise.all(Array.from({ length: 100 }, () => ask(rig, 'chat', 'oa/down')));
    // A tenth, and three in each span of ten seconds, rounded up; the storm may begin at the end of one.
    const spans = 2 + Math.floor((performance.now() - startedAt) / 10_000);
    expect(rig.upstream.chats.length).toBeLessThanOrEqual(100 + 10 + 4 * spans);
    expect(rig.upstream.chats.length).toBeGreaterThan(100);
    expect(await rig.rows(100)).toHaveLength(100);
  });
});

describe('case 112: nothing is asked again once something was shown', () => {
  describe.each([
    ['reset', reset],
    ['FIN', ((_call, reply) => reply.fin()) satisfies Script],
    ['a clean end', ((_call, reply) => reply.end()) satisfies Script],
  ])('%s after the first word', (_name, fail) => {
    it.each(roads)('%s over %s, with another provider at hand', async (door, upstream) => {
      const events = upstream === 'oa' ? chatStream({ text: 'Hel lo' }) : messagesStream({ text: 'Hel lo' });
      const begun = events.slice(0, events.findIndex((event) => event.text.includes('Hel')) + 1);
      rig.upstream.on('first', async (call, reply, fake) => {
        reply.head(200, sseHeaders);
        await reply.write(wireText(begun));
        await fail(call, reply, fake);
      });
      const { body } = await askStream(rig, door, upstream === 'oa' ? 'mixed' : 'back');
      expect(violations(door, body, 'failed')).toEqual([]);
      expect(readStream(door, body).text).toBe('Hel');
      expect(rig.upstream.chats.map((call) => call.model)).toEqual(['first']);
      expect(await rig.row()).toMatchObject({ status: 'failed', attempts: [{ status: 200, error: 'upstream' }] });
    });
  });
});

describe('case 114: from one dialect to the other', () => {
  const conversation = {
    tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } }],
    messages: [
      { role: 'system', content: 'S' },
      { role: 'user', content: 'go' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'f', arguments: '{"b":1}' } }],
      },
      { role: 'tool', tool_call_id: 'c1', content: 'done' },
    ],
  };

  it.each(['chat', 'messages'] as const)('%s: the second is asked with what the caller said', async (door) => {
    rig.upstream.once(failing(503));
    const rest =
      door === 'chat'
        ? conversation
        : { system: 'S', tools: [{ name: 'f', input_schema: { type: 'object', properties: {} } }] };
    const answer = await askStream(rig, door, door === 'chat' ? 'mixed' : 'back', rest);
    expect(violations(door, answer.body, 'whole')).toEqual([]);
    const [first, second] = rig.upstream.chats;
    expect([first?.dialect, second?.dialect]).toEqual(
      door === 'chat' ? ['openai-chat', 'anthropic'] : ['anthropic', 'openai-chat'],
    );
    if (door === 'chat') {
      expect(second?.json).toMatchObject({
        model: 'second',
        system: [{ text: 'S' }],
        tools: [{ name: 'f', input_schema: { type: 'object' } }],
        messages: [
          { role: 'user' },
          { role: 'assistant', content: [{ type: 'tool_use', name: 'f', input: { b: 1 } }] },
          { role: 'user', content: [{ type: 'tool_result' }] },
        ],
      });
      expect(second?.headers).toMatchObject({ 'x-api-key': 'sk-upstream-secret-canary' });
    } else {
      expect(second?.json).toMatchObject({
        model: 'second',
        messages: [{ content: 'S' }, { role: 'user' }],
        tools: [{ function: { name: 'f' } }],
      });
      expect(second?.headers).toMatchObject({ authorization: 'Bearer sk-upstream-secret-canary' });
      expect(second?.headers['anthropic-version']).toBeUndefined();
    }
    expect(answer.headers['x-tollgate-model']).toBe(door === 'chat' ? 'an/second' : 'oa/second');
    expect(await rig.row()).toMatchObject({
      status: 'completed',
      upstreamDialect: door === 'chat' ? 'anthropic' : 'openai-chat',
      attempts: [{ status: 503, error: 'overloaded' }, { status: 200 }],
    });
  });

  it('thinking that only the first could have taken back does not reach the second', async () => {
    rig.upstream.once(failing(503));
    const answer = await ask(rig, 'messages', 'back', {
      thinking: { type: 'enabled', budget_tokens: 1024 },
      max_tokens: 4000,
      messages: [
        { role: 'user', content: 'go' },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'secret thought', signature: 'Sig==' },
            { type: 'text', text: 'ok' },
          ],
        },
        { role: 'user', content: 'on' },
      ],
    });
    expect(answer.status).toBe(200);
    const [first, second] = rig.upstream.chats;
    expect(first?.body.toString()).toContain('Sig==');
    expect(second?.body.toString()).not.toContain('Sig==');
  });

  it('what the second cannot express at all: the first error is the answer', async () => {
    rig.upstream.on('first', failing(503));
    const answer = await ask(rig, 'chat', 'mixed', { n: 2 });
    expect(errorViolations(answer, { dialect: 'openai-chat', status: 503, code: 'overloaded' })).toEqual([]);
    expect(rig.upstream.chats.every((call) => call.dialect === 'openai-chat')).toBe(true);
    expect(await rig.row()).toMatchObject({ status: 'failed', errorKind: 'overloaded' });
  });

  it('when both fail, the caller is told in its own dialect', async () => {
    rig.upstream.on('first', failing(503)).on('second', failing(500));
    for (const [door, model] of [
      ['chat', 'mixed'],
      ['messages', 'back'],
    ] as const) {
      const answer = await ask(rig, door, model);
      expect(errorViolations(answer, { dialect: dialectOf(door), status: 502 })).toEqual([]);
    }
  });
});

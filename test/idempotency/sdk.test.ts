/** Official SDKs under an `Idempotency-Key`: they read an answer that is given again as they read the first. */
import Anthropic from '@anthropic-ai/sdk';
import { InvokeModelWithResponseStreamCommand } from '@aws-sdk/client-bedrock-runtime';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { awsClient } from '../bedrock/ask.ts';
import { rigKey } from '../cases/rig.ts';
import { wireText } from '../fakes/answer.ts';
import { chatStream } from '../fakes/chat-wire.ts';
import { Gate } from '../fakes/gate.ts';
import { messagesStream } from '../fakes/messages-wire.ts';
import { sseHeaders } from '../fakes/reply.ts';
import type { Script } from '../fakes/upstream.ts';
import { type KeyedRig, quiet, startKeyedRig } from './keyed.ts';

let rig: KeyedRig;
beforeAll(async () => {
  rig = await startKeyedRig();
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

const say = { text: 'Hello there', tools: [{ id: 'call_a', name: 'f', args: '{"city":"Bern"}' }] };
const chat: Script = (_call, reply) => reply.send(200, sseHeaders, wireText(chatStream(say, { includeUsage: true })));
const messages: Script = (_call, reply) => reply.send(200, sseHeaders, wireText(messagesStream(say)));
const user = { role: 'user' as const, content: 'hi' };

async function all<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const each of stream) list.push(each);
  return list;
}

async function twice<T>(ask: () => Promise<T>): Promise<[T, T]> {
  const first = await ask();
  await quiet(rig);
  const again = await ask();
  expect(rig.upstream.calls).toHaveLength(1);
  return [first, again];
}

it("OpenAI's: a stream", async () => {
  rig.upstream.once(chat);
  const openai = new OpenAI({ apiKey: rigKey, baseURL: `${rig.url}/v1`, maxRetries: 0 });
  const [first, again] = await twice(async () => {
    const stream = await openai.chat.completions.create(
      { model: 'oa/m', stream: true, stream_options: { include_usage: true }, messages: [user] },
      { headers: { 'Idempotency-Key': 'openai' } },
    );
    return all(stream);
  });
  expect(first.length).toBeGreaterThan(3);
  expect(again).toEqual(first);
});

it("Anthropic's: a translated stream, by its own helper", async () => {
  rig.upstream.once(chat);
  const anthropic = new Anthropic({ apiKey: rigKey, baseURL: rig.url, maxRetries: 0 });
  const [first, again] = await twice(() =>
    anthropic.messages
      .stream({ model: 'oa/m', max_tokens: 100, messages: [user] }, { headers: { 'Idempotency-Key': 'anthropic' } })
      .finalMessage(),
  );
  expect(first.content).toMatchObject([{ type: 'text', text: 'Hello there' }, { type: 'tool_use' }]);
  expect(again).toEqual(first);
});

it("AWS's: frames around frames, whose wrapping is kept with them", async () => {
  rig.upstream.once(messages);
  const aws = awsClient(rig);
  aws.middlewareStack.add(
    (next) => (args) => {
      (args.request as { headers: Record<string, string> }).headers['idempotency-key'] = 'aws';
      return next(args);
    },
    { step: 'build' },
  );
  const [first, again] = await twice(async () => {
    const body = JSON.stringify({ anthropic_version: 'bedrock-2023-05-31', max_tokens: 100, messages: [user] });
    const answer = await aws.send(new InvokeModelWithResponseStreamCommand({ modelId: 'an/m', body }));
    if (answer.body === undefined) throw new Error('no body');
    const events = await all(answer.body);
    return events.map(({ chunk }) => JSON.parse(Buffer.from(chunk?.bytes ?? []).toString()));
  });
  expect(first.length).toBeGreaterThan(3);
  expect(again).toEqual(first);
  aws.destroy();
});

it('retries of an SDK while the first one runs end in its answer', async () => {
  const gate = new Gate();
  rig.upstream.once(async (call, reply, upstream) => {
    await gate.pass();
    await chat(call, reply, upstream);
  });
  const openai = new OpenAI({ apiKey: rigKey, baseURL: `${rig.url}/v1`, maxRetries: 5 });
  const statuses: number[] = [];
  const watched = openai.withOptions({
    fetch: async (url, init) => {
      const answer = await fetch(url, init);
      statuses.push(answer.status);
      if (answer.status === 409) gate.release();
      return answer;
    },
  });
  const ask = (client: OpenAI) =>
    client.chat.completions.create(
      { model: 'oa/m', stream: true, messages: [user] },
      { headers: { 'Idempotency-Key': 'retries' } },
    );
  const running = ask(openai).then((stream) => all(stream));
  await gate.reached;
  const joined = await all(await ask(watched));
  expect(statuses).toContain(409);
  expect(statuses.at(-1)).toBe(200);
  expect(joined).toEqual(await running);
  expect(rig.upstream.calls).toHaveLength(1);
});

/** What the official SDK makes of failures, of an idle stream, and of its own ways to sign in. */
import {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
  CountTokensCommand,
} from '@aws-sdk/client-bedrock-runtime';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { request } from 'undici';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Rig, rigKey, startRig } from '../cases/rig.ts';
import { Gate } from '../fakes/gate.ts';
import type { Script } from '../fakes/upstream.ts';
import { encode } from '../golden/bedrock-converse/event-stream.ts';
import { bedrockStreamViolations } from '../validators/bedrock-stream.ts';
import { awsClient, conversePath, hello } from './ask.ts';

let rig: Rig;
let client: BedrockRuntimeClient;
beforeAll(async () => {
  rig = await startRig({ settings: { keepaliveMs: 40 } });
  client = awsClient(rig);
});
afterAll(() => {
  client.destroy();
  return rig.close();
});
beforeEach(() => rig.forget());

const ask = { messages: [{ role: 'user' as const, content: [{ text: 'Hello' }] }] };
const event = (type: string, body: Record<string, unknown>) => encode({ type, isException: false, body });
const exception = (type: string, message: string) => encode({ type, isException: true, body: { message } });
const streamHeaders = { 'content-type': 'application/vnd.amazon.eventstream' };

const beginning = Buffer.concat([
  event('messageStart', { role: 'assistant' }),
  event('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'Hel' } }),
]);
const usage = { inputTokens: 1, outputTokens: 2, totalTokens: 3 };
const rest = Buffer.concat([
  event('contentBlockStop', { contentBlockIndex: 0 }),
  event('messageStop', { stopReason: 'end_turn' }),
  event('metadata', { usage, metrics: { latencyMs: 1 } }),
]);

const streamed =
  (...pieces: readonly Buffer[]): Script =>
  async (_call, reply) => {
    reply.head(200, streamHeaders);
    for (const piece of pieces) await reply.write(piece);
    reply.end();
  };

async function textOf(model: string): Promise<{ text: string; failure: unknown }> {
  let text = '';
  try {
    const { stream } = await client.send(new ConverseStreamCommand({ modelId: model, ...ask }));
    for await (const { contentBlockDelta } of stream ?? []) text += contentBlockDelta?.delta?.text ?? '';
  } catch (failure) {
    return { text, failure };
  }
  return { text, failure: undefined };
}

describe('the AWS SDK', () => {
  it.each([
    ['throttlingException', 'ThrottlingException'],
    ['modelStreamErrorException', 'ModelStreamErrorException'],
    ['serviceUnavailableException', 'ServiceUnavailableException'],
    ['internalServerException', 'InternalServerException'],
  ])('throws the %s that a provider of Converse sends in its stream', async (type, name) => {
    rig.upstream.once(streamed(beginning, exception(type, 'no more')));
    const { text, failure } = await textOf('be/m');
    expect([text, (failure as Error).name, (failure as Error).message]).toEqual(['Hel', name, 'no more']);
    expect((await rig.row()).status).toBe('failed');
  });

  it('throws when a provider of any dialect breaks off', async () => {
    rig.upstream.once(streamed(beginning));
    expect(await textOf('be/m')).toMatchObject({ text: 'Hel', failure: { name: 'ModelStreamErrorException' } });
    rig.upstream.once(async (_call, reply) => {
      reply.head(200, { 'content-type': 'text/event-stream' });
      await reply.write('data: {"choices":[{"index":0,"delta":{"role":"assistant","content":"Hel"}}]}\n\n');
      reply.end();
    });
    expect(await textOf('oa/m')).toMatchObject({ text: 'Hel', failure: { name: 'ModelStreamErrorException' } });
  });

  it.each([
    [400, { error: { message: 'no', type: 'invalid_request_error' } }, 'ValidationException', 400],
    [401, { error: { message: 'no' } }, 'InternalServerException', 502],
    [
      404,
      { error: { message: 'The model `x` does not exist', code: 'model_not_found' } },
      'ResourceNotFoundException',
      404,
    ],
    [429, { error: { message: 'slow down' } }, 'ThrottlingException', 429],
    [503, { error: { message: 'busy' } }, 'ServiceUnavailableException', 503],
  ])('throws a provider’s %i by its name', async (status, body, name, due) => {
    for (let i = 0; i < 2; i++) rig.upstream.once((_call, reply) => reply.json(status, body));
    const failure = await client
      .send(new ConverseCommand({ modelId: 'oa/m', ...ask }))
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ name, $metadata: { httpStatusCode: due } });
  });

  it('reads a stream with keepalives in it, before and between its events', async () => {
    const gates = [new Gate(), new Gate()];
    rig.upstream.once(async (_call, reply) => {
      reply.head(200, streamHeaders);
      for (const [i, piece] of [beginning, rest].entries()) {
        await gates[i]?.pass();
        await reply.write(piece);
      }
      reply.end();
    });
    const { body: pieces } = await request(rig.url + conversePath('be/m', true), {
      method: 'POST',
      headers: { authorization: `Bearer ${rigKey}` },
      body: JSON.stringify(hello),
    });
    let seen = Buffer.alloc(0);
    for await (const piece of pieces) {
      seen = Buffer.concat([seen, piece as Buffer]);
      if (seen.includes('keepalive')) gates[0]?.release();
      if (seen.lastIndexOf('keepalive') > seen.indexOf('"Hel"') && seen.includes('"Hel"')) gates[1]?.release();
    }
    expect(bedrockStreamViolations(seen, { outcome: 'whole' })).toEqual([]);
    // The same bytes, for the SDK.
    rig.upstream.once(streamed(seen));
    const direct = awsClient(rig.upstream);
    const { stream } = await direct.send(new ConverseStreamCommand({ modelId: 'm', ...ask }));
    const events: string[] = [];
    for await (const each of stream ?? []) events.push(Object.keys(each)[0] ?? '');
    direct.destroy();
    expect(events).toEqual(['messageStart', 'contentBlockDelta', 'contentBlockStop', 'messageStop', 'metadata']);
  });

  it('signs in with a bearer key, or with the key as its access key id', async () => {
    rig.upstream.on('', streamed(beginning, rest));
    expect(await textOf('be/m')).toEqual({ text: 'Hel', failure: undefined });
    const signing = new BedrockRuntimeClient({
      endpoint: rig.url,
      region: 'us-east-1',
      credentials: { accessKeyId: rigKey, secretAccessKey: 'anything' },
      authSchemePreference: ['sigv4'],
      maxAttempts: 1,
      requestHandler: new NodeHttpHandler(),
    });
    const { stream } = await signing.send(new ConverseStreamCommand({ modelId: 'be/m', ...ask }));
    const events: string[] = [];
    for await (const each of stream ?? []) events.push(Object.keys(each)[0] ?? '');
    expect(events).toEqual(['messageStart', 'contentBlockDelta', 'contentBlockStop', 'messageStop', 'metadata']);
    signing.destroy();
    // Nothing of the caller's signature goes on.
    expect(rig.upstream.calls.map((call) => call.headers.authorization)).toEqual(
      Array(2).fill('Bearer sk-upstream-secret-canary'),
    );
  });

  it('counts tokens', async () => {
    const input = { converse: { messages: ask.messages, system: [{ text: 'Be brief.' }] } };
    const { inputTokens } = await client.send(new CountTokensCommand({ modelId: 'oa/m', input }));
    expect(inputTokens).toBeGreaterThan(0);
  });
});

/**
 * Converse and the other dialects: recordings of one, read by the official SDK of the other, whole and as a stream, equal
 * to what a right reader gets.
 */
import type { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Rig, startRig } from '../cases/rig.ts';
import { type Recording, recording, recordingsExist } from '../fakes/recording.ts';
import { corpus, prefixes, type Wire } from '../recorded/corpus.ts';
import { endsInError } from '../recorded/exceptions.ts';
import { readBySdk } from '../recorded/sdk-readers.ts';
import { truthOf } from '../recorded/truth.ts';
import { bedrockStreamViolations } from '../validators/bedrock-stream.ts';
import { answers, askBytes, awsClient, conversePath, hello, named, streams } from './ask.ts';
import { answerLosses } from './exceptions.ts';
import { readByAws, type SdkReading } from './sdk.ts';

let rig: Rig;
let client: BedrockRuntimeClient;
beforeAll(async () => {
  rig = await startRig();
  client = awsClient(rig);
});
afterAll(() => {
  client.destroy();
  return rig.close();
});
beforeEach(() => rig.forget());

interface Expected {
  readonly text: string;
  readonly reasoning: string;
  readonly tool_calls: readonly { readonly id: string; readonly name: string; readonly arguments: unknown }[];
  readonly finish: string;
  readonly usage: Readonly<Record<string, number | null>>;
}

const expected = (kept: Recording) => kept.expect as unknown as Expected;

describe.skipIf(!recordingsExist)('Converse, read by callers of other dialects', () => {
  const finishes: Readonly<Record<Wire, Readonly<Record<string, string>>>> = {
    'openai-chat': {
      end_turn: 'stop',
      tool_use: 'tool_calls',
      max_tokens: 'length',
      guardrail_intervened: 'content_filter',
    },
    anthropic: {
      end_turn: 'end_turn',
      tool_use: 'tool_use',
      max_tokens: 'max_tokens',
      guardrail_intervened: 'refusal',
    },
  };
  const kept = [...streams, ...answers].map(named);
  const cases = kept.flatMap(([name, each]) =>
    (['openai-chat', 'anthropic'] as const).flatMap((caller) =>
      [true, false].map((stream) => [name, caller, stream ? 'a stream' : 'whole', each, stream] as const),
    ),
  );

  it.each(cases)('%s, for a caller of %s, %s', async (name, caller, _form, each, stream) => {
    rig.upstream.once(recording(each.id));
    const got = await readBySdk(rig, caller, 'be/m', stream);
    const { text, reasoning, tool_calls: calls, finish, usage } = expected(each);
    expect([got.text, got.reasoning, got.finish]).toEqual([text, reasoning, finishes[caller][finish]]);
    expect(got.calls).toEqual(calls.map(({ id, name, arguments: args }) => ({ id, name, args })));
    const cacheRead = usage.cache_read ?? 0;
    const counted =
      caller === 'anthropic'
        ? { input: usage.input, output: usage.output, cacheRead }
        : { prompt: (usage.input ?? 0) + cacheRead, completion: usage.output, cacheRead };
    expect(got.usage).toMatchObject(counted);
    const row = await rig.row();
    expect(row).toMatchObject({ status: 'completed', estimated: false });
    expect(row.dropped).toEqual(answerLosses[name]?.[caller === 'anthropic' ? 'messages' : 'chat'] ?? []);
    expect(row.usage).toMatchObject({ input: usage.input, output: usage.output, cacheRead });
  });
});

const wires: readonly Wire[] = recordingsExist ? ['openai-chat', 'anthropic'] : [];
const shown = (kept: Recording) => kept.id.split('/').slice(1).join('/');
const whole = (wire: Wire) =>
  [...corpus(wire, 'stream'), ...corpus(wire, 'json')]
    .filter((kept) => endsInError[shown(kept)] === undefined)
    .map((kept) => [shown(kept), kept] as const);

/** In the words of either dialect to Converse's. A refusal without words is said in `content_filtered`. */
const stops: Readonly<Record<string, string>> = {
  stop: 'end_turn',
  eos: 'end_turn',
  length: 'max_tokens',
  tool_calls: 'tool_use',
  function_call: 'tool_use',
  content_filter: 'content_filtered',
  refusal: 'content_filtered',
  pause_turn: 'end_turn',
};

describe.skipIf(!recordingsExist).each(wires)('%s, read by the AWS SDK', (wire) => {
  const model = `${prefixes[wire]}/m`;

  it.each(whole(wire))('%s, whole', async (_name, kept) => {
    rig.upstream.once(recording(kept.id));
    expectReading(await readByAws(client, model, false), kept);
  });

  it.each(whole(wire))('%s, as a stream', async (_name, kept) => {
    rig.upstream.once(recording(kept.id));
    expectReading(await readByAws(client, model, true), kept);
  });

  it.each(whole(wire))('%s, a valid stream', async (_name, kept) => {
    rig.upstream.once(recording(kept.id));
    const { body } = await askBytes(rig, conversePath(model, true), hello);
    expect(bedrockStreamViolations(body, { outcome: 'whole' })).toEqual([]);
  });
});

function expectReading(got: SdkReading, kept: Recording): void {
  const truth = truthOf(kept);
  expect([got.text, got.reasoning]).toEqual([truth.text + (truth.refusal ?? ''), truth.reasoning]);
  const finish = truth.finish ?? '';
  if (truth.refusal === undefined) expect(got.stop).toBe(stops[finish] ?? finish);
  else expect(got.stop).toBe('content_filtered');
  expect(got.calls.map(({ name, input }) => [name, JSON.parse(input || '{}')])).toEqual(
    truth.calls.map(({ name, args }) => [name, args]),
  );
  for (const [i, { id }] of got.calls.entries()) {
    expect(id).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
    const theirs = truth.calls[i]?.id ?? '';
    if (/^[a-zA-Z0-9_-]{1,64}$/.test(theirs)) expect(id).toBe(theirs);
  }
  expect(new Set(got.calls.map(({ id }) => id)).size).toBe(got.calls.length);
  const { counts } = truth;
  if (counts === undefined) return;
  expect(got.usage).toMatchObject({
    inputTokens: counts.input,
    outputTokens: counts.output,
    cacheReadInputTokens: counts.cacheRead,
    cacheWriteInputTokens: counts.cacheWrite,
    totalTokens: counts.input + counts.output + counts.cacheRead + counts.cacheWrite,
  });
}

/**
 * One byte a write, on real sockets: the smallest stream of each dialect, for a caller of each other, who reads
 * with the official SDK what it reads of the same stream in one write.
 */
import type { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DialectId } from '../../../src/llm/chat.ts';
import { awsClient } from '../../bedrock/ask.ts';
import type { Rig } from '../../cases/rig.ts';
import { type Recording, recordingsExist } from '../../fakes/recording.ts';
import { startResponsesRig } from '../../responses/corpus.ts';
import { smallStreams } from '../corpus.ts';
import { offsets } from '../offsets.ts';
import { readBySdk } from '../sdk-readers.ts';
import type { Call } from '../truth.ts';
import { answers, bodyOf, isStream, readAs, type Side, served } from './sides.ts';

let rig: Rig;
let aws: BedrockRuntimeClient;
beforeAll(async () => {
  rig = await startResponsesRig();
  aws = awsClient(rig);
});
afterAll(() => {
  aws.destroy();
  return rig.close();
});
beforeEach(() => rig.forget());

const models: Readonly<Record<DialectId, string>> = {
  ...{ 'openai-chat': 'oa/m', anthropic: 'an/m', 'openai-responses': 're/m', gemini: 'ge/m' },
  'bedrock-converse': 'be/m',
};
const callers = Object.keys(models) as DialectId[];

function smallest(from: DialectId): Recording {
  const streams = from === 'openai-chat' || from === 'anthropic' ? smallStreams(from) : answers[from].filter(isStream);
  const [kept] = streams.toSorted((a, b) => bodyOf(a).length - bodyOf(b).length);
  if (kept === undefined) throw new Error(`no stream of ${from}`);
  return kept;
}

interface Read {
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly Call[];
  readonly usage: unknown;
}

async function read(from: DialectId, to: DialectId, cuts: readonly number[]): Promise<unknown> {
  const serve = () => void rig.upstream.once(served(smallest(from), cuts));
  const model = models[from];
  let got: Read;
  if (to === 'openai-chat' || to === 'anthropic') {
    serve();
    got = await readBySdk(rig, to, model, true);
  } else got = await readAs(to as Side, rig, aws, { model, stream: true, serve });
  // Ids that the gateway makes up are new each time.
  const end = 'end' in got ? got.end : (got as { finish?: unknown }).finish;
  return { ...got, end, calls: got.calls.map(({ name, args }) => ({ name, args })), id: undefined };
}

const roads = callers.flatMap((from) => callers.filter((to) => to !== from).map((to) => [from, to] as const));

describe.runIf(recordingsExist)('a stream that comes one byte a write', () => {
  it.each(roads)('from %s, for a caller of %s, is the same', async (from, to) => {
    const size = bodyOf(smallest(from)).length;
    const whole = await read(from, to, []);
    expect(await read(from, to, offsets(size, size))).toEqual(whole);
    for (const row of await rig.rows()) expect([row.status, row.flags]).toEqual(['completed', []]);
  });
});

/**
 * The one stream of Converse that was kept decoded, put back into messages: without its first event, and without any
 * usage. A caller of each dialect reads it whole; what it costs is estimated.
 */
import type { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { awsClient } from '../../bedrock/ask.ts';
import type { Rig } from '../../cases/rig.ts';
import { decodedEvents, listRecordings, recordingsExist } from '../../fakes/recording.ts';
import { encode } from '../../golden/bedrock-converse/event-stream.ts';
import { startResponsesRig } from '../../responses/corpus.ts';
import { readBySdk } from '../sdk-readers.ts';
import { readAs, sides, truthOf } from './sides.ts';

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

const kept = listRecordings('bedrock-converse-stream').filter(({ response }) => response.length === 0);

function serve(id: string): void {
  const messages = decodedEvents(id).flatMap((event) =>
    Object.entries(event).map(([type, body]) =>
      encode({ type, isException: false, body: body as Record<string, unknown> }),
    ),
  );
  const headers = { 'content-type': 'application/vnd.amazon.eventstream' };
  rig.upstream.once((_call, reply) => reply.send(200, headers, Buffer.concat(messages)));
}

describe.runIf(recordingsExist)('a stream of Converse that was kept decoded', () => {
  it('there is one', () => {
    expect(kept.map(({ id }) => decodedEvents(id).length)).toEqual([12]);
  });

  it.each(kept.flatMap((each) => sides.map((to) => [to, each] as const)))(
    'is read by the SDK of %s',
    async (to, each) => {
      for (const stream of to === 'bedrock-converse' ? [true] : [true, false]) {
        rig.forget();
        const got = await readAs(to, rig, aws, { model: 'be/m', stream, serve: () => serve(each.id) });
        const { usage: _, ...want } = truthOf(each);
        expect(got).toMatchObject(want);
        for (const row of await rig.rows()) expect([row.status, row.estimated]).toEqual(['completed', true]);
      }
    },
  );

  it.each(kept.flatMap((each) => (['openai-chat', 'anthropic'] as const).map((to) => [to, each] as const)))(
    'is read by the SDK of %s',
    async (to, each) => {
      for (const stream of [true, false]) {
        rig.forget();
        serve(each.id);
        const got = await readBySdk(rig, to, 'be/m', stream);
        const { text, reasoning, calls } = truthOf(each);
        expect(got).toMatchObject({ text, reasoning, calls });
        expect(got.finish).toBe(to === 'anthropic' ? 'tool_use' : 'tool_calls');
        const row = await rig.row();
        expect([row.status, row.estimated]).toEqual(['completed', true]);
      }
    },
  );
});

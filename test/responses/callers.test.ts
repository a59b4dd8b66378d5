/** Recordings of two other APIs, read by a caller of the Responses API through the official SDK. */
import type { Response } from 'openai/resources/responses/responses';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Rig } from '../cases/rig.ts';
import { type Recording, recording, recordingsExist } from '../fakes/recording.ts';
import { corpus, prefixes, shortName, type Wire } from '../recorded/corpus.ts';
import { endsInError } from '../recorded/exceptions.ts';
import { truthOf } from '../recorded/truth.ts';
import { startResponsesRig } from './corpus.ts';
import { readStream, readWhole, saidIn } from './sdk.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startResponsesRig();
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

const wires: readonly Wire[] = recordingsExist ? ['openai-chat', 'anthropic'] : [];
const named = (kept: Recording) => [shortName(kept), kept] as const;

function expectReading(response: Response, kept: Recording): void {
  const truth = truthOf(kept);
  expect(saidIn(response)).toEqual({
    text: truth.text,
    refusal: truth.refusal ?? '',
    reasoning: truth.reasoning,
    calls: truth.calls.map((call) => ({ ...call, id: call.id ?? expect.any(String) })),
  });
  const { counts } = truth;
  if (counts === undefined) return;
  expect(response.usage).toMatchObject({
    input_tokens: counts.input + counts.cacheRead + counts.cacheWrite,
    output_tokens: counts.output,
    input_tokens_details: { cached_tokens: counts.cacheRead },
  });
}

describe.skipIf(!recordingsExist).each(wires)('answers of %s for a Responses caller', (wire) => {
  const model = `${prefixes[wire]}/m`;
  const answers = [...corpus(wire, 'stream'), ...corpus(wire, 'json')];
  const body = { model, input: 'Hello' };

  it.each(answers.filter((kept) => endsInError[shortName(kept)] === undefined).map(named))(
    '%s',
    async (_name, kept) => {
      const serve = () => void rig.upstream.once(recording(kept.id));
      expectReading(await readStream(rig, body, serve), kept);
      serve();
      expectReading(await readWhole(rig, body), kept);
    },
  );
});

/** Case 88 on all roads: what a provider says leaves at once. It says the next thing only when the caller has the last. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Gate } from '../../fakes/gate.ts';
import type { Feature } from '../../golden/features.ts';
import { startMatrixRig } from '../../golden/matrix.ts';
import type { RawClient } from '../../harness/raw-client.ts';
import type { Rig } from '../rig.ts';
import { allRoads, answerOf, framesOf, open, type Road } from './road.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startMatrixRig();
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

/** The pieces of the providers' streams, in their order. */
const pieces: readonly (readonly [Feature, readonly string[]])[] = [
  ['text', ['Hi ', 'there.']],
  ['thinking', ['Bec', 'use.', 'So ', 'it is.']],
  ['parallel tools', ['Let', ' me see.', 'Oslo']],
];

describe.each(pieces)('case 88: each piece of a stream leaves at once: %s', (feature, all) => {
  it.each(allRoads)('%s over %s', async (to, _from, road) => {
    // Gemini's calls are whole: for such a caller one is known to be only when the next begins.
    const wanted = all.filter((piece) => piece !== 'Oslo' || to !== 'gemini');
    const client = await open(rig, road, true);
    const seen = await toldPiece(client, road, feature, wanted);
    expect(seen).toEqual(wanted);
    await client.until(({ whole }) => whole, 'the end of the stream');
    const { headers } = client.answer;
    expect(headers['content-type']).toMatch(/^(text\/event-stream|application\/vnd\.amazon\.eventstream)/);
    expect(headers['cache-control']).toContain('no-cache');
    expect(headers['content-encoding']).toBeUndefined();
    expect(await rig.row()).toMatchObject({ status: 'completed', usage: { input: 12, output: 5 } });
    client.abort();
  });
});

/** Answers frame by frame; the pieces that had come before the next frame was sent. */
async function toldPiece(
  client: RawClient,
  road: Road,
  feature: Feature,
  wanted: readonly string[],
): Promise<readonly string[]> {
  const answer = answerOf(road.provider, feature, true);
  const frames = framesOf(road.provider, answer);
  const gates = frames.map(() => new Gate());
  rig.upstream.once(async (_call, reply) => {
    reply.head(200, answer.headers);
    for (const [i, frame] of frames.entries()) {
      await reply.write(frame);
      await gates[i]?.pass();
    }
    reply.end();
  });
  const seen: string[] = [];
  const isRelay = road.caller.id === road.provider.id;
  for (const [i, gate] of gates.entries()) {
    await gate.reached;
    for (const piece of wanted.filter((each) => !seen.includes(each) && frames[i]?.includes(each))) {
      await client.untilText(piece, 5000);
      seen.push(piece);
    }
    if (isRelay && seen.length > 0) {
      const sent = Buffer.concat(frames.slice(0, i + 1));
      await client.until(({ body }) => body.equals(sent), `${sent.length} bytes`, 5000);
    }
    gate.release();
  }
  return seen;
}

/** Cases 54 and 55 for every caller: what Gemini signs leaves no empty text that the caller's own API would refuse. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WireAnswer } from '../../golden/features.ts';
import { startMatrixRig } from '../../golden/matrix.ts';
import type { Rig } from '../rig.ts';
import { go, heard, translatedRoads, words } from './road.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startMatrixRig();
});
afterAll(() => rig.close());

const seal = 'c2lnbmF0dXJl';
const usageMetadata = { promptTokenCount: 12, candidatesTokenCount: 5, totalTokenCount: 17 };
const content = (parts: readonly object[]) => ({ role: 'model', parts });
const call = { functionCall: { id: 'c1', name: 'weather', args: { city: 'Oslo' } }, thoughtSignature: seal };
const signedEnd = { text: '', thoughtSignature: seal };

/** Parts as a whole answer, or each in a chunk of its own. */
function answerOf(parts: readonly object[], stream: boolean): WireAnswer {
  const last = { candidates: [{ content: content(parts), finishReason: 'STOP' }], usageMetadata };
  if (!stream) {
    return { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(last)) };
  }
  const chunks = parts.map((part, i) =>
    i < parts.length - 1
      ? { candidates: [{ content: content([part]) }] }
      : { candidates: [{ content: content([part]), finishReason: 'STOP' }], usageMetadata },
  );
  const body = chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\r\n\r\n`).join('');
  return { status: 200, headers: { 'content-type': 'text/event-stream' }, body: Buffer.from(body) };
}

const answers: readonly (readonly [string, readonly object[], readonly string[]])[] = [
  ['behind a call', [{ text: 'Look.' }, call, signedEnd], ['text Look.', 'call weather {"city":"Oslo"}']],
  ['behind a text', [{ text: 'Yes.' }, signedEnd], ['text Yes.']],
  ['before a text', [signedEnd, { text: 'Yes.' }], ['text Yes.']],
  [
    'behind thinking',
    [{ text: 'hm', thought: true }, signedEnd, call],
    ['thinking hm', 'call weather {"city":"Oslo"}'],
  ],
];

/** A part without words, or a message without parts. */
const emptyText = /"text":""|"content":\[\]/;

describe('cases 54 and 55: an empty text that is signed', () => {
  const roads = translatedRoads.filter(([, provider]) => provider === 'gemini');
  const each = roads.flatMap((road) => answers.map((answer) => [...road, ...answer] as const));
  it.each(each)('%s over %s, %#', async (caller, _from, road, _where, parts, wanted) => {
    for (const stream of [true, false]) {
      const turn = await go(rig, road, stream, answerOf(parts, stream));
      expect(words(heard(road, turn, stream)).filter((fact) => !fact.startsWith('stop '))).toEqual(wanted);
      const text = turn.answer.body.toString();
      // A stream's items begin empty; the whole ones stand in its last event.
      const whole = stream && caller === 'openai-responses' ? text.slice(text.lastIndexOf('response.completed')) : text;
      if (!stream || caller === 'openai-responses') expect(whole).not.toMatch(emptyText);
    }
  });
});

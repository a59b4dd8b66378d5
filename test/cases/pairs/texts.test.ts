/** Case 29 on all roads: a text that is alone is the same however it is written. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DialectId } from '../../../src/llm/chat.ts';
import { startMatrixRig } from '../../golden/matrix.ts';
import type { Rig } from '../rig.ts';
import { translatedRoads } from './road.ts';
import { say } from './write.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startMatrixRig();
});
afterAll(() => rig.close());

const schema = { type: 'object', properties: {} };
type Content = string | object[];
/** In the caller's words, each text by one of the two ways. */
type Spelling = (content: (text: string) => Content) => object;

/** Texts of instructions, of both sides, and of a result. Gemini and Converse have parts alone. */
const spellings: Readonly<Partial<Record<DialectId, readonly [part: string, spell: Spelling]>>> = {
  'openai-chat': [
    'text',
    (content) => ({
      messages: [
        { role: 'system', content: content('S') },
        { role: 'user', content: content('a') },
        { role: 'assistant', content: content('b') },
        { role: 'user', content: content('c') },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'c1', type: 'function', function: { name: 'f', arguments: '{}' } }],
        },
        { role: 'tool', tool_call_id: 'c1', content: content('r') },
      ],
      tools: [{ type: 'function', function: { name: 'f', parameters: schema } }],
    }),
  ],
  'openai-responses': [
    'input_text',
    (content) => ({
      input: [
        { role: 'developer', content: content('S') },
        { role: 'user', content: content('a') },
        { role: 'assistant', content: content('b') },
        { role: 'user', content: content('c') },
        { type: 'function_call', call_id: 'c1', name: 'f', arguments: '{}' },
        { type: 'function_call_output', call_id: 'c1', output: content('r') },
      ],
      tools: [{ type: 'function', name: 'f', parameters: schema }],
    }),
  ],
  anthropic: [
    'text',
    (content) => ({
      system: content('S'),
      messages: [
        { role: 'user', content: content('a') },
        { role: 'assistant', content: content('b') },
        { role: 'user', content: content('c') },
        { role: 'assistant', content: [{ type: 'tool_use', id: 'c1', name: 'f', input: {} }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c1', content: content('r') }] },
      ],
      tools: [{ name: 'f', input_schema: schema }],
    }),
  ],
};

describe('case 29: a string is the same as one part', () => {
  it.each(translatedRoads.filter(([caller]) => spellings[caller] !== undefined))(
    '%s over %s',
    async (caller, _from, road) => {
      const [type, spell] = spellings[caller] ?? fail();
      const asText = await say(
        rig,
        road,
        [],
        spell((text) => text),
      );
      const asPart = await say(
        rig,
        road,
        [],
        spell((text) => [{ type, text }]),
      );
      expect(asText.answer.status, asText.answer.body.toString()).toBe(200);
      expect(asText.asked).toEqual(
        expect.arrayContaining(['system S', 'user a', 'assistant b', 'user c', 'result of {} r']),
      );
      // The bytes too: a cached prefix stays, whichever the client's library writes.
      expect(asPart.askedText).toBe(asText.askedText);
      expect(asPart.dropped).toEqual(asText.dropped);
    },
  );

  it.each(translatedRoads.filter(([caller]) => caller === 'openai-responses'))(
    '%s over %s: all of the input',
    async (_to, _from, road) => {
      const asText = await say(rig, road, [], { input: 'a', instructions: 'S' });
      const asItem = await say(rig, road, [], { input: [{ role: 'user', content: 'a' }], instructions: 'S' });
      expect(asText.asked).toEqual(expect.arrayContaining(['system S', 'user a']));
      expect(asItem.askedText).toBe(asText.askedText);
    },
  );
});

function fail(): never {
  throw new Error('no spelling');
}

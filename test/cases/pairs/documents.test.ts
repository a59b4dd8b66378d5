/** Cases 22, 33, 35 and 36 to every provider: documents and other parts in the words of the callers that have them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DialectId } from '../../../src/llm/chat.ts';
import { pdf, png } from '../../golden/features.ts';
import { startMatrixRig } from '../../golden/matrix.ts';
import type { Rig } from '../rig.ts';
import { translatedRoads } from './road.ts';
import { say, spoken } from './write.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startMatrixRig();
});
afterAll(() => rig.close());

const from = (...ids: DialectId[]) => translatedRoads.filter(([caller]) => ids.includes(caller));
const turn = (...content: object[]) => ({ messages: [{ role: 'user', content }] });
const words = Buffer.from('words').toString('base64');

/** Chat and Responses ask for a detail, no other dialect does. */
const detailed: Readonly<Partial<Record<DialectId, object>>> = {
  'openai-chat': turn({ type: 'image_url', image_url: { url: `data:image/png;base64,${png}`, detail: 'low' } }),
  'openai-responses': {
    input: [
      { role: 'user', content: [{ type: 'input_image', image_url: `data:image/png;base64,${png}`, detail: 'low' }] },
    ],
  },
};

describe('case 33: the detail of a picture arrives where there is one, and is reported where not', () => {
  it.each(from('openai-chat', 'openai-responses'))('%s over %s', async (caller, to, road) => {
    const { asked, askedText, dropped } = await say(rig, road, [], detailed[caller]);
    expect(asked).toContain(`user image image/png ${png}`);
    expect(askedText.includes('"detail":"low"') || dropped.some((field) => field.endsWith('detail')), to).toBe(true);
  });
});

/** A document of plain text. */
const plain: Readonly<Partial<Record<DialectId, object>>> = {
  'openai-chat': turn({ type: 'file', file: { filename: 'a.txt', file_data: `data:text/plain;base64,${words}` } }),
  'openai-responses': {
    input: [
      {
        role: 'user',
        content: [{ type: 'input_file', filename: 'a.txt', file_data: `data:text/plain;base64,${words}` }],
      },
    ],
  },
  anthropic: turn({ type: 'document', title: 'a', source: { type: 'text', media_type: 'text/plain', data: 'words' } }),
  gemini: { contents: [{ role: 'user', parts: [{ inlineData: { mimeType: 'text/plain', data: words } }] }] },
  'bedrock-converse': turn({ text: 'read' }, { document: { format: 'txt', name: 'a', source: { bytes: words } } }),
};

describe('cases 35 and 36: a document of plain text arrives, as a document or as its words', () => {
  it.each(translatedRoads)('%s over %s', async (caller, to, road) => {
    const { askedText, answer } = await say(rig, road, [], plain[caller]);
    // Chat has files of PDF only; what the caller sent as bytes is no text that it wrote.
    if (caller === 'bedrock-converse' && to === 'openai-chat') {
      return expect(answer.body.toString()).toMatch(/messages\[0\]\.content\[1\]: text\/plain/);
    }
    expect(answer.status, answer.body.toString()).toBe(200);
    expect(askedText.includes(words) || askedText.includes('words')).toBe(true);
  });
});

describe('case 36: a PDF keeps its name, or that is reported', () => {
  it.each(from('openai-chat'))('%s over %s', async (_caller, _to, road) => {
    const file = { filename: 'cv.pdf', file_data: `data:application/pdf;base64,${pdf}` };
    const { asked, dropped } = await say(rig, road, [], turn({ type: 'text', text: 'read' }, { type: 'file', file }));
    expect(asked).toContain(`user document application/pdf ${pdf}`);
    const name = asked?.find((fact) => fact.startsWith('user file name '));
    expect(name === 'user file name cv.pdf' || dropped.some((field) => field.endsWith('name')), dropped.join()).toBe(
      true,
    );
  });
});

describe('case 35: a PDF by its address arrives as the address, or is refused: nothing is fetched', () => {
  it.each(from('anthropic'))('%s over %s', async (_caller, _to, road) => {
    const source = { type: 'url', url: 'https://x.example/a.pdf' };
    const { askedText, answer } = await say(rig, road, [], turn({ type: 'document', source }));
    if (answer.status === 200) return expect(askedText).toContain(source.url);
    expect(answer.status).toBe(400);
    expect(answer.body.toString()).toMatch(/messages\[0\]\.content\[0\]/);
    expect(rig.upstream.calls).toEqual([]);
  });
});

const search = {
  type: 'search_result',
  source: 'https://x.example',
  title: 'X',
  content: [{ type: 'text', text: 'found' }],
};

describe('case 22: other parts inside a result', () => {
  it.each(from('anthropic'))(
    '%s over %s: are given as JSON text and reported, or refused',
    async (_caller, to, road) => {
      for (const part of [search, { type: 'tool_reference', tool_name: 'later' }]) {
        const result = { type: 'tool_result', tool_use_id: 'a', content: [{ type: 'text', text: 't' }, part] };
        const use = { type: 'tool_use', id: 'a', name: 'f', input: {} };
        const messages = [
          { role: 'user', content: 'go' },
          { role: 'assistant', content: [use] },
          { role: 'user', content: [result] },
        ];
        const done = await say(rig, road, [], { messages });
        if (to === 'bedrock-converse') {
          expect(done.answer.status).toBe(400);
          expect(done.answer.body.toString()).toMatch(/messages\[2\]\.content\[0\]\.content\[1\]/);
          continue;
        }
        expect(spoken(done).join('\n')).toContain(JSON.stringify(part));
        expect(done.dropped).toEqual([`messages.content.${part.type}`]);
      }
    },
  );

  it.each(from('bedrock-converse'))('%s over %s: JSON stays JSON', async (_caller, _to, road) => {
    const json = { found: [1, 2] };
    const messages = [
      { role: 'user', content: [{ text: 'go' }] },
      { role: 'assistant', content: [{ toolUse: { toolUseId: 'a', name: 'f', input: {} } }] },
      { role: 'user', content: [{ toolResult: { toolUseId: 'a', content: [{ json }] } }] },
    ];
    expect(spoken(await say(rig, road, [], { messages })).join('\n')).toContain(JSON.stringify(json));
  });
});

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
  it.each(translatedRoads)('%s over %s', async (caller, _to, road) => {
    const { askedText, answer } = await say(rig, road, [], plain[caller]);
    expect(answer.status, answer.body.toString()).toBe(200);
    expect(askedText.includes(words) || askedText.includes('words')).toBe(true);
  });
});

/** A document in the caller's words, behind a text; each by the source that the caller's dialect has for it. */
type Documents = Readonly<Partial<Record<DialectId, object>>>;
const chatTurn = (...content: object[]) => turn({ type: 'text', text: 'read' }, ...content);
const responsesTurn = (part: object) => ({
  input: [{ role: 'user', content: [{ type: 'input_text', text: 'read' }, part] }],
});
const geminiTurn = (part: object) => ({ contents: [{ role: 'user', parts: [{ text: 'read' }, part] }] });
const converseTurn = (document: object) => turn({ text: 'read' }, { document });

const named: Documents = {
  'openai-chat': chatTurn({
    type: 'file',
    file: { filename: 'cv.pdf', file_data: `data:application/pdf;base64,${pdf}` },
  }),
  'openai-responses': responsesTurn({
    type: 'input_file',
    filename: 'cv.pdf',
    file_data: `data:application/pdf;base64,${pdf}`,
  }),
  anthropic: chatTurn({
    type: 'document',
    title: 'cv.pdf',
    source: { type: 'base64', media_type: 'application/pdf', data: pdf },
  }),
  gemini: geminiTurn({ inlineData: { mimeType: 'application/pdf', data: pdf, displayName: 'cv.pdf' } }),
  'bedrock-converse': converseTurn({ format: 'pdf', name: 'cv', source: { bytes: pdf } }),
};

describe('case 36: a PDF keeps its name, or that is reported', () => {
  it.each(translatedRoads)('%s over %s', async (caller, _to, road) => {
    const { asked, dropped } = await say(rig, road, [], named[caller]);
    expect(asked).toContain(`user document application/pdf ${pdf}`);
    const name = asked?.find((fact) => fact.startsWith('user file name '));
    // Converse takes no dots in a name.
    const isKept = /^user file name cv([.-]pdf)?$/.test(name ?? '');
    expect(isKept || dropped.some((field) => field.endsWith('name')), `${name} ${dropped.join()}`).toBe(true);
  });
});

const address = 'https://x.example/a.pdf';
/** Converse knows buckets alone. */
const addressed: Documents = {
  'openai-responses': responsesTurn({ type: 'input_file', file_url: address }),
  anthropic: chatTurn({ type: 'document', source: { type: 'url', url: address } }),
  gemini: geminiTurn({ fileData: { mimeType: 'application/pdf', fileUri: address } }),
};
const bucket = 's3://bucket/a.pdf';

describe('case 35: a PDF by its address arrives as the address, or is refused: nothing is fetched', () => {
  it.each(translatedRoads.filter(([caller]) => addressed[caller] !== undefined))(
    '%s over %s',
    async (caller, to, road) => {
      const { askedText, answer } = await say(rig, road, [], addressed[caller]);
      const takesAddresses = to !== 'openai-chat' && to !== 'bedrock-converse';
      expect(answer.status, answer.body.toString()).toBe(takesAddresses ? 200 : 400);
      if (takesAddresses) return expect(askedText).toContain(address);
      expect(answer.body.toString()).toMatch(/(messages|input|contents)\[0\]\.(content|parts)\[1\]/);
      expect(rig.upstream.calls).toEqual([]);
    },
  );

  it.each(from('bedrock-converse'))('%s over %s: one in a bucket is refused', async (_caller, _to, road) => {
    const source = { s3Location: { uri: bucket } };
    const { answer } = await say(rig, road, [], converseTurn({ format: 'pdf', name: 'a', source }));
    expect(answer.status, answer.body.toString()).toBe(400);
    expect(answer.body.toString()).toMatch(/messages\[0\]\.content\[1\]/);
    expect(rig.upstream.calls).toEqual([]);
  });
});

/** Messages and Converse have documents that are made of texts. */
const ofTexts: Documents = {
  anthropic: chatTurn({
    type: 'document',
    source: { type: 'content', content: ['one', 'two'].map((text) => ({ type: 'text', text })) },
  }),
  'bedrock-converse': converseTurn({
    format: 'txt',
    name: 'a',
    source: { content: [{ text: 'one' }, { text: 'two' }] },
  }),
};

describe('case 35: a document of texts arrives with its words', () => {
  it.each(from('anthropic', 'bedrock-converse'))('%s over %s', async (caller, _to, road) => {
    const { askedText, answer } = await say(rig, road, [], ofTexts[caller]);
    expect(answer.status, answer.body.toString()).toBe(200);
    const inBytes = Buffer.from('one\ntwo').toString('base64');
    expect(askedText.includes('one\\ntwo') || askedText.includes(inBytes), askedText).toBe(true);
  });

  it.each(from('anthropic'))('%s over %s: with a picture in it, it is refused', async (_caller, _to, road) => {
    const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } };
    const source = { type: 'content', content: [{ type: 'text', text: 'one' }, image] };
    const { answer } = await say(rig, road, [], chatTurn({ type: 'document', source }));
    expect(answer.status, answer.body.toString()).toBe(400);
    expect(answer.body.toString()).toMatch(/messages\[0\]\.content\[1\]/);
    expect(rig.upstream.calls).toEqual([]);
  });
});

const cited: Documents = {
  anthropic: chatTurn({
    type: 'document',
    citations: { enabled: true },
    source: { type: 'base64', media_type: 'application/pdf', data: pdf },
  }),
  'bedrock-converse': converseTurn({ format: 'pdf', name: 'a', source: { bytes: pdf }, citations: { enabled: true } }),
};

describe('case 35: citations that were wished for are given, or reported', () => {
  it.each(from('anthropic', 'bedrock-converse'))('%s over %s', async (caller, _to, road) => {
    const { asked, askedText, dropped } = await say(rig, road, [], cited[caller]);
    expect(asked).toContain(`user document application/pdf ${pdf}`);
    const isAsked = askedText.includes('"citations":{"enabled":true}');
    expect(isAsked || dropped.some((field) => field.endsWith('citations')), dropped.join()).toBe(true);
  });
});

/** A result that holds a document, in the words of the callers whose results can. */
const inResult: Readonly<Partial<Record<DialectId, readonly [place: RegExp, body: object]>>> = {
  'openai-responses': [
    /input\[2\]\.output\[1\]/,
    {
      input: [
        { role: 'user', content: 'go' },
        { type: 'function_call', call_id: 'a', name: 'f', arguments: '{}' },
        {
          type: 'function_call_output',
          call_id: 'a',
          output: [
            { type: 'input_text', text: 't' },
            { type: 'input_file', filename: 'a.pdf', file_data: `data:application/pdf;base64,${pdf}` },
          ],
        },
      ],
    },
  ],
  anthropic: [
    /messages\[2\]\.content\[0\]\.content\[1\]/,
    {
      messages: [
        { role: 'user', content: 'go' },
        { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'f', input: {} }] },
        {
          role: 'user',
          content: [
            {
              type: 'tool_result',
              tool_use_id: 'a',
              content: [
                { type: 'text', text: 't' },
                { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: pdf } },
              ],
            },
          ],
        },
      ],
    },
  ],
  gemini: [
    /contents\[2\]\.parts\[0\]\.functionResponse\.parts\[0\]/,
    {
      contents: [
        { role: 'user', parts: [{ text: 'go' }] },
        { role: 'model', parts: [{ functionCall: { id: 'a', name: 'f', args: {} } }] },
        {
          role: 'user',
          parts: [
            {
              functionResponse: {
                id: 'a',
                name: 'f',
                response: { output: 't' },
                parts: [{ inlineData: { mimeType: 'application/pdf', data: pdf } }],
              },
            },
          ],
        },
      ],
    },
  ],
  'bedrock-converse': [
    /messages\[2\]\.content\[0\]\.toolResult\.content\[1\]/,
    {
      messages: [
        { role: 'user', content: [{ text: 'go' }] },
        { role: 'assistant', content: [{ toolUse: { toolUseId: 'a', name: 'f', input: {} } }] },
        {
          role: 'user',
          content: [
            {
              toolResult: {
                toolUseId: 'a',
                content: [{ text: 't' }, { document: { format: 'pdf', name: 'a', source: { bytes: pdf } } }],
              },
            },
          ],
        },
      ],
    },
  ],
};

describe('case 22: a document inside a result arrives', () => {
  it.each(translatedRoads.filter(([caller]) => inResult[caller] !== undefined))(
    '%s over %s',
    async (caller, _to, road) => {
      const [, body] = inResult[caller] ?? [];
      const done = await say(rig, road, [], body);
      expect(done.answer.status, done.answer.body.toString()).toBe(200);
      expect(done.askedText).toContain(pdf);
      expect(spoken(done).join('\n')).toMatch(/result of \{\} t/);
    },
  );

  it.each(from('bedrock-converse', 'gemini'))(
    '%s over %s: a film is given, or refused by its place',
    async (caller, _to, road) => {
      const [place = /never/, body] = inResult[caller] ?? [];
      const film = JSON.stringify(body)
        .replace('"mimeType":"application/pdf"', '"mimeType":"video/mp4"')
        .replace(/"document":\{"format":"pdf","name":"a",/, '"video":{"format":"mp4",');
      expect(film).toMatch(/mp4/);
      const done = await say(rig, road, [], JSON.parse(film) as object);
      if (done.answer.status === 200) return expect(done.askedText).toContain(pdf);
      expect(done.answer.status).toBe(400);
      expect(done.answer.body.toString()).toMatch(place);
      expect(rig.upstream.calls).toEqual([]);
    },
  );
});

const search = {
  type: 'search_result',
  source: 'https://x.example',
  title: 'X',
  content: [{ type: 'text', text: 'found' }],
};

describe('case 22: other parts inside a result', () => {
  it.each(from('anthropic'))('%s over %s: are given as JSON text and reported', async (_caller, _to, road) => {
    for (const part of [search, { type: 'tool_reference', tool_name: 'later' }]) {
      const result = { type: 'tool_result', tool_use_id: 'a', content: [{ type: 'text', text: 't' }, part] };
      const use = { type: 'tool_use', id: 'a', name: 'f', input: {} };
      const messages = [
        { role: 'user', content: 'go' },
        { role: 'assistant', content: [use] },
        { role: 'user', content: [result] },
      ];
      const done = await say(rig, road, [], { messages });
      expect(spoken(done).join('\n')).toContain(JSON.stringify(part));
      expect(done.dropped).toEqual([`messages.content.${part.type}`]);
    }
  });

  it.each(from('anthropic'))('%s over %s: beside the results too', async (_caller, _to, road) => {
    const done = await say(rig, road, [], chatTurn(search));
    expect(spoken(done).join('\n')).toContain(JSON.stringify(search));
    expect(done.dropped).toEqual([`messages.content.${search.type}`]);
  });

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

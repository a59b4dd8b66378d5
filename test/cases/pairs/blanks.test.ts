/** Cases 26 to 30, 32 and 33 on all roads: text that is absent, empty or blank, and pictures beside it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DialectId } from '../../../src/llm/chat.ts';
import { png } from '../../golden/features.ts';
import { startMatrixRig } from '../../golden/matrix.ts';
import type { Rig } from '../rig.ts';
import { translatedRoads } from './road.ts';
import { assistant, say, spoken, user } from './write.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startMatrixRig();
});
afterAll(() => rig.close());

/** What Messages, Gemini and Converse refuse; Chat and Responses take an empty answer of the assistant. */
const empty = /"text":"\s*"|"content":(\[\]|""|null)|"parts":\[\]/;
const takesEmpty = (provider: string) => provider.startsWith('openai');

describe('case 26: an assistant that said nothing leaves valid neighbours', () => {
  it.each(translatedRoads)('%s over %s', async (_to, from, road) => {
    const turn = await say(rig, road, [user('a'), assistant(), user('b')]);
    expect(turn.answer.status, turn.answer.body.toString()).toBe(200);
    expect(spoken(turn)).toEqual(['user a', 'user b']);
    if (!takesEmpty(from)) expect(turn.askedText).not.toMatch(empty);
  });
});

describe('case 27: empty and blank text', () => {
  it.each(translatedRoads)('%s over %s: is left out where it would be refused', async (_to, from, road) => {
    const turn = await say(rig, road, [user('', '  ', 'x')]);
    expect(turn.answer.status, turn.answer.body.toString()).toBe(200);
    expect(spoken(turn).filter((fact) => fact.trim() !== 'user')).toEqual(['user x']);
    if (!takesEmpty(from) && from !== 'gemini') expect(turn.askedText).not.toMatch(empty);
  });
});

describe('case 28: a user message without content never arrives as one', () => {
  // Responses takes it, and clients of Gemini send it: there it says nothing, and is left out.
  const isLeftOut = (caller: string) => caller === 'openai-responses' || caller === 'gemini';
  const refusing = translatedRoads.filter(([caller]) => !isLeftOut(caller));
  it.each(refusing)('%s over %s: is refused', async (_to, _from, road) => {
    const turn = await say(rig, road, [user('a'), user()]);
    expect(turn.answer.status, turn.answer.body.toString()).toBe(400);
    expect(turn.answer.body.toString()).toMatch(/messages\[1\]\.content/);
    expect(rig.upstream.calls).toEqual([]);
  });

  it.each(translatedRoads.filter(([caller]) => isLeftOut(caller)))(
    '%s over %s: is left out',
    async (_to, from, road) => {
      const turn = await say(rig, road, [user('a'), user(), user('b')]);
      expect(spoken(turn)).toEqual(['user a', 'user b']);
      // Chat takes a message of no words.
      expect(turn.askedText).not.toMatch(from === 'openai-chat' ? /"content":(\[\]|null)/ : empty);
    },
  );
});

describe('case 29: texts and a picture keep their order', () => {
  it.each(translatedRoads)('%s over %s', async (_to, _from, road) => {
    const turn = await say(rig, road, [user('a', { image: png }, 'b')]);
    expect(spoken(turn)).toEqual(['user a', `user image image/png ${png}`, 'user b']);
  });
});

const address = 'https://x.example/a.png';
const turnOf = (...content: object[]) => ({ messages: [{ role: 'user', content }] });
/** Converse knows buckets alone. */
const addressed: Readonly<Partial<Record<DialectId, object>>> = {
  'openai-chat': turnOf({ type: 'text', text: 'a' }, { type: 'image_url', image_url: { url: address } }),
  'openai-responses': {
    input: [
      {
        role: 'user',
        content: [
          { type: 'input_text', text: 'a' },
          { type: 'input_image', image_url: address },
        ],
      },
    ],
  },
  anthropic: turnOf({ type: 'text', text: 'a' }, { type: 'image', source: { type: 'url', url: address } }),
  gemini: {
    contents: [{ role: 'user', parts: [{ text: 'a' }, { fileData: { mimeType: 'image/png', fileUri: address } }] }],
  },
};

describe('case 30: an image by its address arrives as the address, or is refused: nothing is fetched', () => {
  it.each(translatedRoads.filter(([caller]) => addressed[caller] !== undefined))(
    '%s over %s',
    async (caller, from, road) => {
      const turn = await say(rig, road, [], addressed[caller]);
      if (from !== 'bedrock-converse') return expect(turn.askedText).toContain(address);
      expect(turn.answer.status).toBe(400);
      expect(turn.answer.body.toString()).toMatch(/(messages|input|contents)\[0\]\.(content|parts)\[1\]/);
      expect(rig.upstream.calls).toEqual([]);
    },
  );

  it.each(translatedRoads.filter(([caller]) => caller === 'bedrock-converse'))(
    '%s over %s: one in a bucket is refused',
    async (_caller, _from, road) => {
      const image = { format: 'png', source: { s3Location: { uri: 's3://bucket/a.png' } } };
      const turn = await say(rig, road, [], turnOf({ text: 'a' }, { image }));
      expect(turn.answer.status).toBe(400);
      expect(turn.answer.body.toString()).toMatch(/messages\[0\]\.content\[1\]/);
      expect(rig.upstream.calls).toEqual([]);
    },
  );
});

const noImages = [
  ['svg', { image: 'AAAA', mediaType: 'image/svg+xml' }],
  ['bmp', { image: 'AAAA', mediaType: 'image/bmp' }],
  ['empty', { image: '' }],
  ['no base64', { image: '***' }],
] as const;

describe('case 32: an image that is none is refused with its place', () => {
  const each = translatedRoads.flatMap((road) => noImages.map((one) => [...road, ...one] as const));
  it.each(each)('%s over %s, %#', async (_to, _from, road, _what, image) => {
    const turn = await say(rig, road, [user('a', image)]);
    expect(turn.answer.status, turn.askedText).toBe(400);
    expect(turn.answer.body.toString()).toMatch(/(messages|input|contents)\[0\]\.(content|parts)\[1\]/);
    expect(rig.upstream.calls).toEqual([]);
  });
});

describe('case 33: many images keep their number and order, without any text', () => {
  it.each(translatedRoads)('%s over %s', async (_to, _from, road) => {
    const images = Array.from({ length: 21 }, (_, i) => Buffer.from(`picture ${100 + i}!`).toString('base64'));
    const turn = await say(rig, road, [user(...images.map((image) => ({ image })))]);
    expect(turn.answer.status, turn.answer.body.toString()).toBe(200);
    expect(spoken(turn)).toEqual(images.map((image) => `user image image/png ${image}`));
  });
});

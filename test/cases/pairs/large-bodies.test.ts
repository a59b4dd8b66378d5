/**
 * Of a large body the bytes of pictures are lifted out before it is translated, and put back into what the provider
 * gets. Nobody must be able to tell: what is asked with a megabyte is what is asked with a few bytes in its place.
 */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DialectId } from '../../../src/llm/chat.ts';
import { pdf, png } from '../../golden/features.ts';
import { startMatrixRig } from '../../golden/matrix.ts';
import { answering, take } from '../../golden/run.ts';
import type { Rig } from '../rig.ts';
import { allRoads, answerOf, type Road } from './road.ts';
import { assistant, bodyOf, say, user } from './write.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startMatrixRig();
});
afterAll(() => rig.close());

/** Behind a file's first bytes, which tell its format; whole groups of four. */
function padded(head: string, bytes: number): string {
  return `${head.slice(0, 40)}${randomBytes(bytes).toString('base64')}`;
}

const few = 300;
const many = 900 * 1024;

/** With the bytes as `…`, and without what differs between any two requests. */
async function told(road: Road, data: string, body: (data: string) => Parameters<typeof say>[2], more?: object) {
  const { askedText, answer, dropped } = await say(rig, road, body(data), more);
  return {
    asked: askedText.replaceAll(data, '…'),
    status: answer.status,
    answer: answer.status === 200 ? '' : answer.body.toString().replaceAll(/req_\w+/g, 'req'),
    dropped,
  };
}

describe('a large body is asked as a small one is', () => {
  it.each(allRoads)('with a picture, %s over %s', async (_caller, _to, road) => {
    const conversation = (image: string) => [user('look', { image }), assistant('yes'), user('again')];
    const large = await told(road, padded(png, many), conversation);
    expect(large).toEqual(await told(road, padded(png, few), conversation));
    expect(large.asked).toContain('…');
  });

  it.each(allRoads)('with two pictures, %s over %s', async (_caller, _to, road) => {
    const other = padded(png, many);
    const conversation = (image: string) => [user({ image }, 'and', { image: other })];
    const large = await told(road, padded(png, many), conversation);
    expect(large).toEqual(await told(road, padded(png, few), conversation));
    expect(large.asked).toContain(other);
  });

  it.each(allRoads)('with words that look like base64, %s over %s', async (_caller, _to, road) => {
    const conversation = (words: string) => [user(words)];
    const large = await told(road, padded('aaaa', many), conversation);
    expect(large).toEqual(await told(road, padded('aaaa', few), conversation));
    expect(large.asked).toContain('…');
  });

  it.each(allRoads)('with a picture that is no base64, %s over %s', async (_caller, _to, road) => {
    const conversation = (image: string) => [user('look', { image: `${image}*` })];
    expect(await told(road, padded(png, many), conversation)).toEqual(await told(road, padded(png, few), conversation));
  });

  it.each(allRoads)('with a picture of a format that nobody takes, %s over %s', async (_caller, _to, road) => {
    const conversation = (image: string) => [user({ image, mediaType: 'image/x-odd' })];
    const data = (bytes: number) => padded('AAAA', bytes);
    expect(await told(road, data(many), conversation)).toEqual(await told(road, data(few), conversation));
  });
});

/** Relayed and translated; no more, since retries have a budget. */
const askedTwice = allRoads.filter(
  ([caller, provider]) => caller === 'anthropic' && /^(anthropic|openai)/.test(provider),
);

describe('a large body that its provider has failed on', () => {
  it.each(askedTwice)('is asked whole again, %s over %s', async (_caller, _to, road) => {
    const image = padded(png, many);
    const answer = answering(answerOf(road.provider, 'text', false));
    const asked: string[] = [];
    const turn = await take(rig, road, bodyOf(road, [user('look', { image })]), false, (call, reply, upstream) => {
      asked.push(call.body.toString());
      if (asked.length > 1) answer(call, reply, upstream);
      else reply.send(500, {}, Buffer.from('{}'));
    });
    expect(turn.answer.status, turn.answer.body.toString()).toBe(200);
    expect(asked).toHaveLength(2);
    expect(asked[0]).toContain(image);
    expect(asked[1]).toBe(asked[0]);
  });
});

const turn = (...content: object[]) => ({ messages: [{ role: 'user', content }] });
const responsesTurn = (part: object) => ({ input: [{ role: 'user', content: [part] }] });
const document = (type: string, data: string): Readonly<Partial<Record<DialectId, object>>> => ({
  'openai-chat': turn({ type: 'file', file: { filename: 'a.txt', file_data: `data:${type};base64,${data}` } }),
  'openai-responses': responsesTurn({
    type: 'input_file',
    filename: 'a.txt',
    file_data: `data:${type};base64,${data}`,
  }),
  anthropic: turn({ type: 'document', title: 'a', source: { type: 'base64', media_type: type, data } }),
  gemini: { contents: [{ role: 'user', parts: [{ inlineData: { mimeType: type, data } }] }] },
  'bedrock-converse': turn(
    { text: 'read' },
    { document: { format: type === 'text/plain' ? 'txt' : 'pdf', name: 'a', source: { bytes: data } } },
  ),
});

describe('a large document is asked as a small one is', () => {
  it.each(allRoads)('a PDF, %s over %s', async (caller, _to, road) => {
    const asked = async (data: string) => told(road, data, () => [], document('application/pdf', data)[caller]);
    expect(await asked(padded(pdf, many))).toEqual(await asked(padded(pdf, few)));
  });

  it.each(allRoads)('plain text in base64, which some dialects read, %s over %s', async (caller, _to, road) => {
    const asked = async (words: string) => {
      const data = Buffer.from(words).toString('base64');
      const { asked: text, ...rest } = await told(road, data, () => [], document('text/plain', data)[caller]);
      return { ...rest, asked: text.replaceAll(words, '…') };
    };
    expect(await asked('all work '.repeat(100_000))).toEqual(await asked('all work '.repeat(10)));
  });
});

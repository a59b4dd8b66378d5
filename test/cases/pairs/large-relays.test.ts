/**
 * A large body that its provider speaks, and yet cannot take as it is: it holds thinking that would be refused, or its
 * vendor wants some of it in another form. Its pictures are lifted out first there too, and nobody can tell.
 */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { packSeal } from '../../../src/llm/seal.ts';
import { deepseek } from '../../../src/providers/deepseek.ts';
import { png } from '../../golden/features.ts';
import { type Rig, startRig } from '../rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({ providers: { oa: deepseek } });
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

const few = 300;
const many = 1024 * 1024;
const picture = (bytes: number) => `${png.slice(0, 40)}${randomBytes(bytes - (bytes % 3)).toString('base64')}`;

/** What the provider gets, with `…` for the picture. */
async function asked(path: string, data: string, body: object): Promise<string> {
  rig.forget();
  const answer = await rig.post(path, JSON.stringify(body));
  expect(answer.status, answer.body).toBe(200);
  const text = rig.upstream.calls[0]?.body.toString() ?? '';
  expect(text).toContain(data);
  return text.replaceAll(data, '…');
}

describe('a large body is relayed as a small one is', () => {
  it.each([
    ['that nobody signed', ''],
    ['of another provider', packSeal({ dialect: 'gemini', value: 'c2Vh' }, 'anthropic')],
  ])('without thinking %s', async (_what, signature) => {
    const conversation = (data: string) => ({
      model: 'an/m',
      max_tokens: 100,
      messages: [
        { role: 'user', content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data } }] },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'hm', signature },
            { type: 'text', text: 'a' },
          ],
        },
        { role: 'user', content: 'more' },
      ],
    });
    const ask = async (data: string) => asked('/v1/messages', data, conversation(data));
    const large = await ask(picture(many));
    expect(large).toBe(await ask(picture(few)));
    expect(large).not.toContain('thinking');
  });

  it.each([
    [many, 'as it is'],
    [many + 1, 'also with text that is no base64 beside it'],
  ])('where a role must be renamed: %i, %s', async (bytes) => {
    const words = 'all work and no play '.repeat(bytes === many ? 1 : 100_000);
    const conversation = (data: string) => ({
      model: 'oa/m',
      messages: [
        { role: 'developer', content: 'Be kind.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: words },
            { type: 'image_url', image_url: { url: `data:image/png;base64,${data}` } },
          ],
        },
      ],
    });
    const ask = async (data: string) => asked('/v1/chat/completions', data, conversation(data));
    const large = await ask(picture(bytes));
    expect(large).toBe(await ask(picture(few)));
    expect(JSON.parse(large).messages[0].role).toBe('system');
  });
});

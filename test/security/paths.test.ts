/** Hole S23 where a model or an id stands in the provider's path: it stays one part of it, and leads nowhere else. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Rig, rigKey, startRig } from '../cases/rig.ts';
import { rawRequest, rawRequestText } from '../harness/raw-client.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({ upstream: { script: (_call, reply) => reply.json(404, { error: { message: 'none' } }) } });
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

const headers = { authorization: `Bearer ${rigKey}`, 'content-type': 'application/json' };
const body = JSON.stringify({ contents: [{ parts: [{ text: 'hi' }] }] });
const converse = JSON.stringify({ messages: [{ role: 'user', content: [{ text: 'hi' }] }] });
const chat = (model: string) => JSON.stringify({ model, messages: [{ role: 'user', content: 'hi' }] });

/** What follows `provider/` in the name of a model. */
const names = [
  '..',
  '.',
  '../../admin',
  'a/../../admin',
  '..%2f..%2fadmin',
  'm?key=x',
  'm#f',
  'm:streamGenerateContent?alt=sse&x=',
  'm/converse-stream',
  'm%00',
  'm%0d%0aX-Injected: 1',
  'm;a=b',
  'm\\..\\admin',
];

/** The whole path of a provider, whatever the name in it is. */
const templates =
  /^\/(v1beta\/)?models\/[^/?#]+:(generateContent|countTokens)$|^\/model\/[^/?#]+\/(converse|count-tokens)$/;

async function ask(path: string, text: string): Promise<number> {
  const answer = await rawRequest(rig.url, rawRequestText(path, headers, text));
  return answer.status;
}

describe('S23: a model in the path of a provider', () => {
  it.each(names)('%j is one part of it, in whichever dialect it was asked for', async (name) => {
    const asked = [
      await ask('/v1/chat/completions', chat(`ge/${name}`)),
      await ask('/v1/chat/completions', chat(`be/${name}`)),
      await ask(`/v1beta/models/${encodeURIComponent(`ge/${name}`)}:generateContent`, body),
      await ask(`/v1beta/models/${encodeURIComponent(`be/${name}`)}:generateContent`, body),
      await ask(`/model/${encodeURIComponent(`be/${name}`)}/converse`, converse),
      await ask(`/model/${encodeURIComponent(`ge/${name}`)}/converse`, converse),
    ];
    for (const status of asked) expect([400, 404, 502]).toContain(status);
    for (const call of rig.upstream.calls) {
      expect(call.path).toMatch(templates);
      expect(decodeURIComponent(call.path.split('/')[2] ?? '').split(/[/\\]/)).not.toContain('..');
      expect(call.query).toBe('');
      expect(call.headers['x-injected']).toBeUndefined();
    }
  });
});

/** Counting the tokens of a conversation in which another provider sealed something. */
import { request } from 'undici';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { rigKey } from '../cases/rig.ts';
import type { Json } from '../fakes/sealing.ts';
import { messagesAgent } from './agents/messages.ts';
import { type SealRig, startSealRig } from './sessions.ts';

let seals: SealRig;
const asked: string[] = [];
beforeAll(async () => {
  seals = await startSealRig({ onCall: (name, call) => asked.push(`${name} ${call.path}`) });
});
afterAll(() => seals.close());

async function post(path: string, body: Json) {
  const answer = await request(seals.rig.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${rigKey}` },
    body: JSON.stringify(body),
  });
  return { status: answer.statusCode, headers: answer.headers, bytes: Buffer.from(await answer.body.arrayBuffer()) };
}

it('is done by estimate: the provider would refuse the seals of the other', async () => {
  const history = [messagesAgent.user('q')];
  const first = await post('/v1/messages', messagesAgent.body('anthropic-1', history, false));
  const { kept, calls } = messagesAgent.read(first.bytes, false);
  history.push(...kept, ...messagesAgent.results(calls, 'r'));
  asked.length = 0;
  const { max_tokens: _, ...body } = messagesAgent.body('anthropic-2', history, false);
  const counted = await post('/v1/messages/count_tokens', body);
  expect(counted.status).toBe(200);
  expect(counted.headers['x-tollgate-estimated']).toBe('true');
  expect((JSON.parse(counted.bytes.toString('utf8')) as Json).input_tokens).toBeGreaterThan(100);
  expect(asked).toEqual([]);
});

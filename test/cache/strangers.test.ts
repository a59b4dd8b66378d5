/**
 * Two organizations and identical requests, in every variation that a fuzzer finds: neither is ever given an answer of
 * the other's, and each is given its own.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Rig, rigKey } from '../cases/rig.ts';
import { wireText } from '../fakes/answer.ts';
import { chatJson, chatStream } from '../fakes/chat-wire.ts';
import { messagesJson } from '../fakes/messages-wire.ts';
import { sseHeaders } from '../fakes/reply.ts';
import type { Script } from '../fakes/upstream.ts';
import { type Answer, call } from '../harness/sse-client.ts';
import { cacheOf, otherKey, quiet, startCachedRig } from './cached-rig.ts';

/** Says in its answer which call it was. */
let calls = 0;
const script: Script = (asked, reply) => {
  const text = `call ${calls++}`;
  const body = JSON.parse(asked.body.toString()) as { stream?: boolean };
  if (asked.dialect === 'anthropic') return reply.json(200, JSON.parse(messagesJson({ text })));
  if (body.stream === true) return reply.send(200, sseHeaders, wireText(chatStream({ text })));
  return reply.json(200, JSON.parse(chatJson({ text })));
};

let rig: Rig;
beforeAll(async () => {
  rig = await startCachedRig({}, { upstream: { script } });
});
afterAll(() => rig.close());

/** Where a caller could try to say who it is, or what is to be kept for it. */
const headerNames = [
  'x-tollgate-cache-control',
  'x-tollgate-cache-key',
  'x-tollgate-organization',
  'x-tollgate-tags',
  'x-tollgate-session',
  'x-tollgate-fidelity',
  'x-organization-id',
  'openai-organization',
  'openai-project',
  'openai-beta',
  'anthropic-beta',
  'anthropic-version',
  'cache-control',
  'if-none-match',
  'cookie',
  'forwarded',
  'x-forwarded-for',
  'x-request-id',
  'user-agent',
];
const headerValue = (name: string) =>
  name === 'x-tollgate-cache-control'
    ? fc.constantFrom('max-age=60', 'max-age=1', 'no-cache, max-age=60')
    : fc.oneof(fc.constantFrom('org_rig', 'org_other', rigKey, 'public', '*'), fc.stringMatching(/^[a-z0-9-]{1,20}$/));
const headers = fc
  .subarray(headerNames, { maxLength: 5 })
  .chain((names) => fc.tuple(...names.map((name) => headerValue(name).map((value): [string, string] => [name, value]))))
  .map((pairs) => Object.fromEntries(pairs));

const fields = fc.dictionary(
  fc.oneof(
    fc.constantFrom('user', 'metadata', 'seed', 'organization', 'org_id', 'key'),
    fc.string({ minLength: 1, maxLength: 8 }),
  ),
  fc.oneof(fc.constantFrom('org_rig', 'org_other'), fc.jsonValue({ maxDepth: 2 })),
  { maxKeys: 3 },
);
const body = fc.record({
  text: fc.string({ unit: 'binary', maxLength: 40 }),
  more: fields,
  stream: fc.boolean(),
  anthropic: fc.boolean(),
});
/** How a key is presented: all of them name the same two callers. */
const road = fc.constantFrom('authorization', 'x-api-key', 'api-key', 'query');

interface Asked {
  readonly path: string;
  readonly text: string;
  readonly headers: Record<string, string>;
}

function ask({ path, text, headers: said }: Asked, key: string, by: string): Promise<Answer> {
  const presented = by === 'authorization' ? { authorization: `Bearer ${key}` } : by === 'query' ? {} : { [by]: key };
  const query = by === 'query' ? `?key=${key}` : '';
  return call(`${rig.url}${path}${query}`, text, { headers: { ...said, ...presented } as Record<string, string> });
}

it('a stranger is never given an answer, and its own caller always is', async () => {
  let strangers = 0;
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(body, headers, road, road, async ({ text, more, stream, anthropic }, said, one, other) => {
      // Nobody has asked this before: what is kept is of this run.
      const run = runs++;
      const asked: Asked = {
        path: anthropic ? '/v1/messages' : '/v1/chat/completions',
        text: JSON.stringify({
          ...more,
          model: anthropic ? 'an/m' : 'oa/m',
          messages: [{ role: 'user', content: `${run} ${text}` }],
          ...(anthropic ? { max_tokens: 9 } : { stream }),
        }),
        headers: said,
      };
      const first = await ask(asked, rigKey, one);
      await quiet(rig);
      const stranger = await ask(asked, otherKey, other);
      await quiet(rig);
      const again = await ask(
        { ...asked, headers: { ...said, 'x-tollgate-cache-control': 'max-age=60' } },
        rigKey,
        other,
      );
      if (first.status !== 200) return;
      strangers++;
      expect(cacheOf(stranger)).toBe('miss');
      expect(stranger.body).not.toBe(first.body);
      expect([cacheOf(again), again.body]).toEqual(['hit', first.body]);
      rig.forget();
    }),
    { numRuns: 200 },
  );
  // Most of what a fuzzer writes is a request.
  expect(strangers).toBeGreaterThan(100);
}, 120_000);

it('a crowd of both at once is two calls, one for each', async () => {
  rig.forget();
  const text = JSON.stringify({ model: 'oa/m', messages: [{ role: 'user', content: 'crowd' }] });
  const asked = { path: '/v1/chat/completions', text, headers: {} };
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, i) => ask(asked, i % 2 === 0 ? rigKey : otherKey, 'authorization')),
  );
  const bodies = (rest: number) => new Set(answers.filter((_, i) => i % 2 === rest).map((answer) => answer.body));
  expect([bodies(0).size, bodies(1).size, rig.upstream.calls.length]).toEqual([1, 1, 2]);
  expect([...bodies(0)][0]).not.toBe([...bodies(1)][0]);
});

/** Answers that their provider keeps under an id: whoever got one may delete it, so nobody else is given it. */
import { afterEach, expect, it } from 'vitest';
import { defaultCacheSettings } from '../../src/gateway/cache/cache-settings.ts';
import type { Rig } from '../cases/rig.ts';
import { ask, startResponsesRig } from '../responses/corpus.ts';
import { minute, quiet } from './cached-rig.ts';

let rig: Rig;
afterEach(() => rig.close());

const usage = {
  input_tokens: 5,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 2,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 7,
};
const content = [{ type: 'output_text', text: 'hi', annotations: [] }];
const output = [{ id: 'msg_1', type: 'message', role: 'assistant', status: 'completed', content }];
const answer = { id: 'resp_1', object: 'response', created_at: 1, status: 'completed', model: 'm', output, usage };

it.each([
  ['is not given to another', undefined, 2],
  ['is, where the caller says that nothing is to be kept there', false, 1],
])('a stored answer %s', async (_, store, calls) => {
  rig = await startResponsesRig({
    key: { cache: minute },
    settings: { cache: defaultCacheSettings },
    upstream: { script: (_call, reply) => reply.json(200, { ...answer, store: store ?? true }) },
  });
  for (let i = 0; i < 2; i++) {
    expect((await ask(rig, { model: 're/m', store })).status).toBe(200);
    await quiet(rig);
  }
  expect(rig.upstream.calls).toHaveLength(calls);
});

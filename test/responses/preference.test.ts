/** In which of its dialects a provider is asked for a caller of another one. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openai } from '../../src/providers/openai.ts';
import type { Rig } from '../cases/rig.ts';
import { startResponsesRig } from './corpus.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startResponsesRig({
    providers: { oa: openai },
    models: { thinker: { thinking: 'effort', fixedSampling: true } },
  });
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

const body = { max_tokens: 100, messages: [{ role: 'user', content: 'Hi' }] };
const answer = {
  ...{ id: 'r', object: 'response', status: 'completed', model: 'm' },
  output: [
    { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'hm' }], encrypted_content: 'sealed' },
    { type: 'message', id: 'msg_1', role: 'assistant', content: [{ type: 'output_text', text: 'Hello' }] },
  ],
  usage: { input_tokens: 1, output_tokens: 2, total_tokens: 3 },
};

describe('a provider that speaks both of its own dialects', () => {
  it('is asked for a reasoning model where its reasoning comes sealed, and gets it back as it was', async () => {
    rig.upstream.once((_call, reply) => reply.json(200, answer));
    const first = await rig.messages({ ...body, model: 'oa/thinker' });
    expect(rig.upstream.calls[0]?.path).toBe('/v1/responses');
    expect(rig.upstream.calls[0]?.json).toMatchObject({ store: false, include: ['reasoning.encrypted_content'] });
    const { content } = first.json() as { content: Record<string, string>[] };
    expect(content).toMatchObject([
      { type: 'thinking', thinking: 'hm' },
      { type: 'text', text: 'Hello' },
    ]);
    rig.upstream.once((_call, reply) => reply.json(200, answer));
    const again = [...body.messages, { role: 'assistant', content }, { role: 'user', content: 'And?' }];
    await rig.messages({ ...body, model: 'oa/thinker', messages: again });
    const input = (rig.upstream.calls[1]?.json?.input ?? []) as unknown[];
    expect(input[1]).toEqual({
      ...{ type: 'reasoning', id: 'rs_1', encrypted_content: 'sealed' },
      summary: [{ type: 'summary_text', text: 'hm' }],
    });
  });

  it('is asked in the first that it names for any other model', async () => {
    await rig.messages({ ...body, model: 'oa/plain' });
    expect(rig.upstream.calls[0]?.path).toBe('/v1/chat/completions');
  });

  it('is asked in another dialect for what one cannot say', async () => {
    await rig.messages({ ...body, model: 'oa/thinker', stop_sequences: ['END'] });
    expect(rig.upstream.calls.map(({ path }) => path)).toEqual(['/v1/chat/completions']);
    expect(rig.upstream.calls[0]?.json?.stop).toEqual(['END']);
  });

  it('is asked in the caller’s own whenever it speaks that', async () => {
    await rig.chat({ model: 'oa/thinker', messages: body.messages });
    expect(rig.upstream.calls[0]?.path).toBe('/v1/chat/completions');
  });
});

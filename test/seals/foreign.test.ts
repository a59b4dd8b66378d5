/**
 * Case 63, between two speakers of one dialect: a conversation that began elsewhere carries another dialect's seals in this
 * one's slots. The provider gets none of them, everything of its own, and no thinking budget where the turn that goes on has
 * lost its thinking; and the caller is told.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { packSeal } from '../../src/llm/seal.ts';
import { askBytes, conversePath } from '../bedrock/ask.ts';
import { type Rig, startRig } from '../cases/rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

const sent = () => rig.upstream.calls[0]?.json ?? {};

describe('a relayed body of Messages', () => {
  const foreign = { dialect: 'gemini', value: 'c2Vh' } as const;
  const thought = (signature: string) => ({ type: 'thinking', thinking: 'hm', signature });
  const call = { type: 'tool_use', id: 't', name: 'f', input: { a: 1 } };
  const own = thought('Sig==');
  const strangers = [
    thought(packSeal(foreign, 'anthropic')),
    thought(packSeal({ ...foreign, minter: 'm' }, 'anthropic')),
    { type: 'redacted_thinking', data: packSeal(foreign, 'anthropic') },
    // As callers of this API see the thinking of a provider that signs nothing.
    thought(''),
  ];
  const bodyOf = (content: readonly unknown[]) => ({
    model: 'an/m',
    max_tokens: 4096,
    thinking: { type: 'enabled', budget_tokens: 2048 },
    tools: [{ name: 'f', input_schema: { type: 'object' } }],
    messages: [
      { role: 'user', content: 'q' },
      { role: 'assistant', content },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: 'r' }] },
    ],
  });

  it.each(strangers)('is sent without %j', async (stranger) => {
    const answer = await rig.messages(bodyOf([stranger, own, call]));
    expect(answer.headers['x-tollgate-dropped']).toBe('thinking');
    expect(sent()).toMatchObject({ thinking: { type: 'enabled', budget_tokens: 2048 } });
    expect(sent().messages).toMatchObject([{}, { content: [own, call] }, {}]);
    expect(JSON.stringify(sent())).not.toContain('c2Vh');
  });

  it.each(strangers)('is refused under x-tollgate-fidelity: strict, for %j', async (stranger) => {
    const answer = await rig.messages(bodyOf([stranger, own, call]), { 'x-tollgate-fidelity': 'strict' });
    expect(answer.status).toBe(400);
    expect(answer.body).toContain('thinking');
    expect(rig.upstream.calls).toEqual([]);
  });

  it('leaves no message without content, and keeps every number of a call', async () => {
    const exact = '{"b":1,"a":12345678901234567890,"f":1.0}';
    const body = bodyOf([thought(''), { ...call, input: {} }]);
    body.messages.push({ role: 'assistant', content: [thought('')] }, { role: 'user', content: 'more' });
    const answer = await rig.post('/v1/messages', JSON.stringify(body).replace('"input":{}', `"input":${exact}`));
    expect(answer.headers['x-tollgate-dropped']).toBe('thinking');
    expect(sent().messages).toHaveLength(4);
    expect(rig.upstream.calls[0]?.body.toString()).toContain(exact);
  });

  it('loses its budget where nothing of its own is left', async () => {
    const answer = await rig.messages(bodyOf([...strangers, call]));
    expect(answer.headers['x-tollgate-dropped']).toBe('thinking');
    expect(sent().thinking).toBeUndefined();
    expect(sent().messages).toMatchObject([{}, { content: [call] }, {}]);
  });
});

describe('a relayed body of Converse', () => {
  const foreign = { dialect: 'anthropic', value: 'c2Vh' } as const;
  const thought = (signature: string) => ({ reasoningContent: { reasoningText: { text: 'hm', signature } } });
  const use = { toolUse: { toolUseId: 'a', name: 'f', input: { a: 1 } } };
  const own = thought('own');
  const tagged = packSeal(foreign, 'bedrock-converse');
  const minted = packSeal({ ...foreign, minter: 'm' }, 'bedrock-converse');
  const inBytes = (text: string) => ({ reasoningContent: { redactedContent: Buffer.from(text).toString('base64') } });
  const strangers = [thought(tagged), thought(minted), inBytes(tagged), inBytes(minted)];
  const additionalModelRequestFields = { thinking: { type: 'enabled', budget_tokens: 2000 }, x: 1 };
  const bodyOf = (content: readonly unknown[]) => ({
    additionalModelRequestFields,
    toolConfig: { tools: [{ toolSpec: { name: 'f', inputSchema: { json: { type: 'object' } } } }] },
    messages: [
      { role: 'user', content: [{ text: 'q' }] },
      { role: 'assistant', content },
      { role: 'user', content: [{ toolResult: { toolUseId: 'a', content: [{ text: 'r' }] } }] },
    ],
  });
  const ask = (content: readonly unknown[]) => askBytes(rig, conversePath('be/m', false), bodyOf(content));

  it.each(strangers)('is sent without %j', async (stranger) => {
    const answer = await ask([stranger, own, use]);
    expect(answer.headers['x-tollgate-dropped']).toBe('thinking');
    expect(sent()).toMatchObject({ additionalModelRequestFields });
    expect(sent().messages).toMatchObject([{}, { content: [own, use] }, {}]);
    expect(JSON.stringify(sent())).not.toContain('c2Vh');
  });

  it('loses its budget where nothing of its own is left', async () => {
    const answer = await ask([...strangers, use]);
    expect(answer.headers['x-tollgate-dropped']).toBe('thinking');
    expect(sent().additionalModelRequestFields).toEqual({ x: 1 });
    expect(sent().messages).toMatchObject([{}, { content: [use] }, {}]);
  });
});

/** Cases 11 to 13, 39 and 40: instructions, names, and neighbours of one role. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { asked, refused } from './asked.ts';
import { type Rig, startRig } from './rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({
    models: { reasoner: { developerRole: true, fixedSampling: true }, old: { systemTurns: false } },
  });
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

const user = (content: unknown) => ({ role: 'user', content });
const assistant = (content: unknown) => ({ role: 'assistant', content });
const system = (content: unknown) => ({ role: 'system', content });
const text = (value: string) => ({ type: 'text', text: value });

describe('case 11: system as array', () => {
  const blocks = [{ ...text('A'), cache_control: { type: 'ephemeral' } }, text('B')];

  it('stays an instruction of its own over openai-chat, A before B with a boundary', async () => {
    const { up, dropped } = await asked(rig, 'messages', 'oa/m', { system: blocks });
    expect(up.messages).toEqual([system('A\n\nB'), user('hi')]);
    expect(dropped).toEqual(['cache_control']);
  });

  it('is relayed untouched to anthropic', async () => {
    const { up, dropped } = await asked(rig, 'messages', 'an/m', { system: blocks });
    expect(up.system).toEqual(blocks);
    expect(dropped).toEqual([]);
  });

  it('comes from several chat messages and parts as several blocks', async () => {
    const messages = [system([text('A'), text('B')]), system('C'), user('hi')];
    const { up } = await asked(rig, 'chat', 'an/m', { messages });
    expect(up.system).toEqual([text('A'), text('B'), text('C')]);
    expect(up.messages).toEqual([user([text('hi')])]);
  });
});

describe('case 12: system role inside the messages of a Messages request', () => {
  const messages = [user('u'), system('R'), assistant('a'), user('v')];

  it('keeps its place over openai-chat', async () => {
    const { up } = await asked(rig, 'messages', 'oa/m', { messages });
    expect(up.messages).toEqual(messages);
  });

  it('is relayed in place to anthropic', async () => {
    const { up } = await asked(rig, 'messages', 'an/m', { messages });
    expect(up.messages).toEqual(messages);
  });

  it('is role developer for a model that wants that', async () => {
    const { up } = await asked(rig, 'messages', 'oa/reasoner', { system: 'S', messages });
    expect(up.messages.map((message) => message.role)).toEqual(['developer', 'user', 'developer', 'assistant', 'user']);
  });
});

describe('case 13: developer role', () => {
  const messages = [{ role: 'developer', content: 'D' }, user('u'), { role: 'developer', content: 'late' }, user('v')];

  it('is relayed as it is over openai-chat', async () => {
    const { up } = await asked(rig, 'chat', 'oa/reasoner', { messages });
    expect(up.messages).toEqual(messages);
  });

  it('is the system prompt, and an instruction at its place, over anthropic', async () => {
    const { up, dropped } = await asked(rig, 'chat', 'an/m', { messages });
    expect(up.system).toEqual([text('D')]);
    expect(up.messages).toEqual([user([text('u')]), system([text('late')]), user([text('v')])]);
    expect(dropped).toEqual([]);
  });

  it('is marked inside a user message, in order and reported, for a model without instructions in between', async () => {
    const { up, dropped } = await asked(rig, 'chat', 'an/old', { messages });
    expect(up.system).toEqual([text('D')]);
    const said = JSON.stringify(up.messages);
    expect(said.indexOf('"u"')).toBeLessThan(said.indexOf('<system>'));
    expect(said.indexOf('<system>')).toBeLessThan(said.indexOf('"v"'));
    expect(up.messages.every((message) => message.role === 'user')).toBe(true);
    expect(dropped).toEqual(['messages.role']);
  });

  it('waits for the next user message where it stands behind an assistant message', async () => {
    const { up } = await asked(rig, 'chat', 'an/m', {
      messages: [user('u'), assistant('a'), { role: 'developer', content: 'late' }, user('v')],
    });
    expect(up.messages).toEqual([user([text('u')]), assistant([text('a')]), user([text('v')]), system([text('late')])]);
  });

  it('alone is no conversation: a request of instructions only says so', async () => {
    await refused(rig, 'chat', 'an/m', { messages: [system('only')] }, { param: 'messages' });
  });
});

describe('case 39: name on messages', () => {
  const messages = [{ ...user('u'), name: 'ann' }, { ...assistant('a'), name: 'bot' }, user('v')];

  it('is kept by openai-chat', async () => {
    const { up, dropped } = await asked(rig, 'chat', 'oa/m', { messages });
    expect(up.messages).toEqual(messages);
    expect(dropped).toEqual([]);
  });

  it('is reported over anthropic, which has no slot for it', async () => {
    const { up, dropped } = await asked(rig, 'chat', 'an/m', { messages });
    expect(JSON.stringify(up)).not.toContain('ann');
    expect(dropped).toEqual(['messages.name']);
  });

  it('of an instruction or a tool result is reported as well', async () => {
    const { dropped } = await asked(rig, 'chat', 'an/m', { messages: [{ ...system('s'), name: 'ops' }, user('v')] });
    expect(dropped).toEqual(['messages.content.name']);
  });
});

describe('case 40: neighbours of one role', () => {
  const messages = [user('a'), user('b'), assistant('c'), assistant('d'), user('e')];

  it('stay as they are over anthropic, without invented text', async () => {
    const { up } = await asked(rig, 'chat', 'an/m', { messages });
    const said = up.messages.flatMap(({ content }) => content as object[]);
    expect(said).toEqual(['a', 'b', 'c', 'd', 'e'].map(text));
  });

  it('stay as they are over openai-chat', async () => {
    const { up } = await asked(rig, 'messages', 'oa/m', { messages });
    expect(up.messages).toEqual(messages);
  });

  it('a prefill reaches anthropic: relayed with its white space, translated without it and reported', async () => {
    const prefilled = [user('a'), assistant('Sure: ')];
    const relayed = await asked(rig, 'messages', 'an/m', { messages: prefilled });
    expect(relayed.up.messages).toEqual(prefilled);
    rig.forget();
    const made = await asked(rig, 'chat', 'an/m', { messages: prefilled });
    expect(made.up.messages.at(-1)).toEqual(assistant([text('Sure:')]));
    expect(made.dropped).toEqual(['messages.content']);
  });

  it('a prefill is reported over openai-chat, which does not continue it', async () => {
    const { up, dropped } = await asked(rig, 'messages', 'oa/m', { messages: [user('a'), assistant('Sure: ')] });
    expect(up.messages.at(-1)).toEqual(assistant('Sure: '));
    expect(dropped).toEqual(['prefill']);
  });

  it('under strict fidelity a prefill that would be lost is refused', async () => {
    const answer = await rig.messages(
      { model: 'oa/m', max_tokens: 5, messages: [user('a'), assistant('Sure:')] },
      { 'x-tollgate-fidelity': 'strict' },
    );
    expect(answer.status).toBe(400);
    expect(answer.body).toMatch(/prefill/);
    expect(rig.upstream.calls).toEqual([]);
  });
});

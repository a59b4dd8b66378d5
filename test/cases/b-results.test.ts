/** Cases 14 to 24 and FX1: results of tools, and what stands around them. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { asked, askedRaw, refused } from './asked.ts';
import { type Rig, startRig } from './rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

const user = (content: unknown) => ({ role: 'user', content });
const text = (value: string) => ({ type: 'text', text: value });
const use = (id: string, name = 'f') => ({ type: 'tool_use', id, name, input: {} });
const result = (id: string, content?: unknown, rest: object = {}) => ({
  type: 'tool_result',
  tool_use_id: id,
  ...(content !== undefined && { content }),
  ...rest,
});
const call = (id: string, name = 'f', args = '{}') => ({ id, type: 'function', function: { name, arguments: args } });
const tool = (id: string, content: unknown = 'r') => ({ role: 'tool', tool_call_id: id, content });
const png = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA==' } };
const pngPart = { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } };

/** A Messages conversation in which the calls `ids` get `content` for an answer. */
const answered = (ids: string[], content: unknown[]) => ({
  messages: [user('go'), { role: 'assistant', content: ids.map((id) => use(id)) }, user(content)],
});

/** A chat conversation in which the calls `ids` are followed by `rest`. */
const called = (ids: string[], ...rest: object[]) => ({
  messages: [user('go'), { role: 'assistant', content: null, tool_calls: ids.map((id) => call(id)) }, ...rest],
});

const results = (up: { messages: readonly Record<string, unknown>[] }) =>
  up.messages.filter((message) => message.role === 'tool');
const blocksOf = (message: Record<string, unknown> | undefined) => message?.content as Record<string, unknown>[];

describe('cases 14 and 15: text beside tool results', () => {
  it('behind the result stands behind the tool message', async () => {
    const { up } = await asked(rig, 'messages', 'oa/m', answered(['t1'], [result('t1', 'r'), text('go on')]));
    expect(up.messages.slice(2)).toEqual([tool('t1'), user('go on')]);
  });

  it('before the result goes behind the tool message too, which must follow its call', async () => {
    const { up } = await asked(rig, 'messages', 'oa/m', answered(['t1'], [text('see'), result('t1', 'r')]));
    expect(up.messages.slice(2)).toEqual([tool('t1'), user('see')]);
  });

  it('is relayed untouched to anthropic, which judges itself', async () => {
    const body = answered(['t1'], [text('see'), result('t1', 'r')]);
    const { up } = await asked(rig, 'messages', 'an/m', body);
    expect(up.messages).toEqual(body.messages);
  });
});

describe('case 16: several results in one user message', () => {
  it('are one tool message each, directly behind the call', async () => {
    const content = ['t3', 't1', 't2'].map((id) => result(id, `r${id}`));
    const { up } = await asked(rig, 'messages', 'oa/m', answered(['t1', 't2', 't3'], content));
    expect(up.messages.slice(2)).toEqual(['t3', 't1', 't2'].map((id) => tool(id, `r${id}`)));
  });

  it('spread over two user messages they still stand together', async () => {
    const [go, calls] = answered(['t1', 't2'], []).messages;
    const messages = [go, calls, user([result('t1', 'r'), text('first')]), user([result('t2', 'r')])];
    const { up } = await asked(rig, 'messages', 'oa/m', { messages });
    expect(up.messages.slice(2)).toEqual([tool('t1'), tool('t2'), user('first')]);
  });
});

describe('cases 17 and 18: chat tool messages over anthropic', () => {
  it('become one user message with the results first', async () => {
    const body = called(['a', 'b'], tool('b', 'rb'), tool('a', 'ra'), user('x'));
    const { up } = await asked(rig, 'chat', 'an/m', body);
    expect(up.messages).toHaveLength(3);
    expect(blocksOf(up.messages[2])).toEqual([result('b', 'rb'), result('a', 'ra'), text('x')]);
  });

  it.each(['system', 'user', 'developer'])(
    'a reminder of role %s between two results comes behind them',
    async (role) => {
      const body = called(['a', 'b'], tool('a'), { role, content: 'reminder' }, tool('b'), user('x'));
      const { up } = await asked(rig, 'chat', 'an/m', body);
      const said = JSON.stringify(up.messages.slice(2));
      expect(blocksOf(up.messages[2]).slice(0, 2)).toEqual([result('a', 'r'), result('b', 'r')]);
      expect(said.indexOf('reminder')).toBeGreaterThan(said.lastIndexOf('tool_result'));
      expect(said.indexOf('reminder')).toBeGreaterThan(0);
      expect(said).toContain('"x"');
    },
  );
});

describe('case 19: results that are missing, orphaned or doubled', () => {
  it.each([
    ['of an unknown call', called(['a'], tool('a'), tool('z')), 'messages[3].tool_call_id'],
    ['without any call', { messages: [user('go'), tool('z')] }, 'messages[1].tool_call_id'],
    ['twice', called(['a'], tool('a'), tool('a')), 'messages[3].tool_call_id'],
    ['missing', called(['a', 'b'], tool('a'), user('x')), 'messages[1].tool_calls'],
  ])('a chat result %s is refused with its place', async (_name, body, param) => {
    await refused(rig, 'chat', 'an/m', body, { param });
  });

  it.each([
    ['of an unknown call', answered(['a'], [result('a', 'r'), result('z', 'r')])],
    ['twice', answered(['a'], [result('a', 'r'), result('a', 'r')])],
    ['missing', answered(['a', 'b'], [result('a', 'r'), text('x')])],
  ])('a Messages result %s is refused before openai-chat is asked', async (_name, body) => {
    await refused(rig, 'messages', 'oa/m', body, { says: /messages\[[12]\]/ });
  });

  it('never gets a result invented in a relay', async () => {
    const body = called(['a', 'b'], tool('a'), user('x'));
    const { up } = await asked(rig, 'chat', 'oa/m', body);
    expect(up.messages).toEqual(body.messages);
  });
});

describe('case 20: is_error', () => {
  it('is visible in the tool message', async () => {
    const { up } = await asked(rig, 'messages', 'oa/m', answered(['a'], [result('a', 'boom', { is_error: true })]));
    expect(results(up)).toEqual([tool('a', 'Error: boom')]);
  });

  it('without content says so too, and false says nothing', async () => {
    const body = answered(['a', 'b'], [result('a', '', { is_error: true }), result('b', 'fine', { is_error: false })]);
    const { up } = await asked(rig, 'messages', 'oa/m', body);
    expect(results(up)).toEqual([tool('a', 'Error: the tool failed'), tool('b', 'fine')]);
  });

  it('is never made up for a chat result', async () => {
    const { upText } = await asked(rig, 'chat', 'an/m', called(['a'], tool('a', 'Error: boom')));
    expect(upText).not.toContain('is_error');
  });
});

describe('case 21: an image inside a tool result', () => {
  it('goes into a user message behind all results, which names the call', async () => {
    const body = answered(['a', 'b'], [result('a', [text('shot'), png]), result('b', 'r')]);
    const { up, dropped } = await asked(rig, 'messages', 'oa/m', body);
    expect(up.messages.slice(2)).toEqual([
      tool('a', 'shot'),
      tool('b'),
      user([expect.objectContaining({ type: 'text', text: expect.stringContaining('a') }), pngPart]),
    ]);
    expect(dropped).toEqual([]);
  });

  it('stays in the result over anthropic', async () => {
    const { up } = await asked(rig, 'chat', 'an/m', called(['a'], tool('a', [text('shot'), pngPart])));
    expect(blocksOf(up.messages[2])).toEqual([result('a', [text('shot'), png])]);
  });
});

describe('case 22: other parts inside a tool result', () => {
  const pdf = { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' } };
  it('a document goes the way of an image', async () => {
    const { up } = await asked(rig, 'messages', 'oa/m', answered(['a'], [result('a', [text('read'), pdf])]));
    expect(up.messages.slice(2)).toEqual([
      tool('a', 'read'),
      user([expect.anything(), { type: 'file', file: expect.objectContaining({ file_data: expect.any(String) }) }]),
    ]);
  });

  it.each([
    { type: 'search_result', source: 'https://x.example', title: 'X', content: [text('found')] },
    { type: 'tool_reference', tool_name: 'later' },
  ])('a $type is given as JSON text, and reported', async (part) => {
    const { up, dropped } = await asked(rig, 'messages', 'oa/m', answered(['a'], [result('a', [text('t'), part])]));
    expect(results(up)).toEqual([tool('a', `t\n${JSON.stringify(part)}`)]);
    expect(dropped).toEqual([`messages.content.${part.type}`]);
  });

  it('a document with pictures in it is refused: its bytes are no text', async () => {
    const content = { type: 'document', source: { type: 'content', content: [text('t'), png] } };
    await refused(rig, 'messages', 'oa/m', answered(['a'], [result('a', [content])]), { says: /document/ });
  });
});

describe('case 23: an empty tool result', () => {
  it.each([undefined, '', []])('%j is an empty tool message', async (content) => {
    const { up } = await asked(rig, 'messages', 'oa/m', answered(['a'], [result('a', content)]));
    expect(results(up)).toEqual([tool('a', '')]);
  });

  it.each([null, '', []])('%j is a result without content', async (content) => {
    const { up } = await asked(rig, 'chat', 'an/m', called(['a'], { ...tool('a'), content }));
    expect(blocksOf(up.messages[2])).toEqual([result('a')]);
  });
});

describe('case 24: text blocks of a tool result', () => {
  it('keep a boundary over openai-chat', async () => {
    const { up } = await asked(rig, 'messages', 'oa/m', answered(['a'], [result('a', [text('a'), text('b')])]));
    expect(results(up)).toEqual([tool('a', 'a\nb')]);
  });

  it('stay two blocks over anthropic', async () => {
    const { up } = await asked(rig, 'chat', 'an/m', called(['a'], tool('a', [text('a'), text('b')])));
    expect(blocksOf(up.messages[2])).toEqual([result('a', [text('a'), text('b')])]);
  });
});

describe('FX1: a whole history of tools', () => {
  it('comes out in the order and with the bytes that openai-chat needs', async () => {
    const body = `{"model":"oa/m","max_tokens":256,"messages":[
 {"role":"user","content":"go"},
 {"role":"assistant","content":[{"type":"text","text":"ok"},{"type":"tool_use","id":"toolu_1","name":"shot","input":{}},{"type":"tool_use","id":"toolu_2","name":"sum","input":{"b":1,"a":12345678901234567890}}]},
 {"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_2","is_error":true,"content":"boom"},{"type":"tool_result","tool_use_id":"toolu_1","content":[{"type":"text","text":"a"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AA=="}},{"type":"text","text":"b"}]},{"type":"text","text":"continue"}]}]}`;
    const { up } = await askedRaw(rig, 'messages', 'oa/m', body);
    expect(up.messages).toEqual([
      user('go'),
      {
        role: 'assistant',
        content: 'ok',
        tool_calls: [call('toolu_1', 'shot'), call('toolu_2', 'sum', '{"b":1,"a":12345678901234567890}')],
      },
      tool('toolu_2', 'Error: boom'),
      tool('toolu_1', 'a\nb'),
      user([text('Returned by tool call toolu_1 (shot):'), pngPart, text('continue')]),
    ]);
  });
});

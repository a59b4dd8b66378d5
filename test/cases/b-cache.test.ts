/** Cases 42 and 43: cache breakpoints, and bodies whose earlier bytes stay when a turn is added. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { asked, refused } from './asked.ts';
import { type Rig, startRig } from './rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({ models: { thinker: { thinking: 'budget' } } });
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

const mark = { cache_control: { type: 'ephemeral' } };
const hour = { cache_control: { type: 'ephemeral', ttl: '1h' } };
const user = (content: unknown, rest: object = {}) => ({ role: 'user', content, ...rest });
const text = (value: string, rest: object = {}) => ({ type: 'text', text: value, ...rest });
const call = (id: string, args = '{}') => ({ id, type: 'function', function: { name: 'f', arguments: args } });
const calls = (...ids: string[]) => ({ role: 'assistant', content: null, tool_calls: ids.map((id) => call(id)) });
const tool = (id: string, content: unknown, rest: object = {}) => ({
  role: 'tool',
  tool_call_id: id,
  content,
  ...rest,
});
const offered = [{ type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } }];

/** How often a breakpoint stands in the body, and where. */
const marksIn = (body: string) => body.match(/"cache_control"/g)?.length ?? 0;

describe('case 42: cache breakpoints', () => {
  it('are relayed untouched to anthropic, five of them and on every kind of block', async () => {
    const body = {
      tools: [{ name: 'f', input_schema: { type: 'object' }, ...hour }],
      system: [text('s', hour)],
      messages: [
        user([text('a', mark)]),
        { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'f', input: {} }] },
        user([{ type: 'tool_result', tool_use_id: 't', content: 'r', ...mark }, text('b', mark)]),
      ],
    };
    const { up, dropped } = await asked(rig, 'messages', 'an/m', body);
    expect(up).toMatchObject(body);
    expect(dropped).toEqual([]);
  });

  it('are an extension of the chat door: on tools, system, parts, results, messages, for an hour too', async () => {
    const { up, dropped } = await asked(rig, 'chat', 'an/m', {
      tools: [{ ...offered[0], ...hour }],
      messages: [
        { role: 'system', content: [text('s', mark)] },
        user('a'),
        calls('t'),
        tool('t', 'r', mark),
        user([text('b', mark)]),
      ],
    });
    expect(up.tools).toMatchObject([hour]);
    expect(up.system).toEqual([text('s', mark)]);
    expect(up.messages[2]?.content).toEqual([
      { type: 'tool_result', tool_use_id: 't', content: 'r', ...mark },
      text('b', mark),
    ]);
    expect(dropped).toEqual([]);
  });

  it('beyond the four that the API takes the earliest are left out, and that is reported', async () => {
    const { up, upText, dropped } = await asked(rig, 'chat', 'an/m', {
      tools: [{ ...offered[0], ...mark }],
      messages: [
        { role: 'system', content: [text('s', mark)] },
        ...['a', 'b', 'c'].map((word) => user([text(word, mark)])),
      ],
    });
    expect(marksIn(upText)).toBe(4);
    expect(up.tools).toEqual([{ name: 'f', input_schema: { type: 'object', properties: {} } }]);
    expect(dropped).toEqual(['cache_control']);
  });

  it('are reported over openai-chat, which caches by itself', async () => {
    const { up, upText, dropped } = await asked(rig, 'messages', 'oa/m', {
      tools: [{ name: 'f', input_schema: { type: 'object' }, ...mark }],
      system: [text('s', hour)],
      messages: [user([text('a', mark)])],
    });
    expect(marksIn(upText)).toBe(0);
    expect(up.messages).toEqual([{ role: 'system', content: 's' }, user('a')]);
    expect(dropped).toEqual(['cache_control']);
  });

  it('of another kind or time are refused with their place', async () => {
    const odd = { cache_control: { type: 'ephemeral', ttl: '2h' } };
    await refused(rig, 'chat', 'an/m', { messages: [user([text('a', odd)])] }, { says: /ttl/ });
    rig.forget();
    await refused(rig, 'messages', 'oa/m', { messages: [user([text('a', odd)])] }, { says: /ttl/ });
  });

  it.each([
    ['on the message', 'r', tool('a', 'r', mark)],
    ['on its part', 'r', tool('a', [text('r', mark)])],
    ['on the last of its parts', ['x', 'y'], tool('a', [text('x'), text('y', mark)])],
  ])('moving on (%s) do not change what the result before them says', async (_name, plain, marked) => {
    const content = typeof plain === 'string' ? plain : plain.map((word) => text(word));
    const first = await asked(rig, 'chat', 'an/m', { messages: [user('q'), calls('a'), marked] });
    rig.forget();
    const unmarked = { ...marked, content, cache_control: undefined };
    const second = await asked(rig, 'chat', 'an/m', {
      messages: [user('q'), calls('a'), unmarked, calls('b'), tool('b', 'r', mark)],
    });
    const [before, after] = [first, second].map(({ up }) => (up.messages[2] as { content: object[] }).content[0]);
    expect(before).toEqual({ ...after, ...mark });
    expect(JSON.stringify({ ...after })).toBe(JSON.stringify({ ...before, cache_control: undefined }));
  });
});

describe('case 43: deterministic bodies', () => {
  const chatTurns = [
    { role: 'system', content: 'S' },
    user([text('look'), { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } }]),
    { role: 'assistant', content: 'ok', tool_calls: [call('functions.f:0', '{"b":1,"a":1.0}'), call('x|1')] },
    tool('x|1', 'two'),
    tool('functions.f:0', 'one'),
  ];
  const chatMore = [
    { role: 'assistant', content: 'done' },
    user('and then?'),
    calls('functions.f:0'),
    tool('functions.f:0', 'r'),
  ];
  const messagesTurns = [
    user([text('look'), { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA==' } }]),
    {
      role: 'assistant',
      content: [text('ok'), { type: 'tool_use', id: 't', name: 'f', input: { b: 1, a: 2 } }],
    },
    user([{ type: 'tool_result', tool_use_id: 't', content: [text('r')] }]),
  ];
  const messagesMore = [{ role: 'assistant', content: 'done' }, user('and then?')];
  const byDoor = {
    chat: { model: 'an/m', rest: { tools: offered, user: 'u', temperature: 0.5 }, turns: chatTurns, more: chatMore },
    messages: {
      model: 'oa/m',
      rest: { tools: [{ name: 'f', input_schema: { type: 'object', properties: {} } }], system: 'S', top_p: 0.5 },
      turns: messagesTurns,
      more: messagesMore,
    },
  } as const;

  it.each(['chat', 'messages'] as const)(
    'the %s door sends the same bytes again, and keeps them as a prefix',
    async (door) => {
      const { model, rest, turns, more } = byDoor[door];
      const send = async (messages: readonly object[], stream = false) => {
        rig.forget();
        if (!stream) return (await asked(rig, door, model, { ...rest, messages })).upText;
        await rig[door]({ model, max_tokens: 500, ...rest, messages, stream });
        return rig.upstream.chat.body.toString();
      };
      for (const stream of [false, true]) {
        const first = await send(turns, stream);
        expect(await send(turns, stream)).toBe(first);
        const longer = await send([...turns, ...more], stream);
        // All but the brackets that close the list and the body.
        expect(longer.startsWith(first.slice(0, -2))).toBe(true);
      }
    },
  );

  it('thinking that is still asked for with another turn changes nothing before it', async () => {
    const rest = { reasoning_effort: 'low', max_tokens: 8000 };
    const first = await asked(rig, 'chat', 'an/thinker', { ...rest, messages: [user('a')] });
    rig.forget();
    const messages = [user('a'), { role: 'assistant', content: 'b' }, user('c')];
    const second = await asked(rig, 'chat', 'an/thinker', { ...rest, messages });
    expect(second.upText.startsWith(first.upText.slice(0, -2))).toBe(true);
  });
});

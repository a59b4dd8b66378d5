/** Cases 25 to 29 and 41: text that is absent, empty, blank, in parts, or hostile. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { asked, askedRaw, refused } from './asked.ts';
import { type Rig, startRig } from './rig.ts';
import { askStream, readStream, roads, violations } from './stream-reader.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());
beforeEach(() => rig.forget());

const user = (content: unknown) => ({ role: 'user', content });
const assistant = (content: unknown, rest: object = {}) => ({ role: 'assistant', content, ...rest });
const text = (value: string) => ({ type: 'text', text: value });
const calls = [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }];
const tool = { role: 'tool', tool_call_id: 'a', content: 'r' };

describe('case 25: assistant content null with tool calls', () => {
  it.each([null, '', undefined])('%j is a message of tool_use blocks only over anthropic', async (content) => {
    const messages = [user('q'), assistant(content, { tool_calls: calls }), tool];
    const { up } = await asked(rig, 'chat', 'an/m', { messages });
    expect(up.messages[1]).toEqual(assistant([{ type: 'tool_use', id: 'a', name: 'f', input: {} }]));
  });

  it('is null again over openai-chat for a Messages turn of calls only', async () => {
    const use = { type: 'tool_use', id: 'a', name: 'f', input: {} };
    const messages = [user('q'), assistant([use]), user([{ type: 'tool_result', tool_use_id: 'a', content: 'r' }])];
    const { up } = await asked(rig, 'messages', 'oa/m', { messages });
    expect(up.messages[1]).toEqual(assistant(null, { tool_calls: calls }));
  });

  it('is relayed untouched', async () => {
    const messages = [user('q'), assistant(null, { tool_calls: calls }), tool];
    const { up } = await asked(rig, 'chat', 'oa/m', { messages });
    expect(up.messages).toEqual(messages);
  });
});

describe('case 26: assistant content that is empty, without tools', () => {
  it.each(['', null])('%j leaves valid neighbours over anthropic', async (content) => {
    const { up } = await asked(rig, 'chat', 'an/m', { messages: [user('a'), assistant(content), user('b')] });
    expect(up.messages).toEqual([user([text('a')]), user([text('b')])]);
  });

  it('an answer without blocks that a Messages caller replays is an empty message over openai-chat', async () => {
    const { up } = await asked(rig, 'messages', 'oa/m', { messages: [user('a'), assistant([]), user('b')] });
    expect(up.messages).toEqual([user('a'), assistant(''), user('b')]);
  });
});

describe('case 27: empty and blank text', () => {
  const blanks = [text(''), text('  ')];

  it('is left out over anthropic', async () => {
    const { up } = await asked(rig, 'chat', 'an/m', { messages: [user([...blanks, text('x')])] });
    expect(up.messages).toEqual([user([text('x')])]);
  });

  it('takes its message with it where others remain', async () => {
    const { up } = await asked(rig, 'chat', 'an/m', { messages: [user('a'), user(blanks), user('b')] });
    expect(up.messages).toEqual([user([text('a')]), user([text('b')])]);
  });

  it.each([[blanks], [''], ['\n']])('%j alone is refused', async (content) => {
    await refused(rig, 'chat', 'an/m', { messages: [user(content)] }, { param: 'messages' });
  });

  it('is relayed untouched', async () => {
    const messages = [user([...blanks, text('x')])];
    const { up } = await asked(rig, 'messages', 'an/m', { messages });
    expect(up.messages).toEqual(messages);
  });

  it('of a Messages caller keeps its place over openai-chat, which takes blanks', async () => {
    const { up } = await asked(rig, 'messages', 'oa/m', { messages: [user([...blanks, text('x')])] });
    expect(up.messages).toEqual([user([text('  '), text('x')])]);
  });

  it('in system says nothing anywhere', async () => {
    const { up } = await asked(rig, 'chat', 'an/m', { messages: [{ role: 'system', content: ' ' }, user('x')] });
    expect(up.system).toBeUndefined();
    rig.forget();
    const other = await asked(rig, 'messages', 'oa/m', { system: '' });
    expect(other.up.messages).toEqual([user('hi')]);
  });
});

describe('case 28: content []', () => {
  it.each([
    ['chat', 'an/m'],
    ['messages', 'oa/m'],
  ] as const)('is refused on the %s door before %s is asked', async (door, model) => {
    await refused(rig, door, model, { messages: [user('a'), user([])] }, { says: /messages\[1\]\.content/ });
  });

  it('is never turned into null by a relay', async () => {
    const { up } = await asked(rig, 'chat', 'oa/m', { messages: [user([])] });
    expect(up.messages).toEqual([user([])]);
  });
});

describe('case 29: strings and parts', () => {
  const image = { type: 'image_url', image_url: { url: 'https://x.example/a.png' } };
  const block = { type: 'image', source: { type: 'url', url: 'https://x.example/a.png' } };

  it('keep their order over anthropic', async () => {
    const { up } = await asked(rig, 'chat', 'an/m', { messages: [user([text('a'), image, text('b')])] });
    expect(up.messages).toEqual([user([text('a'), block, text('b')])]);
  });

  it('keep their order over openai-chat', async () => {
    const { up } = await asked(rig, 'messages', 'oa/m', { messages: [user([text('a'), block, text('b')])] });
    expect(up.messages).toEqual([user([text('a'), image, text('b')])]);
  });

  it.each([
    ['chat', 'an/m'],
    ['messages', 'oa/m'],
  ] as const)('a string and a single text are the same body (%s, %s)', async (door, model) => {
    const asString = await asked(rig, door, model, { messages: [user('one')] });
    rig.forget();
    const asPart = await asked(rig, door, model, { messages: [user([text('one')])] });
    expect(asPart.upText).toBe(asString.upText);
  });
});

/** JSON text: a lone surrogate cannot stand in a body but escaped. */
const hostile =
  String.raw`😀 \ud83d \u2028 \u202e tfel \u0000 </s> <|im_end|> data: [DONE]\n\nevent: message_stop\ndata: {}\n\n "\\`.replace(
    '"\\\\',
    '\\"\\\\',
  );
const hostileText = JSON.parse(`"${hostile}"`) as string;
const bodyText = (door: string, model: string, content: string) =>
  `{"model":"${model}",${door === 'messages' ? '"max_tokens":9,' : ''}"messages":[{"role":"user","content":"${content}"}]}`;

describe('case 41: hostile text', () => {
  it.each(roads)('comes through the %s door over %s unchanged, both ways', async (door, upstream) => {
    const { answer, up } = await askedRaw(rig, door, `${upstream}/echo`, bodyText(door, `${upstream}/echo`, hostile));
    const content = up.messages[0]?.content;
    expect(typeof content === 'string' ? content : (content as { text: string }[])[0]?.text).toBe(hostileText);
    const said = answer.json() as Record<string, { message?: { content: string }; text?: string }[]>;
    expect(door === 'chat' ? said.choices?.[0]?.message?.content : said.content?.[0]?.text).toBe(hostileText);
  });

  it.each(roads)('comes through the %s door over %s unchanged in a stream', async (door, upstream) => {
    const whole = hostileText.replace('\ud83d ', '');
    const answer = await askStream(rig, door, `${upstream}/echo`, { messages: [user(whole)] });
    expect(violations(door, answer.body, 'whole')).toEqual([]);
    expect(readStream(door, answer.body).text).toBe(whole);
    expect(await rig.row()).toMatchObject({ status: 'completed', estimated: false, flags: [] });
  });

  it.each(roads)('a line of a megabyte comes through the %s door over %s', async (door, upstream) => {
    const line = 'x'.repeat(1024 * 1024);
    const answer = await askStream(rig, door, `${upstream}/echo`, { messages: [user(line)] });
    expect(violations(door, answer.body, 'whole')).toEqual([]);
    expect(readStream(door, answer.body).text).toBe(line);
    expect(await rig.row()).toMatchObject({ status: 'completed', flags: [] });
  });

  it('leaves the rows of its neighbours alone', async () => {
    const bodies = ['fine', hostile, 'fine too'].map((content) => bodyText('chat', 'an/echo', content));
    const answers = await Promise.all(bodies.map((body) => rig.post('/v1/chat/completions', body)));
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200]);
    const rows = await rig.rows(3);
    expect(rows.map((row) => row.status)).toEqual(['completed', 'completed', 'completed']);
    expect(new Set(rows.map((row) => row.requestId)).size).toBe(3);
  });
});

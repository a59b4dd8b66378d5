import { describe, expect, it } from 'vitest';
import { AnswerStream } from './answer-stream.ts';
import { bodyOf, fromContent, type Message, nothingSaid, openCalls, parseTools } from './conversation.ts';
import { snippet } from './snippets.ts';

const call = { id: 'call_1', name: 'weather', arguments: '{"city":"Bonn"}' };
const done = { ...nothingSaid, state: 'done' as const };

describe('what is sent', () => {
  it('is the conversation with pictures, calls and their results; what failed without a word is left out', () => {
    const messages: Message[] = [
      { role: 'user', text: 'look', images: ['data:image/png;base64,AA=='] },
      { ...done, state: 'failed', error: 'no' },
      { ...done, text: 'I ask', toolCalls: [call] },
      { role: 'tool', callId: 'call_1', text: '20 degrees' },
    ];
    const tools = [{ name: 'weather', parameters: {} }];
    expect(
      bodyOf({ model: 'm', system: 'be brief', messages, tools, parameters: { maxTokens: 9, topP: 0.5 } }),
    ).toEqual({
      model: 'm',
      messages: [
        { role: 'system', content: 'be brief' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'look' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } },
          ],
        },
        {
          role: 'assistant',
          content: 'I ask',
          tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'weather', arguments: call.arguments } }],
        },
        { role: 'tool', tool_call_id: 'call_1', content: '20 degrees' },
      ],
      tools: [{ type: 'function', function: { name: 'weather', parameters: {} } }],
      top_p: 0.5,
      max_tokens: 9,
    });
  });

  it('has no member that nobody set', () => {
    const messages: Message[] = [{ role: 'user', text: 'hi', images: [] }];
    expect(bodyOf({ model: 'm', system: ' ', messages, tools: [], parameters: {} })).toEqual({
      model: 'm',
      messages: [{ role: 'user', content: 'hi' }],
    });
  });

  it('tools are one or many, in either form, and each has a name', () => {
    expect(parseTools('')).toEqual([]);
    expect(parseTools('{"name":"a"}')).toEqual([{ name: 'a' }]);
    expect(parseTools('[{"type":"function","function":{"name":"a"}}]')).toHaveLength(1);
    expect(() => parseTools('[{"description":"x"}]')).toThrow(/needs a name/);
    expect(() => parseTools('{')).toThrow();
  });

  it('calls wait until each has a result', () => {
    const asked: Message[] = [{ ...done, toolCalls: [call, { ...call, id: 'call_2' }] }];
    expect(openCalls(asked).map(({ id }) => id)).toEqual(['call_1', 'call_2']);
    expect(openCalls([...asked, { role: 'tool', callId: 'call_1', text: '' }]).map(({ id }) => id)).toEqual(['call_2']);
    expect(openCalls([])).toEqual([]);
  });
});

describe('what comes back', () => {
  const feed = (text: string, size: number) => {
    const stream = new AnswerStream();
    const bytes = new TextEncoder().encode(text);
    for (let at = 0; at < bytes.length; at += size) stream.push(bytes.slice(at, at + size));
    return stream;
  };
  const chunk = (delta: object, more: object = {}) => `data: ${JSON.stringify({ choices: [{ delta }], ...more })}\n\n`;

  it.each([1, 7, 10_000])('is put together, however it was cut (%d bytes)', (size) => {
    const stream = feed(
      [
        ': keepalive\n\n',
        chunk({ role: 'assistant', reasoning_content: 'hm' }),
        chunk({ content: 'Grüße ' }),
        chunk({ content: '🌍' }),
        chunk({ tool_calls: [{ index: 0, id: 'call_1', function: { name: 'weather', arguments: '{"ci' } }] }),
        chunk({ tool_calls: [{ index: 0, function: { arguments: 'ty":1}' } }] }),
        `data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3}}\n\n`,
        'data: [DONE]\n\n',
      ].join(''),
      size,
    );
    expect([stream.isWhole, stream.said]).toMatchObject([
      true,
      {
        text: 'Grüße 🌍',
        thinking: 'hm',
        toolCalls: [{ id: 'call_1', name: 'weather', arguments: '{"city":1}' }],
        figures: { inputTokens: 7, outputTokens: 3 },
      },
    ]);
  });

  it('a failure in the middle keeps what was said', () => {
    const { said } = feed(`${chunk({ content: 'half' })}data: {"error":{"message":"It broke."}}\n\n`, 5);
    expect(said).toMatchObject({ text: 'half', state: 'failed', error: 'It broke.' });
  });
});

it('the same request can be sent by programs, with nothing that ends a quote, and without the bytes of pictures', () => {
  const image = `data:image/png;base64,${'A'.repeat(500)}`;
  const body = { model: 'm', stream: true, stop: null, messages: [{ role: 'user', content: "it's", image }] };
  expect(snippet('curl', 'http://x', body)).toContain(`it'\\''s`);
  expect(snippet('python', 'http://x', body)).toMatch(/stream=True,\n {4}stop=None,/);
  expect(snippet('node', 'http://x', body)).toContain(`"content": "it's"`);
  for (const language of ['curl', 'python', 'node'] as const)
    expect(snippet(language, 'http://x', body)).not.toContain('AAAA');
});

it('a request that was kept can be gone on with', () => {
  const side = { text: null, encoding: 'text' as const, bytes: 0, isCut: false };
  const block = { text: null, name: null, callId: null, mediaType: null, isError: false };
  const opened = fromContent({
    asked: 'POST /v1/messages',
    operation: 'chat',
    dialect: 'anthropic',
    model: 'main',
    request: side,
    answer: { ...side, status: 200, contentType: '' },
    turns: [
      { role: 'system', blocks: [{ ...block, type: 'text', text: 'be brief' }] },
      { role: 'user', blocks: [{ ...block, type: 'text', text: 'weather?' }] },
      { role: 'assistant', blocks: [{ ...block, type: 'tool-call', callId: 'c1', name: 'weather', text: '{}' }] },
      { role: 'user', blocks: [{ ...block, type: 'tool-result', callId: 'c1', text: 'sun' }] },
    ],
    answerBlocks: [{ ...block, type: 'text', text: 'It shines.' }],
  });
  expect([opened?.model, opened?.system]).toEqual(['main', 'be brief']);
  expect(opened?.messages).toMatchObject([
    { role: 'user', text: 'weather?' },
    { role: 'assistant', toolCalls: [{ id: 'c1', name: 'weather' }] },
    { role: 'tool', callId: 'c1', text: 'sun' },
    { role: 'assistant', text: 'It shines.' },
  ]);
});

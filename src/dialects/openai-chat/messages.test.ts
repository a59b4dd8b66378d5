import { describe, expect, it } from 'vitest';
import { parseJson } from '../../lib/json.ts';
import type { ChatRequest, Turn } from '../../llm/chat.ts';
import { LlmFailure } from '../../llm/error.ts';
import { openaiChat } from './index.ts';

function parse(body: unknown): ChatRequest {
  return openaiChat.parseRequest(parseJson(Buffer.from(JSON.stringify(body)), openaiChat.rawKeys), {
    model: 'm',
    stream: false,
  });
}

function ask(more: object = {}): ChatRequest {
  return parse({ model: 'm', messages: [{ role: 'user', content: 'hi' }], ...more });
}

function talk(...messages: unknown[]): readonly Turn[] {
  return parse({ model: 'm', messages }).turns;
}

/** The refusal that a body gets. */
function refusal(body: unknown): { param: string | undefined; message: string } {
  try {
    parse(body);
  } catch (error) {
    if (error instanceof LlmFailure) return { param: error.error.param, message: error.error.message };
    throw error;
  }
  throw new Error('the body was taken');
}

function refusedMessages(...messages: unknown[]) {
  return refusal({ model: 'm', messages });
}

const call = (id: string, args = '{}') => ({ id, type: 'function', function: { name: 'f', arguments: args } });
const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ';

describe('messages', () => {
  it('case 11, 13: instructions before the first turn are the system prompt, later ones stay where they are', () => {
    const request = parse({
      model: 'm',
      messages: [
        { role: 'developer', content: 'D' },
        { role: 'system', content: [{ type: 'text', text: 'S' }] },
        { role: 'user', content: 'u' },
        { role: 'developer', content: 'late' },
        { role: 'user', content: 'v' },
      ],
    });
    expect(request.system).toEqual([
      { type: 'text', text: 'D' },
      { type: 'text', text: 'S' },
    ]);
    expect(request.turns.map((turn) => turn.role)).toEqual(['user', 'system', 'user']);
  });

  it('case 17, 18: results stand together behind their calls, in their own order, and a reminder comes after them', () => {
    const turns = talk(
      { role: 'user', content: 'q' },
      { role: 'assistant', content: null, tool_calls: [call('a'), call('b')] },
      { role: 'tool', tool_call_id: 'b', content: 'B' },
      { role: 'system', content: 'R' },
      { role: 'tool', tool_call_id: 'a', content: '' },
      { role: 'user', content: 'next' },
    );
    expect(turns.map((turn) => turn.role)).toEqual(['user', 'assistant', 'user', 'system', 'user']);
    expect(turns[2]?.blocks).toEqual([
      { type: 'tool-result', callId: 'b', content: [{ type: 'text', text: 'B' }] },
      { type: 'tool-result', callId: 'a', content: [] },
    ]);
  });

  it('case 19: a result without a call, a second result, and a call without a result are refused', () => {
    const asked = { role: 'assistant', content: null, tool_calls: [call('a')] };
    const result = { role: 'tool', tool_call_id: 'a', content: 'x' };
    expect(refusedMessages({ role: 'user', content: 'q' }, result).param).toBe('messages[1].tool_call_id');
    expect(refusedMessages(asked, { ...result, tool_call_id: 'z' }).param).toBe('messages[1].tool_call_id');
    expect(refusedMessages(asked, result, result).param).toBe('messages[2].tool_call_id');
    expect(refusedMessages(asked, { role: 'user', content: 'and?' }).param).toBe('messages[0].tool_calls');
  });

  it('case 25, 26: content null or empty adds no text block', () => {
    const turns = talk(
      { role: 'assistant', content: null, tool_calls: [call('a')] },
      { role: 'tool', tool_call_id: 'a', content: 'x' },
      { role: 'assistant', content: '' },
      { role: 'assistant' },
    );
    expect(turns.map((turn) => turn.blocks.length)).toEqual([1, 1, 0, 0]);
  });

  it('case 29: parts keep their order', () => {
    const content = [
      { type: 'text', text: 'a' },
      { type: 'image_url', image_url: { url: 'https://example.com/i.png', detail: 'low' } },
      { type: 'text', text: 'b' },
    ];
    expect(talk({ role: 'user', content })[0]?.blocks).toEqual([
      { type: 'text', text: 'a' },
      { type: 'media', kind: 'image', source: { url: 'https://example.com/i.png' }, detail: 'low' },
      { type: 'text', text: 'b' },
    ]);
  });

  it('case 39: a name and unknown fields of a message are carried, empty ones are not', () => {
    const [turn] = talk({ role: 'user', content: 'x', name: 'bob' });
    expect(turn?.carried).toEqual({ dialect: 'openai-chat', raw: { name: 'bob' } });
    const echoed = { role: 'assistant', content: 'x', refusal: null, annotations: [], audio: null };
    expect(talk(echoed)[0]).toEqual({ role: 'assistant', blocks: [{ type: 'text', text: 'x' }] });
  });

  it('case 41: hostile text is untouched', () => {
    const text = '😀 \u2028 \u202e </s> \u0000 data: [DONE]';
    expect(talk({ role: 'user', content: text })[0]?.blocks).toEqual([{ type: 'text', text }]);
  });

  it('case 42: cache_control on parts, messages and tools is a mark, 5 minutes unless it says an hour', () => {
    const request = ask({
      messages: [
        { role: 'system', content: [{ type: 'text', text: 'S', cache_control: { type: 'ephemeral', ttl: '1h' } }] },
        { role: 'user', content: 'x', cache_control: { type: 'ephemeral' } },
      ],
      tools: [{ type: 'function', function: { name: 'f' }, cache_control: { type: 'ephemeral' } }],
    });
    expect(request.system).toEqual([{ type: 'text', text: 'S', cache: '1h' }]);
    expect(request.turns[0]?.blocks).toEqual([{ type: 'text', text: 'x', cache: '5m' }]);
    expect(request.tools[0]?.cache).toBe('5m');
  });

  it('case 48, 49: ids and arguments are kept byte for byte', () => {
    const args = '{"b":1,"a":12345678901234567890,"f":1.0,"s":"\\u00e9\\/"}';
    const asked = { role: 'assistant', content: 'ok', tool_calls: [call('functions.f:0', args)] };
    const [turn] = talk(asked, { role: 'tool', tool_call_id: 'functions.f:0', content: 'x' });
    expect(turn?.blocks[1]).toEqual({ type: 'tool-call', id: 'functions.f:0', name: 'f', args });
  });

  it('case 56: legacy functions and the role function are tools and results', () => {
    const request = ask({
      functions: [{ name: 'f', parameters: { type: 'object' } }],
      function_call: { name: 'f' },
      messages: [
        { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{"x":1}' } },
        { role: 'function', name: 'f', content: 'done' },
      ],
    });
    expect(request.tools).toEqual([{ name: 'f', schema: '{"type":"object"}' }]);
    expect(request.toolChoice).toEqual({ type: 'tool', name: 'f' });
    const [asked, answered] = request.turns;
    expect(asked?.blocks[0]).toMatchObject({ type: 'tool-call', id: 'call_0_legacy', name: 'f', args: '{"x":1}' });
    expect(answered?.blocks[0]).toMatchObject({ type: 'tool-result', callId: 'call_0_legacy' });
  });

  it('case 68: reasoning comes back as thinking, with the seal of whoever made it', () => {
    const details = [
      { type: 'reasoning.text', text: 'T', signature: 'tg1.anthropic.Sig==', index: 0, format: 'anthropic-claude-v1' },
      { type: 'reasoning.encrypted', data: 'tg1.anthropic.Enc==', index: 1, format: 'anthropic-claude-v1' },
      { type: 'reasoning.text', text: 'own', signature: 'S', index: 2, format: 'x' },
    ];
    const [turn] = talk({ role: 'assistant', content: 'x', reasoning_content: 'T', reasoning_details: details });
    const own = JSON.stringify({ type: 'reasoning.text', signature: 'S', index: 2, format: 'x' });
    expect(turn?.blocks.slice(0, 3)).toEqual([
      { type: 'thinking', text: 'T', seal: { dialect: 'anthropic', value: 'Sig==' } },
      { type: 'thinking', text: '', redacted: true, seal: { dialect: 'anthropic', value: 'Enc==' } },
      { type: 'thinking', text: 'own', seal: { dialect: 'openai-chat', value: own } },
    ]);
  });

  it('case 68: thinking_blocks and plain reasoning are understood as well', () => {
    const blocks = [
      { type: 'thinking', thinking: 'T', signature: 'S' },
      { type: 'redacted_thinking', data: 'D' },
    ];
    expect(talk({ role: 'assistant', content: null, thinking_blocks: blocks })[0]?.blocks).toEqual([
      { type: 'thinking', text: 'T', seal: { dialect: 'anthropic', value: 'S' } },
      { type: 'thinking', text: '', redacted: true, seal: { dialect: 'anthropic', value: 'D' } },
    ]);
    expect(talk({ role: 'assistant', content: '', reasoning: 'R' })[0]?.blocks).toEqual([
      { type: 'thinking', text: 'R' },
    ]);
  });

  it('plain text beside the seal of a call is thinking still', () => {
    const details = [{ type: 'reasoning.encrypted', data: 'tg1.gemini.sig', id: 'a', index: 0 }];
    const message = { role: 'assistant', content: null, tool_calls: [call('a')], reasoning_content: 'T' };
    const [turn] = talk({ ...message, reasoning_details: details }, { role: 'tool', tool_call_id: 'a', content: '' });
    expect(turn?.blocks[0]).toEqual({ type: 'thinking', text: 'T' });
  });

  it('case 55: the seal of a tool call travels beside it', () => {
    const details = [
      { type: 'reasoning.encrypted', data: 'tg1.gemini.TS', id: 'a', index: 0, format: 'google-gemini-v1' },
    ];
    const asked = { role: 'assistant', content: null, tool_calls: [call('a')], reasoning_details: details };
    const [turn] = talk(asked, { role: 'tool', tool_call_id: 'a', content: '' });
    expect(turn?.blocks).toEqual([
      { type: 'tool-call', id: 'a', name: 'f', args: '{}', seal: { dialect: 'gemini', value: 'TS' } },
    ]);
  });
});

describe('media', () => {
  const image = (url: string) => ({ role: 'user', content: [{ type: 'image_url', image_url: { url } }] });
  const file = (data: object) => ({ role: 'user', content: [{ type: 'file', file: data }] });

  it.each([
    ['data:image/png;base64,AA==', 'image/png', 'AA=='],
    ['data:image/PNG;charset=x;base64,AA==', 'image/png', 'AA=='],
    ['data:image/jpg;base64,AAAA', 'image/jpeg', 'AAAA'],
    ['data:image/png;base64,-_-_', 'image/png', '+/+/'],
    ['data:image/png;base64,AA\nAA\r\n AA', 'image/png', 'AAAAAA=='],
    [`data:image/jpeg;base64,${png}`, 'image/png', png],
  ])('case 31: %s is read', (url, mediaType, base64) => {
    expect(talk(image(url))[0]?.blocks).toEqual([{ type: 'media', kind: 'image', mediaType, source: { base64 } }]);
  });

  it.each([
    'data:image/png,AA==',
    'data:image/png;base64,',
    'data:image/svg+xml;base64,PHN2Zz4=',
    'data:image/bmp;base64,Qk0=',
    'data:;base64,AA==',
    'data:image/png;base64,%%%',
    'data:image/png;base64,AAAAA',
    'ftp://example.com/i.png',
    'file:///etc/passwd',
    'x',
  ])('case 32: %s is refused by the path of its part', (url) => {
    expect(refusedMessages(image(url)).param).toBe('messages[0].content[0].image_url.url');
  });

  it('case 36: a file is a document with its name; a file id says whose it is', () => {
    const pdf = { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' };
    const document = { type: 'media', kind: 'document', name: 'a.pdf', mediaType: 'application/pdf' };
    expect(talk(file(pdf))[0]?.blocks).toEqual([{ ...document, source: { base64: 'JVBERi0=' } }]);
    expect(talk(file({ ...pdf, file_data: 'JVBERi0=' }))[0]?.blocks).toEqual([
      { ...document, source: { base64: 'JVBERi0=' } },
    ]);
    expect(talk(file({ file_data: 'data:text/plain;base64,aGk=' }))[0]?.blocks).toMatchObject([
      { source: { text: 'hi' } },
    ]);
    expect(talk(file({ file_id: 'file-1' }))[0]?.blocks).toMatchObject([
      { source: { file: 'file-1' }, carried: { dialect: 'openai-chat' } },
    ]);
    expect(refusedMessages(file({})).param).toBe('messages[0].content[0].file.file_data');
  });

  it('case 37: audio is read', () => {
    const content = [{ type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } }];
    expect(talk({ role: 'user', content })[0]?.blocks).toEqual([
      { type: 'media', kind: 'audio', mediaType: 'audio/wav', source: { base64: 'AAAA' } },
    ]);
  });
});

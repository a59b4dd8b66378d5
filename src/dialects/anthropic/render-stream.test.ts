import { describe, expect, it } from 'vitest';
import { messagesStreamViolations } from '../../../test/validators/messages-stream.ts';
import { stringifyJson } from '../../lib/json.ts';
import type { Block, ChatEvent } from '../../llm/chat.ts';
import { NoteList } from '../../llm/notes.ts';
import { anthropic } from './index.ts';
import { context, parse, render, whole } from './stream.fixture.ts';

describe('an answer of another dialect is written', () => {
  const block = (index: number, started: Block, ...more: ChatEvent[]): ChatEvent[] => [
    { type: 'block-start', index, block: started },
    ...more,
    { type: 'block-end', index },
  ];
  const piece = (index: number, text: string): ChatEvent => ({ type: 'block-delta', index, delta: text });
  const begin: ChatEvent = { type: 'start', id: 'chatcmpl-1', model: 'gpt' };

  it('with its own ids and model, the estimate first and the true counts last (cases 8, 81, 87)', () => {
    const events: ChatEvent[] = [
      begin,
      ...block(0, { type: 'text', text: '' }, piece(0, 'Hi')),
      { type: 'usage', usage: { input: 1010, cacheRead: 50, output: 5, thinking: 3 } },
      { type: 'end', stop: 'end' },
    ];
    const { text } = render(events);
    expect(messagesStreamViolations(text, { outcome: 'whole' })).toEqual([]);
    expect(text).toContain('"id":"msg_01abc"');
    expect(text).toContain('"model":"fast"');
    expect(text.split('\n\n')[0]).toContain('"input_tokens":11');
    expect(whole(events).body).toMatchObject({
      id: 'msg_01abc',
      type: 'message',
      role: 'assistant',
      model: 'fast',
      content: [{ type: 'text', text: 'Hi' }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage: {
        input_tokens: 1010,
        cache_read_input_tokens: 50,
        cache_creation_input_tokens: 0,
        output_tokens: 5,
        output_tokens_details: { thinking_tokens: 3 },
      },
    });
  });

  it('67, 68: with thinking, sealed for the way back or with an empty signature', () => {
    const events: ChatEvent[] = [
      begin,
      ...block(0, { type: 'thinking', text: '' }, piece(0, 'hm')),
      ...block(1, { type: 'thinking', text: '' }, piece(1, 'so'), {
        type: 'block-seal',
        index: 1,
        seal: { dialect: 'openai-responses', value: 'gAAA' },
      }),
      { type: 'end', stop: 'end' },
    ];
    expect(whole(events).body.content).toEqual([
      { type: 'thinking', thinking: 'hm', signature: '' },
      { type: 'thinking', thinking: 'so', signature: 'tg1.openai-responses.gAAA' },
    ]);
    expect(render(events).text).toContain('{"type":"signature_delta","signature":"tg1.openai-responses.gAAA"}');
  });

  it('51, 53: with calls without arguments, and tool_use even when the provider said stop', () => {
    const events: ChatEvent[] = [
      begin,
      ...block(0, { type: 'tool-call', id: 'call_1', name: 'f', args: '' }),
      { type: 'end', stop: 'end' },
    ];
    expect(messagesStreamViolations(render(events).text, { outcome: 'whole' })).toEqual([]);
    expect(whole(events).body).toMatchObject({
      content: [{ type: 'tool_use', id: 'call_1', name: 'f', input: {} }],
      stop_reason: 'tool_use',
    });
  });

  it('48, 92: with legal, unique ids where the provider has others or none', () => {
    const events: ChatEvent[] = [
      begin,
      ...block(0, { type: 'tool-call', id: 'functions.f:0', name: 'f', args: '' }),
      ...block(1, { type: 'tool-call', id: '', name: 'f', args: '' }),
      { type: 'end', stop: 'tool-call' },
    ];
    const ids = whole(events).body.content.map((item: { id: string }) => item.id);
    expect(ids).toEqual(['functions_f_0_req_01abc_0', 'toolu_req_01abc_1']);
    expect(render(events).text).toContain('"id":"functions_f_0_req_01abc_0"');
  });

  it('49: with arguments as the model wrote them, and wrapped when they are no JSON', () => {
    const args = (text: string): ChatEvent[] => [
      begin,
      ...block(0, { type: 'tool-call', id: 'c', name: 'f', args: '' }, piece(0, text)),
      { type: 'end', stop: 'tool-call' },
    ];
    const notes = new NoteList();
    const renderer = anthropic.renderResponse(context(notes));
    for (const event of args('{"b":1,"a":12345678901234567890,"f":1.0}')) renderer.push(event);
    expect(stringifyJson(renderer.body())).toContain('"input":{"b":1,"a":12345678901234567890,"f":1.0}');
    expect(whole(args('{"cut')).body.content[0].input).toEqual({ INVALID_JSON: '{"cut' });
    expect(whole(args('{"cut')).dropped).toEqual(['input']);
  });

  it('82, 107: with a refusal as text; 83: with nothing at all', () => {
    const refusal: ChatEvent[] = [
      begin,
      ...block(0, { type: 'refusal', text: '' }, piece(0, 'I cannot')),
      { type: 'end', stop: 'refusal' },
    ];
    expect(whole(refusal).body).toMatchObject({
      content: [{ type: 'text', text: 'I cannot' }],
      stop_reason: 'refusal',
    });
    const empty: ChatEvent[] = [
      begin,
      { type: 'usage', usage: { input: 3, output: 0 } },
      { type: 'end', stop: 'length' },
    ];
    expect(whole(empty).body).toMatchObject({ content: [], stop_reason: 'max_tokens', usage: { output_tokens: 0 } });
    expect(messagesStreamViolations(render(empty).text, { outcome: 'whole' })).toEqual([]);
  });

  it('85: without what only its own dialect can say, noted, and without a gap in the indexes', () => {
    const foreign = { dialect: 'openai-chat', raw: { type: 'url_citation' } } as const;
    const events: ChatEvent[] = [
      begin,
      ...block(0, { type: 'opaque', carried: foreign }, piece(0, 'x')),
      ...block(1, { type: 'text', text: '' }, piece(1, 'see'), { type: 'block-carried', index: 1, carried: foreign }),
      { type: 'end', stop: 'end' },
    ];
    const { text, dropped } = render(events);
    expect(messagesStreamViolations(text, { outcome: 'whole' })).toEqual([]);
    expect(dropped).toEqual(['content', 'annotations']);
    expect(whole(events)).toMatchObject({ body: { content: [{ type: 'text', text: 'see' }] }, dropped });
  });

  it('with its events named by what they are, whatever is carried beside them', () => {
    const carried = { dialect: 'anthropic', raw: { type: 'content_block_start', usage: { name: 'x' } } } as const;
    const { text } = render([begin, { type: 'end', stop: 'end', carried }]);
    expect(messagesStreamViolations(text, { outcome: 'whole' })).toEqual([]);
    expect(parse(text).at(-1)).toMatchObject({ type: 'end' });
  });

  it('41: with every character as it was', () => {
    const odd = 'é😀\ud83d\u2028\u0000</s>\n\ndata: [DONE]\n\n';
    const events: ChatEvent[] = [
      begin,
      ...block(0, { type: 'text', text: '' }, piece(0, odd)),
      { type: 'end', stop: 'end' },
    ];
    expect(parse(render(events).text).find((event) => event.type === 'block-delta')).toMatchObject({ delta: odd });
  });
});

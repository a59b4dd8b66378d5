import { describe, expect, it } from 'vitest';
import { wireText } from '../fakes/answer.ts';
import { messagesStream } from '../fakes/messages-wire.ts';
import { messagesStreamViolations } from './messages-stream.ts';

const text = wireText(messagesStream({ text: 'Hello there' }));
const full = wireText(
  messagesStream({
    blocks: [
      { type: 'thinking', text: 'hm', signature: 'Sig==' },
      { type: 'redacted-thinking', data: 'Enc==' },
      { type: 'text', text: 'ok' },
      { type: 'tool-call', id: 'toolu_1', name: 'f', args: '{"x":1}' },
      { type: 'tool-call', id: 'toolu_2', name: 'g', args: '{}' },
    ],
  }),
);
const errorEvent = 'event: error\ndata: {"type":"error","error":{"type":"api_error","message":"broken"}}\n\n';
const head = text.slice(0, text.indexOf('event: message_delta'));
const half = text.slice(0, text.indexOf('event: content_block_stop'));

describe('V-MSG', () => {
  it('passes whole streams of every kind of block, with pings between events', () => {
    expect(messagesStreamViolations(text, { outcome: 'whole' })).toEqual([]);
    expect(messagesStreamViolations(full, { outcome: 'whole' })).toEqual([]);
  });

  it('passes a failure: the beginning, then one error event', () => {
    for (const start of [head, half, '']) {
      expect(messagesStreamViolations(start + errorEvent, { outcome: 'failed' })).toEqual([]);
    }
  });

  it.each<[string, string, RegExp]>([
    ['an event without its name', text.replace('event: content_block_start\n', ''), /named \(nothing\)/],
    ['a name that is not its type', text.replace('event: message_stop', 'event: message_delta'), /named message_delta/],
    ['no message_start', text.slice(text.indexOf('event: ping')), /before message_start/],
    ['two message_starts', text.slice(0, text.indexOf('event: ping')) + text, /second message_start/],
    ['content in message_start', text.replace('"content":[]', '"content":[{}]'), /message_start has content/],
    [
      'a stop reason in message_start',
      text.replace('"stop_reason":null', '"stop_reason":"end_turn"'),
      /has a stop reason/,
    ],
    ['no input_tokens in message_start', text.replace('"input_tokens":10,', ''), /usage\.input_tokens is undefined/],
    ['null tokens', text.replace('"output_tokens":1,', '"output_tokens":null,'), /usage\.output_tokens is null/],
    ['a gap in the indexes', full.replaceAll('"index":4', '"index":5'), /block 5 where 4 was due/],
    ['a block inside a block', text.replace(blockStop(0), ''), /inside a block/],
    [
      'a delta outside its block',
      text.replace(blockStop(0), '').replace('event: content_block_delta', `${blockStop(0)}event: content_block_delta`),
      /outside its block/,
    ],
    ['a block that is never closed', text.replace(blockStop(0), ''), /never closed|inside a block/],
    [
      'a text block without its empty text',
      text.replace('"type":"text","text":""', '"type":"text"'),
      /text starts with text undefined/,
    ],
    [
      'a thinking block without its empty signature',
      full.replace(',"signature":""', ''),
      /starts with signature undefined/,
    ],
    [
      'a tool that starts with input',
      full.replace('"name":"f","input":{}', '"name":"f","input":{"x":1}'),
      /tool_use starts with input/,
    ],
    ['a tool id that the service refuses', full.replaceAll('toolu_1', 'functions.f:0'), /tool_use has id/],
    ['a delta of another kind', text.replace('"text_delta"', '"thinking_delta"'), /thinking_delta inside text/],
    ['input that is no JSON', full.replace('{\\"x\\":1}', '{\\"x\\":'), /not a JSON object/],
    ['no message_delta', text.replace(/event: message_delta\n.*\n\n/, ''), /no message_delta/],
    [
      'message_delta without a stop reason',
      text.replace('"stop_reason":"end_turn"', '"stop_reason":null'),
      /has stop_reason null/,
    ],
    [
      'message_delta without cache counts',
      text.replace(/(message_delta".*)"cache_read_input_tokens":0,/, '$1'),
      /cache_read_input_tokens is undefined/,
    ],
    [
      'end_turn with tools',
      full.replace('"stop_reason":"tool_use"', '"stop_reason":"end_turn"'),
      /stop_reason end_turn/,
    ],
    ['no message_stop', text.slice(0, text.indexOf('event: message_stop')), /no message_stop/],
    ['anything after message_stop', `${text}data: [DONE]\n\n`, /not a JSON object/],
    ['an event after message_stop', text + blockStop(0), /after the end/],
    ['an error', head + errorEvent, /an error where/],
    ['an unknown event', text.replaceAll('content_block_stop', 'content_block_end'), /unknown event/],
    ['a last event without its blank line', text.trimEnd(), /no blank line/],
    ['nothing', '', /no message_start/],
  ])('a whole stream must not have %s', (_name, body, violation) => {
    expect(messagesStreamViolations(body, { outcome: 'whole' }).join('\n')).toMatch(violation);
  });

  it.each<[string, string, RegExp]>([
    ['a silent end', head, /no error event/],
    ['a stop reason', text.slice(0, text.indexOf('event: message_stop')) + errorEvent, /stop reason although/],
    ['message_stop', text, /message_stop although/],
    ['an error without a message', head + errorEvent.replace(',"message":"broken"', ''), /no message/],
    ['anything after the error', errorEvent + head, /after the end/],
  ])('a failed stream must not have %s', (_name, body, violation) => {
    expect(messagesStreamViolations(body, { outcome: 'failed' }).join('\n')).toMatch(violation);
  });
});

function blockStop(index: number): string {
  return `event: content_block_stop\ndata: {"type":"content_block_stop","index":${index}}\n\n`;
}

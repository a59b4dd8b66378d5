import { describe, expect, it } from 'vitest';
import { wireText } from '../fakes/answer.ts';
import { chatStream } from '../fakes/chat-wire.ts';
import { chatStreamViolations } from './chat-stream.ts';

const tools = [
  { id: 'call_a', name: 'f', args: '{"x":1}' },
  { id: 'call_b', name: 'g', args: '{}' },
];
const text = wireText(chatStream({ text: 'Hello there' }));
const withUsage = wireText(chatStream({ text: 'Hello there' }, { includeUsage: true }));
const withTools = wireText(chatStream({ text: 'ok', tools }));
const withThinking = wireText(chatStream({ thinking: 'hm', text: 'ok' }));
const errorEvent =
  'data: {"error":{"message":"broken","type":"server_error","param":null,"code":"upstream_error"}}\n\n';
const [head = ''] = text.split(
  'data: {"id":"chatcmpl-fake1","object":"chat.completion.chunk","created":1755000000,"model":"fake-model","service_tier":"default","system_fingerprint":null,"choices":[{"index":0,"delta":{},',
);

const whole = { includeUsage: false, outcome: 'whole' } as const;
const failed = { includeUsage: false, outcome: 'failed' } as const;

describe('V-CC', () => {
  it('passes whole streams of text, tools, thinking and usage, with comments between events', () => {
    for (const body of [text, withTools, withThinking]) expect(chatStreamViolations(body, whole)).toEqual([]);
    expect(chatStreamViolations(withUsage, { ...whole, includeUsage: true })).toEqual([]);
    expect(chatStreamViolations(`: keepalive\n\n${text}`, whole)).toEqual([]);
  });

  it('passes a failure: the beginning, then one error event', () => {
    expect(chatStreamViolations(head + errorEvent, failed)).toEqual([]);
  });

  it.each<[string, string, RegExp]>([
    ['an event: line', `event: message\n${text}`, /event: line/],
    ['another id in one chunk', text.replace('"chatcmpl-fake1"', '"chatcmpl-other"'), /id, created or model changes/],
    ['another model in one chunk', text.replace('"fake-model"', '"x"'), /id, created or model changes/],
    ['an id of the other dialect', text.replaceAll('chatcmpl-', 'msg_'), /id is msg_/],
    ['no role', text.replace('"role":"assistant",', ''), /no role/],
    ['no finish_reason', text.replace('"finish_reason":"stop"', '"finish_reason":null'), /no finish_reason/],
    [
      'two finishes',
      text.replace('data: [DONE]', `${lastChunk(text)}\n\ndata: [DONE]`),
      /goes on after its finish_reason/,
    ],
    ['no [DONE]', text.replace('data: [DONE]\n\n', ''), /no \[DONE\]/],
    ['two [DONE]', `${text}data: [DONE]\n\n`, /data after \[DONE\]/],
    ['a last event without its blank line', text.trimEnd(), /no blank line/],
    ['broken JSON', text.replace('{"role":', '{role:'), /not a JSON object/],
    ['a chunk without choices', text.replace(/"choices":\[\{.*?\}\]/, '"choices":[]'), /an empty chunk/],
    ['usage that nobody asked for', withUsage, /1 usage chunks where 0/],
    [
      'an error',
      text.replace('data: [DONE]', `${errorEvent}data: [DONE]`),
      /an error where the answer should be whole/,
    ],
    [
      'a repeated tool id',
      withTools.replace('{"index":0,"function"', '{"index":0,"id":"call_a","function"'),
      /repeats its id/,
    ],
    ['a tool call without an id', withTools.replace('"id":"call_a",', ''), /without an id/],
    ['a tool call without its type', withTools.replace('"type":"function",', ''), /without type function/],
    ['arguments that are an object', withTools.replace('"arguments":""', '"arguments":{}'), /are not text/],
    ['arguments that are null', withTools.replace('"arguments":""', '"arguments":null'), /are not text/],
    [
      'tool indexes with a gap',
      withTools.replaceAll('"tool_calls":[{"index":1', '"tool_calls":[{"index":2'),
      /index 2 where 1 was due/,
    ],
    ['arguments that are no JSON', withTools.replace('{\\"x\\":1}', '{\\"x\\":'), /not a JSON object/],
    [
      'finish stop with tool calls',
      withTools.replace('"finish_reason":"tool_calls"', '"finish_reason":"stop"'),
      /finish_reason stop/,
    ],
    ['nothing', '', /no choice at all/],
  ])('a whole stream must not have %s', (_name, body, violation) => {
    expect(chatStreamViolations(body, whole).join('\n')).toMatch(violation);
  });

  it.each<[string, string, RegExp]>([
    ['no usage chunk', text, /0 usage chunks where 1/],
    ['a total that is no sum', withUsage.replace('"total_tokens":12', '"total_tokens":99'), /the total is no sum/],
    ['usage before the finish', moveUsageUp(withUsage), /usage before the finish/],
  ])('a stream with usage must not have %s', (_name, body, violation) => {
    expect(chatStreamViolations(body, { ...whole, includeUsage: true }).join('\n')).toMatch(violation);
  });

  it.each<[string, string, RegExp]>([
    ['a silent end', head, /no error event/],
    ['a finish_reason', text.replace('data: [DONE]\n\n', errorEvent), /has a finish_reason although/],
    ['[DONE]', `${head + errorEvent}data: [DONE]\n\n`, /\[DONE\] although/],
    ['an error without a code', head + errorEvent.replace(',"code":"upstream_error"', ''), /no code/],
    ['something after the error', head + errorEvent + head, /data after the error/],
  ])('a failed stream must not have %s', (_name, body, violation) => {
    expect(chatStreamViolations(body, failed).join('\n')).toMatch(violation);
  });
});

function lastChunk(body: string): string {
  return body.trim().split('\n\n').at(-2) ?? '';
}

function moveUsageUp(body: string): string {
  const events = body.trim().split('\n\n');
  const [usage = ''] = events.splice(-2, 1);
  return `${[events[0], usage, ...events.slice(1)].join('\n\n')}\n\n`;
}

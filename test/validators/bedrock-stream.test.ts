import { describe, expect, it } from 'vitest';
import { encode } from '../golden/bedrock-converse/event-stream.ts';
import { bedrockStreamViolations } from './bedrock-stream.ts';

const event = (type: string, body: Record<string, unknown>) => encode({ type, isException: false, body });
const failure = (type: string, message: string) => encode({ type, isException: true, body: { message } });

const start = event('messageStart', { role: 'assistant' });
const text = (index: number, words: string) =>
  event('contentBlockDelta', { contentBlockIndex: index, delta: { text: words } });
const stopBlock = (index: number) => event('contentBlockStop', { contentBlockIndex: index });
const call = (index: number) =>
  event('contentBlockStart', { contentBlockIndex: index, start: { toolUse: { toolUseId: 'tooluse_1', name: 'f' } } });
const input = (index: number, json: string) =>
  event('contentBlockDelta', { contentBlockIndex: index, delta: { toolUse: { input: json } } });
const stop = (stopReason: string) => event('messageStop', { stopReason });
const usage = { inputTokens: 3, outputTokens: 2, totalTokens: 9, cacheReadInputTokens: 4, cacheWriteInputTokens: 0 };
const metadata = event('metadata', { usage, metrics: { latencyMs: 5 } });

const whole = [
  start,
  text(0, 'a'),
  stopBlock(0),
  call(1),
  input(1, '{"a":1}'),
  stopBlock(1),
  stop('tool_use'),
  metadata,
];

describe('V-BED', () => {
  it('passes whole streams, and failures after any beginning', () => {
    expect(bedrockStreamViolations(Buffer.concat(whole), { outcome: 'whole' })).toEqual([]);
    for (let count = 0; count < 7; count++) {
      const stream = Buffer.concat([...whole.slice(0, count), failure('modelStreamErrorException', 'broken')]);
      expect(bedrockStreamViolations(stream, { outcome: 'failed' })).toEqual([]);
    }
  });

  it.each<[string, readonly Buffer[], RegExp]>([
    ['no start', whole.slice(1), /before messageStart/],
    ['a second start', [start, ...whole], /second messageStart/],
    ['a block inside another', [start, text(0, 'a'), call(1)], /inside block 0/],
    ['a call without a start', [start, input(0, '{}')], /without contentBlockStart/],
    ['a gap in the indexes', [start, text(1, 'a')], /block 1 where 0 was due/],
    ['a piece of another kind', [start, call(0), text(0, 'a')], /piece of text in a block of toolUse/],
    ['the end of a block that is not open', [start, stopBlock(0)], /not open/],
    ['broken arguments', [start, call(0), input(0, '{'), stopBlock(0)], /no JSON/],
    ['an unknown reason', [start, stop('done')], /stopReason done/],
    ['calls that end a turn', [...whole.slice(0, 6), stop('end_turn'), metadata], /tool calls, but/],
    ['usage before the stop', [start, metadata], /metadata before messageStop/],
    ['no usage', whole.slice(0, -1), /no metadata/],
    ['a block that stays open', [start, text(0, 'a'), stop('end_turn'), metadata], /never closed/],
    ['anything after the end', [...whole, text(2, 'b')], /after the end/],
    [
      'a sum that is none',
      [start, stop('end_turn'), event('metadata', { usage: { ...usage, totalTokens: 5 } })],
      /sum/,
    ],
    ['an event that is none of the API', [start, event('ping', {})], /unknown event ping/],
    ['half a message', [start, metadata.subarray(0, 20)], /broken message/],
    ['an exception instead of an end', [start, failure('throttlingException', 'slow')], /should be whole/],
  ])('finds %s', (_name, messages, what) => {
    expect(bedrockStreamViolations(Buffer.concat(messages), { outcome: 'whole' }).join('; ')).toMatch(what);
  });

  it.each<[string, readonly Buffer[], RegExp]>([
    ['no exception', [start, text(0, 'a')], /no exception/],
    ['a stop all the same', [start, stop('end_turn'), failure('throttlingException', 'slow')], /although/],
    ['an exception without words', [failure('throttlingException', '')], /without a message/],
    ['an exception of another API', [failure('ServerError', 'x')], /unknown exception/],
  ])('finds %s in a failure', (_name, messages, what) => {
    expect(bedrockStreamViolations(Buffer.concat(messages), { outcome: 'failed' }).join('; ')).toMatch(what);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bedrockStreamViolations } from '../../../test/validators/bedrock-stream.ts';
import type { Block, ChatEvent, StopReason } from '../../llm/chat.ts';
import { LlmFailure } from '../../llm/error.ts';
import { event, exception, readStream, readWhole, writeStream, writeWhole } from './codec.fixture.ts';

const start = event('messageStart', { role: 'assistant', p: 'abc' });
const text = (index: number, words: string) =>
  event('contentBlockDelta', { contentBlockIndex: index, delta: { text: words } });
const close = (index: number) => event('contentBlockStop', { contentBlockIndex: index });
const call = (index: number) =>
  event('contentBlockStart', { contentBlockIndex: index, start: { toolUse: { toolUseId: 'a', name: 'f' } } });
const input = (index: number, json: string) =>
  event('contentBlockDelta', { contentBlockIndex: index, delta: { toolUse: { input: json } } });
const stop = (stopReason: string, more = {}) => event('messageStop', { stopReason, ...more });
const metadata = event('metadata', {
  usage: { inputTokens: 3, outputTokens: 2, totalTokens: 5 },
  metrics: { latencyMs: 7 },
});

const types = (events: readonly ChatEvent[]) => events.map(({ type }) => type);
const errorIn = (events: readonly ChatEvent[]) => events.find((each) => each.type === 'error')?.error;

describe('a streamed answer of Converse', () => {
  it('ends with its usage, which comes behind its stop', () => {
    expect(readStream(start, text(0, 'a'), close(0), stop('end_turn'), metadata)).toEqual([
      { type: 'start', id: '', model: '' },
      { type: 'block-start', index: 0, block: { type: 'text', text: '' } },
      { type: 'block-delta', index: 0, delta: 'a' },
      { type: 'block-end', index: 0 },
      { type: 'usage', usage: { input: 3, output: 2 }, flags: [] },
      { type: 'end', stop: 'end' },
    ]);
  });

  it('is whole without it, when the body ends', () => {
    expect(types(readStream(start, text(0, 'a'), close(0), stop('end_turn')))).not.toContain('error');
    expect(types(readStream(start, text(0, 'a'), close(0), stop('end_turn'))).at(-1)).toBe('end');
  });

  it('a call is a call whatever the reason says, and a reason that is not known is carried', () => {
    const end = (...messages: Buffer[]) => readStream(start, ...messages, metadata).at(-1);
    expect(end(call(0), input(0, '{}'), close(0), stop('end_turn'))).toEqual({ type: 'end', stop: 'tool-call' });
    expect(end(stop('next_month'))).toEqual({
      type: 'end',
      stop: 'end',
      carried: { dialect: 'bedrock-converse', raw: { stopReason: 'next_month' } },
    });
    expect(end(stop('stop_sequence', { additionalModelResponseFields: { stop_sequence: 'X' } }))).toEqual({
      type: 'end',
      stop: 'stop-sequence',
      stopSequence: 'X',
    });
  });

  it.each(['malformed_model_output', 'malformed_tool_use'])('%s is no answer, streamed or whole', (reason) => {
    expect(errorIn(readStream(start, text(0, 'a'), close(0), stop(reason)))).toMatchObject({
      kind: 'upstream',
      code: reason,
    });
    const body = { output: { message: { role: 'assistant', content: [{ text: 'a' }] } }, stopReason: reason };
    expect(() => readWhole(body)).toThrow(LlmFailure);
  });

  it('thinking has its signature at its end, and comes whole where it is redacted', () => {
    const thought = (delta: object) =>
      event('contentBlockDelta', { contentBlockIndex: 0, delta: { reasoningContent: delta } });
    expect(
      readStream(
        start,
        thought({ text: 't' }),
        thought({ signature: 'c2' }),
        thought({ signature: 'Vh' }),
        close(0),
      ).slice(1, 5),
    ).toEqual([
      { type: 'block-start', index: 0, block: { type: 'thinking', text: '' } },
      { type: 'block-delta', index: 0, delta: 't' },
      { type: 'block-seal', index: 0, seal: { dialect: 'bedrock-converse', value: 'c2Vh' } },
      { type: 'block-end', index: 0 },
    ]);
    expect(readStream(start, thought({ redactedContent: 'c2Vh' }))[1]).toMatchObject({
      block: { redacted: true, seal: { value: 'c2Vh' } },
    });
  });

  it('counts what was written to the cache by how long it lasts', () => {
    const usage = { inputTokens: 1, outputTokens: 2, cacheReadInputTokens: 3, cacheWriteInputTokens: 9 };
    const details = {
      cacheDetails: [
        { ttl: '1h', inputTokens: 4 },
        { ttl: '5m', inputTokens: 5 },
      ],
    };
    const counted = (more: object) =>
      readStream(start, stop('end_turn'), event('metadata', { usage: { ...usage, ...more } })).find(
        (each) => each.type === 'usage',
      );
    expect(counted({})).toMatchObject({
      usage: { input: 1, output: 2, cacheRead: 3, cacheWrite5m: 9, cacheWrite1h: 0 },
    });
    expect(counted(details)).toMatchObject({ usage: { cacheWrite5m: 5, cacheWrite1h: 4 } });
    expect(counted({ inputTokens: -1 })).toMatchObject({ flags: ['absurd:inputTokens'] });
  });

  it.each<[string, readonly Buffer[], RegExp]>([
    ['nothing', [], /held no answer/],
    ['no stop', [start, text(0, 'a'), close(0)], /ended before/],
    ['a call that never ended', [start, call(0), input(0, '{'), stop('tool_use')], /inside a block/],
    ['a block inside a call', [start, call(0), text(1, 'a')], /outside its block/],
    ['a call inside a call', [start, call(0), call(1)], /inside another/],
    ['arguments outside of a call', [start, input(0, '{}')], /outside of one/],
    ['text in a call', [start, call(0), text(0, 'a')], /piece of text/],
    ['the end of another block', [start, text(0, 'a'), close(1)], /not open/],
    ['two beginnings', [start, start], /began twice/],
    ['a stop before the beginning', [stop('end_turn')], /before it began/],
  ])('%s is broken', (_name, messages, what) => {
    const events = readStream(...messages);
    expect(errorIn(events)?.message).toMatch(what);
    expect(types(events)).not.toContain('end');
  });

  it.each<[string, string]>([
    ['throttlingException', 'rate-limited'],
    ['serviceUnavailableException', 'overloaded'],
    ['modelStreamErrorException', 'upstream'],
    ['internalServerException', 'upstream'],
    ['nextMonthException', 'upstream'],
    ['validationException', 'invalid-request'],
  ])('%s ends it', (name, kind) => {
    const events = readStream(start, text(0, 'a'), exception(name, 'no more'));
    expect(events.at(-1)).toMatchObject({ type: 'error', error: { kind, message: 'no more' } });
  });

  it('passes over events that are not known', () => {
    expect(types(readStream(start, event('next', {}), stop('end_turn'), metadata))).toEqual(['start', 'usage', 'end']);
  });
});

describe('any neutral answer', () => {
  const words = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 });
  const seal = fc.record({
    dialect: fc.constantFrom('bedrock-converse' as const, 'anthropic' as const, 'gemini' as const),
    value: fc.base64String({ minLength: 4 }),
  });
  const args = fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 3 }).map((value) => JSON.stringify(value));
  const block = fc.oneof(
    fc.record({ kind: fc.constant('text' as const), pieces: fc.array(words, { minLength: 1, maxLength: 4 }) }),
    fc.record({
      kind: fc.constant('thinking' as const),
      pieces: fc.array(words, { minLength: 1, maxLength: 3 }),
      seal: fc.option(seal, { nil: undefined }),
    }),
    fc.record({ kind: fc.constant('redacted' as const), seal }),
    fc.record({
      kind: fc.constant('call' as const),
      id: fc.stringMatching(/^[a-zA-Z0-9_-]{1,20}$/),
      name: fc.stringMatching(/^[a-z]{1,8}$/),
      args,
    }),
  );
  const usage = fc.record({
    input: fc.nat(1e6),
    output: fc.nat(1e6),
    cacheRead: fc.nat(1e6),
    cacheWrite5m: fc.nat(1e6),
    cacheWrite1h: fc.nat(1e6),
  });
  const reason = fc.constantFrom<StopReason>('end', 'length', 'context', 'tool-call', 'stop-sequence', 'refusal');

  it('keeps its meaning through a stream of this dialect, and through a whole answer', () => {
    fc.assert(
      fc.property(fc.array(block, { maxLength: 5 }), usage, reason, (blocks, counts, why) => {
        const said = why === 'end' && blocks.some(({ kind }) => kind === 'call') ? 'tool-call' : why;
        const events: ChatEvent[] = [
          { type: 'start', id: 'x', model: 'm' },
          ...blocks.flatMap(eventsOf),
          { type: 'usage', usage: counts },
          { type: 'end', stop: said },
        ];
        const { bytes } = writeStream(events);
        expect(bedrockStreamViolations(bytes, { outcome: 'whole' })).toEqual([]);
        expect(meaning(readStream(bytes))).toEqual(meaning(events));
        expect(meaning(readWhole(writeWhole(events).body))).toEqual(meaning(events));
      }),
      { numRuns: 200 },
    );
  });
});

type Some =
  | { kind: 'text'; pieces: string[] }
  | { kind: 'thinking'; pieces: string[]; seal: Sealed | undefined }
  | { kind: 'redacted'; seal: Sealed }
  | { kind: 'call'; id: string; name: string; args: string };
type Sealed = { dialect: 'bedrock-converse' | 'anthropic' | 'gemini'; value: string };

function eventsOf(some: Some, index: number): ChatEvent[] {
  const end: ChatEvent = { type: 'block-end', index };
  if (some.kind === 'redacted') {
    return [
      { type: 'block-start', index, block: { type: 'thinking', text: '', redacted: true, seal: some.seal } },
      end,
    ];
  }
  if (some.kind === 'call') {
    const { id, name, args } = some;
    const block: Block = { type: 'tool-call', id, name, args: '' };
    return [{ type: 'block-start', index, block }, { type: 'block-delta', index, delta: args }, end];
  }
  return [
    { type: 'block-start', index, block: { type: some.kind, text: '' } },
    ...some.pieces.map((delta): ChatEvent => ({ type: 'block-delta', index, delta })),
    ...(some.kind === 'thinking' && some.seal ? [{ type: 'block-seal', index, seal: some.seal } as const] : []),
    end,
  ];
}

/** The answer without the way it was cut into pieces. */
function meaning(events: readonly ChatEvent[]) {
  const blocks: { block: Block; text: string; seal?: unknown }[] = [];
  let usage = {};
  let stop = '';
  for (const each of events) {
    const last = blocks.at(-1);
    if (each.type === 'block-start') blocks.push({ block: each.block, text: '' });
    if (each.type === 'block-delta' && last) last.text += each.delta;
    if (each.type === 'block-seal' && last) last.seal = each.seal;
    if (each.type === 'usage') usage = { ...usage, ...each.usage };
    if (each.type === 'end') stop = each.stop;
  }
  for (const each of blocks) {
    if (each.block.type === 'tool-call') each.text = JSON.stringify(JSON.parse(each.text || '{}'));
  }
  return { blocks, usage, stop };
}

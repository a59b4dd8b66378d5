import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { messagesStreamViolations } from '../../../test/validators/messages-stream.ts';
import type { Block, ChatEvent, StopReason } from '../../llm/chat.ts';
import { anthropic } from './index.ts';
import { parse, render, whole } from './stream.fixture.ts';

describe('any neutral answer keeps its meaning through a stream of this dialect and back', () => {
  const words = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 });
  const seal = fc.record({
    dialect: fc.constantFrom('anthropic', 'gemini', 'openai-chat'),
    value: fc.base64String({ minLength: 4 }),
  });
  const args = fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 3 }).map((value) => JSON.stringify(value));
  const someBlock = fc.oneof(
    fc.record({ type: fc.constant('text'), pieces: fc.array(words, { minLength: 1, maxLength: 4 }) }),
    fc.record({
      type: fc.constant('thinking'),
      pieces: fc.array(words, { maxLength: 3 }),
      seal: fc.option(seal, { nil: undefined }),
    }),
    fc.record({ type: fc.constant('redacted'), seal }),
    fc.record({
      type: fc.constant('call'),
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
  const stop = fc.constantFrom<StopReason>(
    'end',
    'length',
    'context',
    'tool-call',
    'stop-sequence',
    'refusal',
    'pause',
  );

  const eventsOf = (blocks: readonly SomeBlock[], counts: Record<string, number>, reason: StopReason): ChatEvent[] => [
    { type: 'start', id: 'x', model: 'm' },
    ...blocks.flatMap((block, index) => blockEvents(block, index)),
    { type: 'usage', usage: counts },
    { type: 'end', stop: reason },
  ];

  it('fast-check', () => {
    fc.assert(
      fc.property(fc.array(someBlock, { maxLength: 5 }), usage, stop, (blocks, tokens, reason) => {
        const hasCall = blocks.some((block) => block.type === 'call');
        const said = reason === 'end' && hasCall ? 'tool-call' : reason;
        const events = eventsOf(blocks as SomeBlock[], tokens, said);
        const { text } = render(events);
        expect(messagesStreamViolations(text, { outcome: 'whole' })).toEqual([]);
        expect(meaning(parse(text))).toEqual(meaning(events));
        const body = whole(events).body;
        const fromBody: ChatEvent[] = [];
        anthropic.parseResponse(rawBody(body), (event) => fromBody.push(event));
        expect(meaning(fromBody)).toEqual(meaning(events));
      }),
      { numRuns: 200 },
    );
  });
});

type SomeBlock =
  | { type: 'text' | 'thinking'; pieces: string[]; seal?: { dialect: 'anthropic'; value: string } }
  | { type: 'redacted'; seal: { dialect: 'anthropic'; value: string } }
  | { type: 'call'; id: string; name: string; args: string };

function blockEvents(block: SomeBlock, index: number): ChatEvent[] {
  const close: ChatEvent = { type: 'block-end', index };
  switch (block.type) {
    case 'call':
      return [
        { type: 'block-start', index, block: { type: 'tool-call', id: block.id, name: block.name, args: '' } },
        { type: 'block-delta', index, delta: block.args },
        close,
      ];
    case 'redacted':
      return [
        { type: 'block-start', index, block: { type: 'thinking', text: '', redacted: true, seal: block.seal } },
        close,
      ];
    default:
      return [
        { type: 'block-start', index, block: { type: block.type, text: '' } },
        ...block.pieces.map((delta): ChatEvent => ({ type: 'block-delta', index, delta })),
        ...(block.seal ? [{ type: 'block-seal', index, seal: block.seal } as const] : []),
        close,
      ];
  }
}

/** The answer without the way it was cut into pieces. */
function meaning(events: readonly ChatEvent[]) {
  const blocks: { block: Block; text: string; seal?: unknown }[] = [];
  let usage = {};
  let stop = '';
  for (const event of events) {
    const last = blocks.at(-1);
    if (event.type === 'block-start') blocks.push({ block: event.block, text: '' });
    if (event.type === 'block-delta' && last) last.text += event.delta;
    if (event.type === 'block-seal' && last) last.seal = event.seal;
    if (event.type === 'usage') usage = { ...usage, ...event.usage };
    if (event.type === 'end') stop = event.stop;
  }
  for (const item of blocks)
    if (item.block.type === 'tool-call') item.text = JSON.stringify(JSON.parse(item.text || '{}'));
  return { blocks, usage, stop };
}

function rawBody(body: { content: { input?: unknown }[] }) {
  const content = body.content.map((block) =>
    block.input === undefined ? block : { ...block, input: JSON.stringify(block.input) },
  );
  return { ...body, content };
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { responseObjectViolations, responsesStreamViolations } from '../../../test/validators/responses-stream.ts';
import { parseJson, stringifyJson } from '../../lib/json.ts';
import { SseParser } from '../../lib/sse.ts';
import type { Block, ChatEvent, ChatRequest, Seal, StopReason } from '../../llm/chat.ts';
import { checked } from '../../llm/checked.ts';
import { NoteList } from '../../llm/notes.ts';
import type { AnswerContext } from '../dialect.ts';
import { openaiResponses } from './index.ts';

const words = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 });
const foreignSeal = fc.record({
  dialect: fc.constantFrom('anthropic', 'gemini', 'openai-chat', 'bedrock-converse'),
  value: fc.base64String({ minLength: 4 }),
}) as fc.Arbitrary<Seal>;
const args = fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 3 }).map((value) => JSON.stringify(value));
const id = fc.stringMatching(/^[a-zA-Z0-9_-]{1,20}$/);

interface Said {
  readonly block: Block;
  readonly pieces: readonly string[];
  readonly seal?: Seal | undefined;
}

const said: fc.Arbitrary<Said> = fc.oneof(
  fc.record({
    block: fc.constantFrom<Block>({ type: 'text', text: '' }, { type: 'refusal', text: '' }),
    pieces: fc.array(words, { minLength: 1, maxLength: 4 }),
  }),
  fc.record({
    block: fc.constant<Block>({ type: 'thinking', text: '' }),
    pieces: fc.array(words, { minLength: 1, maxLength: 3 }),
    seal: fc.option(foreignSeal, { nil: undefined }),
  }),
  fc.record({
    block: fc.record({ type: fc.constant('tool-call' as const), id, name: id, args: fc.constant('') }),
    pieces: args.map((text) => [text]),
  }),
  fc.record({
    block: fc.record({
      type: fc.constant('tool-call' as const),
      id,
      name: id,
      args: fc.constant(''),
      form: fc.constant('freeform' as const),
    }),
    pieces: fc.array(words, { maxLength: 3 }),
  }),
);
const stop = fc.constantFrom<StopReason>('end', 'length', 'context', 'tool-call', 'stop-sequence', 'refusal');

function eventsOf(answer: readonly Said[], reason: StopReason): ChatEvent[] {
  return [
    { type: 'start', id: 'x', model: 'm' },
    ...answer.flatMap(({ block, pieces, seal }, index): ChatEvent[] => [
      { type: 'block-start', index, block },
      ...pieces.map((delta): ChatEvent => ({ type: 'block-delta', index, delta })),
      ...(seal === undefined ? [] : [{ type: 'block-seal' as const, index, seal }]),
      { type: 'block-end', index },
    ]),
    { type: 'usage', usage: { input: 3, output: 4, cacheRead: 2, thinking: 1 } },
    { type: 'end', stop: reason },
  ];
}

function context(): AnswerContext {
  return {
    requestId: 'req_01test',
    model: 'asked-for',
    createdAtMs: 1_790_000_000_000,
    wantsStreamUsage: true,
    inputTokensEstimate: 7,
    notes: new NoteList(),
  };
}

function streamOf(events: readonly ChatEvent[]): string {
  let text = '';
  const renderer = openaiResponses.renderStream((frame) => {
    text += frame;
  }, context());
  for (const event of events) renderer.push(event);
  return text;
}

function readStream(...pieces: readonly Buffer[]): ChatEvent[] {
  const events: ChatEvent[] = [];
  const parser = openaiResponses.parseStream(checked((event) => events.push(event)));
  const sse = new SseParser((event, data) => {
    if (data !== undefined) parser.push({ event, data: data.toString('utf8') });
  });
  for (const piece of pieces) sse.push(piece);
  sse.end();
  parser.end();
  return events;
}

function readWhole(events: readonly ChatEvent[]): ChatEvent[] {
  const renderer = openaiResponses.renderResponse(context());
  for (const event of events) renderer.push(event);
  const body = renderer.body();
  expect(responseObjectViolations(JSON.parse(stringifyJson(body)))).toEqual([]);
  const read: ChatEvent[] = [];
  openaiResponses.parseResponse(
    parseJson(Buffer.from(stringifyJson(body)), openaiResponses.rawKeys),
    checked((event) => read.push(event)),
  );
  return read;
}

/** Type, text, name and foreign seal of each block, and how it ended. */
function meaning(events: readonly ChatEvent[]): unknown[] {
  const blocks: { type: string; name: string; form: string; text: string; seal: string }[] = [];
  for (const event of events) {
    if (event.type === 'block-start') {
      const { block } = event;
      const call = block.type === 'tool-call' ? { name: `${block.id} ${block.name}`, form: block.form ?? 'json' } : {};
      blocks.push({ ...{ type: block.type, name: '', form: '', text: '', seal: '' }, ...call });
    }
    const last = blocks.at(-1);
    if (last !== undefined && event.type === 'block-delta') last.text += event.delta;
    if (last !== undefined && event.type === 'block-seal' && event.seal.dialect !== 'openai-responses')
      last.seal = `${event.seal.dialect} ${event.seal.value}`;
  }
  const usage = events.flatMap((event) => (event.type === 'usage' ? [event.usage] : []));
  const error = events.find((event) => event.type === 'error');
  return [blocks, usage.map(({ input, output, cacheRead }) => [input, output, cacheRead]), error];
}

describe('any neutral answer', () => {
  it('keeps its meaning through a stream of this dialect and back, however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(said, { maxLength: 6 }),
        stop,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (all, reason, at) => {
          const events = eventsOf(all, reason);
          const text = streamOf(events);
          expect(responsesStreamViolations(text)).toEqual([]);
          const bytes = Buffer.from(text);
          const cut = Math.floor(at * bytes.length);
          const read = readStream(bytes.subarray(0, cut), bytes.subarray(cut));
          expect(meaning(read)).toEqual(meaning(events));
          expect(read).toEqual(readStream(bytes));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('is the same whole', () => {
    fc.assert(
      fc.property(fc.array(said, { maxLength: 6 }), stop, (all, reason) => {
        const events = eventsOf(all, reason);
        expect(meaning(readWhole(events))).toEqual(meaning(events));
      }),
      { numRuns: 200 },
    );
  });
});

describe('any conversation', () => {
  const text = words.map((value): Block => ({ type: 'text', text: value }));
  const round = fc.record({
    user: fc.array(text, { minLength: 1, maxLength: 2 }),
    thought: fc.option(words, { nil: undefined }),
    callId: id,
    name: id,
    args,
    output: words,
    isFree: fc.boolean(),
  });

  it('keeps its meaning through a request of this dialect and back', () => {
    fc.assert(
      fc.property(fc.array(round, { minLength: 1, maxLength: 4 }), (rounds) => {
        const turns = rounds.flatMap(({ user, thought, callId, name, args: json, output, isFree }, i) => {
          const seal: Seal = {
            dialect: 'openai-responses',
            value: JSON.stringify({ id: `rs_${i}`, encrypted_content: 'e' }),
          };
          const thinking: Block[] = thought === undefined ? [] : [{ type: 'thinking', text: thought, seal }];
          const free = isFree ? { form: 'freeform' as const } : {};
          const call: Block = { type: 'tool-call', id: `${callId}${i}`, name, args: json, ...free };
          const result: Block = {
            type: 'tool-result',
            callId: `${callId}${i}`,
            content: [{ type: 'text', text: output }],
          };
          return [
            { role: 'user' as const, blocks: user },
            { role: 'assistant' as const, blocks: [...thinking, call] },
            { role: 'user' as const, blocks: [result] },
          ];
        });
        const request: ChatRequest = {
          model: 'm',
          stream: false,
          wantsStreamUsage: true,
          system: [],
          turns,
          tools: [],
        };
        const notes = new NoteList();
        const body = openaiResponses.renderRequest(request, { name: 'm' }, notes);
        expect(notes.list).toEqual([]);
        const wire = parseJson(Buffer.from(stringifyJson(body)), openaiResponses.rawKeys);
        const read = openaiResponses.parseRequest(wire, { model: 'm', stream: false });
        expect(read.turns.map(({ role, blocks }) => ({ role, blocks }))).toEqual(turns);
      }),
      { numRuns: 200 },
    );
  });
});

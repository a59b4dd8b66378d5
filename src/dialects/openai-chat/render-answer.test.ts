/** Streams and whole answers for a caller of this dialect. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chatStreamViolations } from '../../../test/validators/chat-stream.ts';
import { SseParser } from '../../lib/sse.ts';
import type { Block, ChatEvent, Seal, StopReason } from '../../llm/chat.ts';
import { NoteList } from '../../llm/notes.ts';
import type { AnswerContext } from '../dialect.ts';
import { openaiChat } from './index.ts';

function context(more: Partial<AnswerContext> = {}): AnswerContext {
  return {
    requestId: 'req_01abc',
    model: 'asked-for',
    createdAtMs: 1_790_000_000_999,
    wantsStreamUsage: false,
    inputTokensEstimate: 7,
    notes: new NoteList(),
    ...more,
  };
}

interface Said {
  readonly block: Block;
  readonly pieces?: readonly string[];
  readonly seal?: Seal;
  readonly carried?: readonly unknown[];
}

/** The events of an answer made of these blocks. */
function answer(said: readonly Said[], stop: StopReason = 'end', more: readonly ChatEvent[] = []): ChatEvent[] {
  const blocks = said.flatMap(({ block, pieces = [], seal, carried = [] }, index): ChatEvent[] => [
    { type: 'block-start', index, block },
    ...pieces.map((delta) => ({ type: 'block-delta', index, delta }) as const),
    ...carried.map((raw) => ({ type: 'block-carried', index, carried: { dialect: 'anthropic', raw } }) as const),
    ...(seal === undefined ? [] : [{ type: 'block-seal', index, seal } as const]),
    { type: 'block-end', index },
  ]);
  return [{ type: 'start', id: 'p', model: 'p' }, ...blocks, ...more, { type: 'end', stop }];
}

const text = (...pieces: string[]): Said => ({ block: { type: 'text', text: '' }, pieces });
const thinking = (piece: string, seal?: Seal): Said => ({
  block: { type: 'thinking', text: '' },
  pieces: piece === '' ? [] : [piece],
  ...(seal && { seal }),
});
const call = (id: string, ...pieces: string[]): Said => ({
  block: { type: 'tool-call', id, name: 'f', args: '' },
  pieces,
});

function streamed(events: readonly ChatEvent[], given = context()): string {
  let written = '';
  const renderer = openaiChat.renderStream((piece) => {
    written += piece;
  }, given);
  for (const event of events) renderer.push(event);
  return written;
}

type Message = Record<string, unknown>;

function whole(events: readonly ChatEvent[], given = context()) {
  const renderer = openaiChat.renderResponse(given);
  for (const event of events) renderer.push(event);
  const body = renderer.body() as { choices: { message: Message; finish_reason: string }[]; usage: Message } & Message;
  const { message = {}, finish_reason = '' } = body.choices[0] ?? {};
  return { body, message, finish: finish_reason, usage: body.usage };
}

function read(stream: string): ChatEvent[] {
  const events: ChatEvent[] = [];
  const parser = openaiChat.parseStream((event) => events.push(event));
  const sse = new SseParser((event, data) => {
    if (data !== undefined) parser.push({ event, data: data.toString('utf8') });
  });
  sse.push(Buffer.from(stream));
  sse.end();
  parser.end();
  return events;
}

const seal: Seal = { dialect: 'anthropic', value: 'Sig==' };

describe('an answer as a stream', () => {
  it('case 87, 88: one id, one model, one time; role first, finish, [DONE] last', () => {
    const stream = streamed(answer([text('Hel', 'lo')]));
    expect(chatStreamViolations(stream, { includeUsage: false, outcome: 'whole' })).toEqual([]);
    expect(stream).toContain('"id":"chatcmpl-01abc"');
    expect(stream).toContain('"created":1790000000,"model":"asked-for"');
    expect(stream.endsWith('data: [DONE]\n\n')).toBe(true);
  });

  it('case 78: the usage chunk comes if asked for, and every other chunk says null', () => {
    const counted: ChatEvent = {
      type: 'usage',
      usage: { input: 10, cacheRead: 50, cacheWrite5m: 400, cacheWrite1h: 600, output: 5, thinking: 3 },
    };
    const events = answer([text('x')], 'end', [counted]);
    const stream = streamed(events, context({ wantsStreamUsage: true }));
    expect(chatStreamViolations(stream, { includeUsage: true, outcome: 'whole' })).toEqual([]);
    expect(stream.match(/"usage":null/g)).toHaveLength(3);
    expect(chatStreamViolations(streamed(events), { includeUsage: false, outcome: 'whole' })).toEqual([]);
    expect(streamed(events)).not.toContain('usage');
  });

  it('case 98: FX5: a failure is one error frame, then nothing', () => {
    const error: ChatEvent = { type: 'error', error: { kind: 'overloaded', message: 'Overloaded' } };
    const stream = streamed([...answer([text('Hel')]).slice(0, 3), error, { type: 'end', stop: 'end' }]);
    expect(chatStreamViolations(stream, { includeUsage: false, outcome: 'failed' })).toEqual([]);
    expect(stream).toContain(
      '{"error":{"message":"Overloaded","type":"server_error","param":null,"code":"overloaded"}}',
    );
  });

  it('case 3, 51: calls begin with id and name, and one without arguments says {}', () => {
    const stream = streamed(answer([text('ok'), call('a'), call('b', '{"x"', ':1}')], 'tool-call'));
    expect(chatStreamViolations(stream, { includeUsage: false, outcome: 'whole' })).toEqual([]);
    expect(stream).toContain(
      '{"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}]}',
    );
    expect(stream).toContain('{"tool_calls":[{"index":0,"function":{"arguments":"{}"}}]}');
  });

  it('case 61, FX3: reasoning is reasoning_content; its seals come once, whole, together, before the finish', () => {
    const redacted: Said = { block: { type: 'thinking', text: '', redacted: true, seal } };
    const stream = streamed(answer([thinking('Let me', seal), redacted, text('so'), thinking('see', seal), text('!')]));
    expect(chatStreamViolations(stream, { includeUsage: false, outcome: 'whole' })).toEqual([]);
    expect(stream).toContain('{"reasoning_content":"Let me"}');
    const format = '"format":"anthropic-claude-v1"}';
    const text1 = `{"type":"reasoning.text","text":"Let me","signature":"tg1.anthropic.Sig==","index":0,${format}`;
    const data = `{"type":"reasoning.encrypted","data":"tg1.anthropic.Sig==","index":1,${format}`;
    const text2 = `{"type":"reasoning.text","text":"see","signature":"tg1.anthropic.Sig==","index":2,${format}`;
    // One list: clients that keep the last one and clients that add them up both have all of it.
    const frames = stream.split('\n\n');
    const at = frames.findIndex((frame) => frame.includes('reasoning_details'));
    expect(frames[at]).toContain(`"delta":{"reasoning_details":[${text1},${data},${text2}]}`);
    expect(frames[at + 1]).toContain('"finish_reason":"stop"');
    expect(stream.match(/Sig==/g)).toHaveLength(3);
  });

  it('case 58, 59, FX8: tools that the provider ran are not shown as calls, and citations are annotations', () => {
    const given = context();
    const server: Block = {
      type: 'opaque',
      carried: { dialect: 'anthropic', raw: { type: 'server_tool_use', name: 'web_search' } },
    };
    const events = answer(
      [
        call('t1', '{"a":1}'),
        { block: server, pieces: ['{"query":"x"}'] },
        { ...text('see'), carried: [{ url: 'https://x', title: 'X' }] },
      ],
      'tool-call',
    );
    const stream = streamed(events, given);
    expect(chatStreamViolations(stream, { includeUsage: false, outcome: 'whole' })).toEqual([]);
    expect(stream).not.toContain('query');
    expect(stream).toContain(
      '{"type":"url_citation","url_citation":{"start_index":0,"end_index":3,"url":"https://x","title":"X"}}',
    );
    expect((given.notes as NoteList).list.map((note) => note.field)).toEqual(['content.server_tool_use']);
  });
});

describe('a whole answer', () => {
  it('case 87: has all its constants', () => {
    const { body, message, finish } = whole(answer([text('Hel', 'lo')]));
    expect(body).toMatchObject({
      id: 'chatcmpl-01abc',
      object: 'chat.completion',
      created: 1_790_000_000,
      model: 'asked-for',
    });
    expect([message, finish]).toEqual([{ role: 'assistant', content: 'Hello', refusal: null }, 'stop']);
  });

  it.each([
    ['end', 'stop'],
    ['length', 'length'],
    ['context', 'length'],
    ['tool-call', 'tool_calls'],
    ['stop-sequence', 'stop'],
    ['refusal', 'content_filter'],
    ['pause', 'stop'],
  ] as const)('case 80: %s is finish_reason %s', (stop, finish) => {
    expect(whole(answer([text('x')], stop)).finish).toBe(finish);
  });

  it('case 81, FX6: the prompt includes what was cached', () => {
    const counted: ChatEvent = {
      type: 'usage',
      usage: { input: 10, cacheRead: 50, cacheWrite5m: 400, cacheWrite1h: 600, output: 5, thinking: 3 },
    };
    expect(whole(answer([text('x')], 'end', [counted])).usage).toEqual({
      prompt_tokens: 1060,
      completion_tokens: 5,
      total_tokens: 1065,
      prompt_tokens_details: { cached_tokens: 50, cache_write_tokens: 1000 },
      completion_tokens_details: { reasoning_tokens: 3 },
    });
  });

  it('case 81: without a count the caller gets our estimate, never null', () => {
    expect(whole(answer([text('one two three')])).usage).toMatchObject({
      prompt_tokens: 7,
      completion_tokens: 3,
      total_tokens: 10,
    });
  });

  it('case 82: a refusal has its words, and is never an empty success', () => {
    const refused = whole(answer([{ block: { type: 'refusal', text: '' }, pieces: ['No.'] }], 'refusal'));
    expect(refused.message).toMatchObject({ content: null, refusal: 'No.' });
    expect(whole(answer([], 'refusal')).message.refusal).toBeTruthy();
    expect(whole(answer([text('part')], 'refusal')).message).toMatchObject({ content: 'part', refusal: null });
  });

  it('case 83: an empty answer is an empty string; calls alone have content null', () => {
    expect(whole(answer([], 'length')).message.content).toBe('');
    expect(whole(answer([call('a')], 'tool-call')).message).toEqual({
      role: 'assistant',
      content: null,
      refusal: null,
      tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }],
    });
  });

  it('case 84, 85: blocks of text are joined, calls keep their order, citations know their place', () => {
    const cited = { ...text('cited'), carried: [{ citation: { url: 'https://x' } }] };
    const { message } = whole(
      answer([text('a '), cited, call('1', '{}'), text('b'), call('2', '{"x":1.0}')], 'tool-call'),
    );
    expect(message.content).toBe('a citedb');
    expect(message.tool_calls).toMatchObject([{ id: '1' }, { id: '2', function: { arguments: '{"x":1.0}' } }]);
    expect(message.annotations).toMatchObject([
      { url_citation: { start_index: 2, end_index: 7, url: 'https://x', title: '' } },
    ]);
  });

  it('an answer that broke has no body', () => {
    const renderer = openaiChat.renderResponse(context());
    renderer.push({ type: 'error', error: { kind: 'upstream', message: 'broken' } });
    expect(() => renderer.body()).toThrow('broken');
  });
});

/**
 * What an answer means: adjacent texts are one, since this wire has no blocks, and so are adjacent thoughts. Seals are
 * at the end of a stream, where what hides its text stands too.
 */
function meaning(events: readonly ChatEvent[]): unknown[] {
  const parts: { kind: string; text: string }[] = [];
  const hidden: Seal[] = [];
  let stop = '';
  for (const event of events) {
    if (event.type === 'block-start') {
      const { block } = event;
      const kind = block.type === 'tool-call' ? `call ${block.id} ${block.name}` : block.type;
      if (block.type === 'thinking' && block.redacted && block.seal) hidden.push(block.seal);
      else if (parts.at(-1)?.kind !== kind) parts.push({ kind, text: '' });
    }
    const last = parts.at(-1);
    if (event.type === 'block-delta' && last !== undefined) last.text += event.delta;
    if (event.type === 'end') stop = event.stop;
  }
  const whole = parts.map((part) =>
    part.kind.startsWith('call') && part.text === '' ? { ...part, text: '{}' } : part,
  );
  return [...whole, ...hidden, stop];
}

/** The one list of sealed reasoning in a stream. */
function detailsOf(stream: string): unknown {
  const chunks = stream.split('\n\n').filter((frame) => frame.startsWith('data: {'));
  const lists = chunks.flatMap((frame) => {
    const chunk = JSON.parse(frame.slice('data: '.length)) as { choices: { delta: Message }[] };
    return chunk.choices.flatMap(({ delta }) => delta.reasoning_details ?? []);
  });
  expect(chunks.filter((frame) => frame.includes('"reasoning_details"')).length).toBeLessThan(2);
  return lists.flat();
}

describe('round trip', () => {
  const words = fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 4 });
  const seals = fc.record({
    dialect: fc.constantFrom('anthropic', 'gemini', 'openai-responses'),
    value: fc.base64String({ minLength: 4 }),
  });
  const blocks: fc.Arbitrary<Said> = fc.oneof(
    words.map((pieces) => text(...pieces)),
    fc.tuple(words, seals).map(([pieces, seal]) => ({ block: { type: 'thinking', text: '' }, pieces, seal }) as Said),
    words.map((pieces) => ({ block: { type: 'thinking', text: '' }, pieces }) as Said),
    seals.map((seal) => ({ block: { type: 'thinking', text: '', redacted: true, seal } }) as Said),
    fc.tuple(fc.uuid(), fc.jsonValue()).map(([id, value]) => call(id, ...JSON.stringify({ value }).split(/(?<=:)/))),
  );
  const answers = fc.array(blocks, { minLength: 1, maxLength: 6 });

  it('what a stream says is what its reader reads', () => {
    fc.assert(
      fc.property(answers, (said) => {
        const stop = said.some(({ block }) => block.type === 'tool-call') ? 'tool-call' : 'end';
        const events = answer(said, stop);
        const stream = streamed(events, context({ wantsStreamUsage: true }));
        expect(chatStreamViolations(stream, { includeUsage: true, outcome: 'whole' })).toEqual([]);
        expect(meaning(read(stream))).toEqual(meaning(events));
      }),
    );
  });

  it('what a client keeps of a stream and gives back is every thought, in order', () => {
    fc.assert(
      fc.property(answers, (said) => {
        const thoughts = said.flatMap(({ block, pieces = [], seal }) =>
          block.type === 'thinking' ? [{ ...block, text: pieces.join(''), ...(seal && { seal }) }] : [],
        );
        const details = detailsOf(streamed(answer(said)));
        const { reasoning_details = [], reasoning_content } = whole(answer(said)).message;
        expect(reasoning_details).toEqual(details);
        const replayed = { role: 'assistant', content: 'x', reasoning_details: details, reasoning_content };
        const { turns } = openaiChat.parseRequest(
          { model: 'm', messages: [{ role: 'user', content: 'u' }, replayed] },
          { model: 'm', stream: false },
        );
        const back = turns[1]?.blocks.filter((block) => block.type === 'thinking') ?? [];
        if (thoughts.some((block) => 'seal' in block)) expect(back).toEqual(thoughts);
        else expect(back.map(({ text }) => text).join('')).toBe(thoughts.map(({ text }) => text).join(''));
      }),
    );
  });

  it('a whole answer says what its stream says', () => {
    fc.assert(
      fc.property(answers, (said) => {
        const events = answer(said, 'length');
        const fromStream: ChatEvent[] = read(streamed(events));
        const { message } = whole(events);
        const sum = (type: Block['type']) => {
          const kinds = new Map<number, Block['type']>();
          let joined = '';
          for (const event of fromStream) {
            if (event.type === 'block-start') kinds.set(event.index, event.block.type);
            if (event.type === 'block-delta' && kinds.get(event.index) === type) joined += event.delta;
          }
          return joined;
        };
        expect(message.content ?? '').toBe(sum('text'));
        expect(message.reasoning_content ?? '').toBe(sum('thinking'));
      }),
    );
  });
});

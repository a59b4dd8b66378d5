import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatEvent } from '../../llm/chat.ts';
import { checked } from '../../llm/checked.ts';
import { gemini } from './index.ts';

const frame = (chunk: object) => `data: ${JSON.stringify(chunk)}\r\n\r\n`;
const chunk = (parts: readonly object[], more: object = {}, beside: object = {}) =>
  frame({ candidates: [{ content: { parts, role: 'model' }, ...more }], ...beside });

/** FX7: CRLF, no end mark; thoughts, a text in two chunks, two calls of one function. */
const usage = { promptTokenCount: 4, candidatesTokenCount: 8, thoughtsTokenCount: 6, totalTokenCount: 18 };
const fixture =
  chunk(
    [{ text: 'hm', thought: true }],
    {},
    { usageMetadata: { promptTokenCount: 4, totalTokenCount: 10, thoughtsTokenCount: 6 } },
  ) +
  chunk([{ text: 'Par' }]) +
  chunk(
    [
      { text: 'is' },
      { functionCall: { name: 'f', args: { x: 1 } }, thoughtSignature: 'TS' },
      { functionCall: { name: 'f', args: { x: 2 } } },
    ],
    { finishReason: 'STOP' },
    { usageMetadata: usage },
  );

function read(pieces: readonly Buffer[]): ChatEvent[] {
  const events: ChatEvent[] = [];
  const parser = gemini.parseStream(checked((event) => events.push(event)));
  const frames = gemini.framing.parser((event, data) => {
    if (data !== undefined) parser.push({ event, data: data.toString('utf8') });
  });
  for (const piece of pieces) frames.push(piece);
  frames.end();
  parser.end();
  return events;
}

const text = (...frames: string[]) => read([Buffer.from(frames.join(''))]);
const constant = (events: readonly ChatEvent[]) => JSON.stringify(events).replace(/call_[0-9a-f]{24}/g, 'call_x');

describe('a stream', () => {
  it('is read into blocks (52, 53, 54, 97)', () => {
    const events = text(fixture);
    const blocks = events.filter((event) => event.type === 'block-start').map(({ block }) => block);
    expect(blocks.map(({ type }) => type)).toEqual(['thinking', 'text', 'tool-call', 'tool-call']);
    const ids = blocks.flatMap((block) => (block.type === 'tool-call' ? [block.id] : []));
    expect(new Set(ids).size).toBe(2);
    expect(events.filter((event) => event.type === 'block-delta').map(({ delta }) => delta)).toEqual([
      ...['hm', 'Par', 'is', '{"x":1}', '{"x":2}'],
    ]);
    expect(events.filter((event) => event.type === 'block-seal')).toEqual([
      { type: 'block-seal', index: 2, seal: { dialect: 'gemini', value: 'TS' } },
    ]);
    const counts = events.filter((event) => event.type === 'usage').at(-1);
    expect(counts?.usage).toMatchObject({ input: 4, output: 14, thinking: 6, cacheRead: 0 });
    expect(events.at(-1)).toEqual({ type: 'end', stop: 'tool-call' });
  });

  it('gives the same events however it is split', () => {
    const bytes = Buffer.from(fixture.replace('Par', 'Pàr😀'));
    const whole = constant(read([bytes]));
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: bytes.length - 1 }), { maxLength: 6 }), (places) => {
        const cuts = [0, ...new Set(places.toSorted((a, b) => a - b)), bytes.length];
        const pieces = cuts.slice(1).map((to, i) => bytes.subarray(cuts[i], to));
        expect(constant(read(pieces))).toBe(whole);
      }),
    );
  });

  it('never throws, and never ends whole without a reason', () => {
    const part = fc.oneof(
      fc.record({ text: fc.string(), thought: fc.boolean() }),
      fc.record({ functionCall: fc.anything(), thoughtSignature: fc.string() }),
      fc.object(),
    );
    const candidate = fc.record({ content: fc.record({ parts: fc.array(part) }), index: fc.constantFrom(0, 1) });
    const body = fc.oneof(fc.record({ candidates: fc.array(candidate) }), fc.object());
    fc.assert(
      fc.property(fc.array(body), (chunks) => {
        const events = text(...chunks.map((each) => frame(each)));
        const reasons = chunks.some((each) => /finishReason|blockReason/.test(JSON.stringify(each) ?? ''));
        if (!reasons) expect(events.at(-1)?.type).toBe('error');
      }),
    );
  });

  it.each([
    ['an empty text that is signed', [{ text: '', thoughtSignature: 'S' }]],
    ['a signature alone', [{ thoughtSignature: 'S' }]],
  ])('%s is a block of its own', (_name, parts) => {
    const events = text(chunk([{ text: 'said' }]), chunk(parts, { finishReason: 'STOP' }));
    const starts = events.filter((event) => event.type === 'block-start');
    expect(starts).toHaveLength(2);
    expect(events).toContainEqual({ type: 'block-seal', index: 1, seal: { dialect: 'gemini', value: 'S' } });
  });

  it.each<[string, string, string]>([
    ['MAX_TOKENS', 'length', ''],
    ['SAFETY', 'refusal', ''],
    ['RECITATION', 'refusal', 'RECITATION'],
    ['PROHIBITED_CONTENT', 'refusal', 'PROHIBITED_CONTENT'],
    ['SPII', 'refusal', 'SPII'],
    ['OTHER', 'end', 'OTHER'],
    ['NEXT_YEARS_REASON', 'end', 'NEXT_YEARS_REASON'],
  ])('%s is %s (80)', (finishReason, stop, kept) => {
    const carried = kept === '' ? {} : { carried: { dialect: 'gemini', raw: { finishReason: kept } } };
    expect(text(frame({ candidates: [{ content: {}, finishReason }] })).at(-1)).toEqual({
      type: 'end',
      stop,
      ...carried,
    });
  });

  it.each([
    ['a malformed call (80)', chunk([{ text: 'x' }], { finishReason: 'MALFORMED_FUNCTION_CALL' })],
    ['no reason (99)', chunk([{ text: 'x' }])],
    [
      'an error object (98)',
      chunk([{ text: 'x' }]) + frame({ error: { code: 503, message: 'o', status: 'UNAVAILABLE' } }),
    ],
    ['what is not JSON', `${chunk([{ text: 'x' }])}data: {"a\r\n\r\n`],
    ['nothing (105)', ''],
  ])('%s ends it as a failure', (_name, body) => {
    expect(text(body).at(-1)?.type).toBe('error');
  });
});

describe('the tap', () => {
  const tapped = (body: string) => {
    const tap = gemini.tap();
    const kinds: string[] = [];
    const frames = gemini.framing.parser((event, data) => {
      if (data !== undefined) kinds.push(tap.frame(event, data));
    });
    frames.push(Buffer.from(body));
    frames.end();
    return { tap, kinds };
  };

  it('sees content, usage and the end', () => {
    const { tap, kinds } = tapped(fixture);
    expect(kinds).toEqual(['content', 'content', 'content']);
    expect(tap).toMatchObject({ complete: true, stop: 'STOP', usage: { input: 4, output: 14, thinking: 6 } });
    expect(tap.outputTokensSeen).toBeGreaterThan(5);
  });

  it('takes a chunk without words for a prelude, and an error after a reason for a failure', () => {
    expect(tapped(chunk([{ text: '' }], {}, { usageMetadata: usage })).kinds).toEqual(['prelude']);
    const { tap, kinds } = tapped(fixture + frame({ error: { code: 500, message: 'x', status: 'INTERNAL' } }));
    expect([kinds.at(-1), tap.complete, tap.error?.kind]).toEqual(['error', false, 'upstream']);
  });

  it('waits for every answer that was asked for', () => {
    const other = (index: number, more = {}) =>
      frame({ candidates: [{ index, content: { parts: [{ text: 'x' }] }, ...more }] });
    const both = other(0) + other(1) + other(0, { finishReason: 'STOP' });
    expect(tapped(both).tap.complete).toBe(false);
    expect(tapped(both + other(1, { finishReason: 'STOP' })).tap.complete).toBe(true);
  });

  it('is not misled by words that look like fields', () => {
    const words = '"finishReason":"STOP","usageMetadata":{"promptTokenCount":9},"error":{"code":500}';
    const { tap, kinds } = tapped(
      chunk([{ text: words }, { functionCall: { name: 'f', args: { index: 7, text: words } } }]),
    );
    expect([kinds, tap.complete, tap.usage, tap.error]).toEqual([['content'], false, undefined, undefined]);
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.json())), (datas) => {
        const tap = gemini.tap();
        for (const data of datas) tap.frame('', Buffer.from(data));
        expect(tap.usageFlags).toEqual(expect.any(Array));
      }),
    );
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { threadMs } from '../../test/thread-time.ts';
import { SseFrameTooLarge, SseParser } from './sse.ts';

interface Frame {
  readonly event: string;
  readonly data: string | undefined;
  readonly raw: string;
}

function framesOf(chunks: readonly Buffer[], bytesMax?: number): Frame[] {
  const frames: Frame[] = [];
  const parser = new SseParser((event, data, raw) => {
    frames.push({ event, data: data?.toString('latin1'), raw: raw.toString('latin1') });
  }, bytesMax);
  for (const chunk of chunks) parser.push(Buffer.from(chunk));
  parser.end();
  return frames;
}

const parse = (text: string) => framesOf([Buffer.from(text)]).map(({ event, data }) => [event, data]);

function cut(bytes: Buffer, at: readonly number[]): Buffer[] {
  const places = [...new Set(at.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...places].map((from, i) => bytes.subarray(from, places[i] ?? bytes.length));
}

/** The parsing rules of the HTML standard, written down line by line and without a thought of speed. */
function oracle(text: string): [string, string | undefined][] {
  const frames: [string, string | undefined][] = [];
  let event = '';
  let data: string[] = [];
  let fields = false;
  const lines = text.replace(/^\u00ef\u00bb\u00bf/, '').split(/\r\n|\r|\n/);
  const dispatch = () => {
    frames.push([event, data.length === 0 ? undefined : data.join('\n')]);
    event = '';
    data = [];
    fields = false;
  };
  for (const [i, line] of lines.entries()) {
    if (line === '' && i < lines.length - 1) dispatch();
    if (line === '') continue;
    fields = true;
    const [name = '', value = ''] = /^([^:]*):? ?(.*)$/s.exec(line)?.slice(1) ?? [];
    if (name === 'data') data.push(value);
    if (name === 'event') event = value;
  }
  if (fields) dispatch();
  return frames;
}

const lineEnd = fc.constantFrom('\n', '\r', '\r\n');
const line = fc.oneof(
  fc.constantFrom(
    'data: {"a":1}',
    'data:x',
    'data',
    'data:',
    'data:  two',
    'event: ping',
    'event:',
    'event',
    ': hi',
    ':',
  ),
  fc.constantFrom('id: 7', 'retry: 10', 'dat', 'datax: 1', 'data : 1', 'event: a:b', 'data: \u00ef\u00bb\u00bf', ''),
  fc.string({ unit: fc.constantFrom('d', 'a', 't', ':', ' ', 'e', '\u00c3', '\u00a9') }),
);
const stream = fc.array(fc.tuple(line, lineEnd), { maxLength: 30 }).map((lines) => lines.flat().join(''));

describe('SseParser', () => {
  it('reads what the standard reads, in any split', () => {
    fc.assert(
      fc.property(fc.boolean(), stream, fc.array(fc.nat(), { maxLength: 12 }), (bom, text, at) => {
        const bytes = Buffer.from((bom ? '\u00ef\u00bb\u00bf' : '') + text, 'latin1');
        const whole = framesOf([bytes]);
        expect(framesOf(cut(bytes, at))).toEqual(whole);
        const seen = whole.map(({ event, data }) => [event, data]);
        // A mark alone on its line makes that line no blank one: one frame less than the standard, no byte lost.
        if (!(bom && /^([\r\n]|$)/.test(text))) expect(seen).toEqual(oracle(bytes.toString('latin1')));
      }),
      { numRuns: 2000 },
    );
  });

  it('keeps every byte: raw frames laid end to end are the stream', () => {
    fc.assert(
      fc.property(stream, fc.array(fc.nat(), { maxLength: 12 }), (text, at) => {
        const bytes = Buffer.from(text, 'latin1');
        const frames = framesOf(cut(bytes, at));
        expect(frames.map((frame) => frame.raw).join('')).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });

  it('gives one answer for recorded streams, whole or byte by byte', () => {
    const folder = new URL('../../../shared/wire/', import.meta.url);
    for (const provider of ['openai-chat/openai/', 'openai-chat/perplexity/', 'anthropic-messages/anthropic/']) {
      for (const name of readdirSync(new URL(provider, folder))
        .filter((entry) => entry.startsWith('stream'))
        .slice(0, 3)) {
        const bytes = readFileSync(new URL(`${provider}${name}/response.sse`, folder));
        const whole = framesOf([bytes]);
        expect(whole.length).toBeGreaterThan(2);
        expect(framesOf(Array.from(bytes, (_, i) => bytes.subarray(i, i + 1)))).toEqual(whole);
      }
    }
  });

  it.each([
    [
      'a space after the colon or none',
      'data: a\n\ndata:b\n\n',
      [
        ['', 'a'],
        ['', 'b'],
      ],
    ],
    ['one space only', 'data:  a\n\n', [['', ' a']]],
    ['several data lines', 'data: a\ndata\ndata: b\n\n', [['', 'a\n\nb']]],
    ['no data', 'event: x\n\n', [['x', undefined]]],
    [
      'empty data',
      'data\n\ndata:\n\n',
      [
        ['', ''],
        ['', ''],
      ],
    ],
    [
      'comments',
      ': keepalive\n\n:\n\n',
      [
        ['', undefined],
        ['', undefined],
      ],
    ],
    ['CRLF', 'event: a\r\ndata: 1\r\n\r\n', [['a', '1']]],
    ['CR', 'event: a\rdata: 1\r\r', [['a', '1']]],
    [
      'a mix of line ends',
      'data: 1\r\n\ndata: 2\n\r\ndata: 3\r\r\n',
      [
        ['', '1'],
        ['', '2'],
        ['', '3'],
      ],
    ],
    [
      'no blank line at the end',
      'data: 1\n\ndata: 2\n',
      [
        ['', '1'],
        ['', '2'],
      ],
    ],
    [
      'no line end at the end',
      'data: 1\n\ndata: 2',
      [
        ['', '1'],
        ['', '2'],
      ],
    ],
    ['a byte order mark at the start', '\ufeffdata: 1\n\n', [['', '1']]],
    [
      'a byte order mark later, which is none',
      'data: 1\n\n\ufeffdata: 2\n\n',
      [
        ['', '1'],
        ['', undefined],
      ],
    ],
    ['the last of two events', 'event: a\nevent: b\ndata: 1\n\n', [['b', '1']]],
    ['fields that only begin alike', 'dat: 1\ndatas: 2\nDATA: 3\n\n', [['', undefined]]],
    ['nothing', '', []],
  ])('reads %s', (_, text, expected) => {
    expect(parse(text)).toEqual(expected);
  });

  it('waits with a CR at the end of a chunk: it may be half of CRLF', () => {
    const chunks = ['data: 1\r', '\n\r', '\ndata: 2\r\n\r\n'].map((chunk) => Buffer.from(chunk));
    expect(framesOf(chunks).map((frame) => frame.data)).toEqual(['1', '2']);
  });

  it('emits a frame as soon as its blank line is there', () => {
    let seen = 0;
    const parser = new SseParser(() => seen++);
    parser.push(Buffer.from('data: 1\n'));
    expect(seen).toBe(0);
    parser.push(Buffer.from('\n'));
    expect(seen).toBe(1);
  });

  it('reads a line of two megabytes in small pieces in linear time', () => {
    const bytes = Buffer.from(`data: ${'x'.repeat(2_000_000)}\n\ndata: y\n\n`);
    const pieces = Array.from({ length: Math.ceil(bytes.length / 100) }, (_, i) =>
      bytes.subarray(i * 100, i * 100 + 100),
    );
    const tookMs = threadMs(() => {
      expect(framesOf(pieces).map((frame) => frame.data?.length)).toEqual([2_000_000, 1]);
    });
    expect(tookMs).toBeLessThan(2000);
  });

  it.each([
    ['lone CRs', 'a\r'],
    ['data lines', 'data\n'],
    ['lines without a colon', 'x\n'],
    ['blank lines', '\n'],
    ['comments', ':\r\n'],
  ])('reads a megabyte of %s in linear time', (_, unit) => {
    const bytes = Buffer.from(unit.repeat(Math.floor(1_000_000 / unit.length)));
    let frames = 0;
    const parser = new SseParser(() => frames++);
    const tookMs = threadMs(() => {
      parser.push(bytes);
      parser.end();
    });
    expect(frames).toBeGreaterThan(0);
    expect(tookMs).toBeLessThan(2000);
  });

  it('refuses a frame above its limit, however it is split, and takes one at it', () => {
    const frame = Buffer.from(`data: ${'x'.repeat(92)}\n\n`);
    expect(frame.length).toBe(100);
    for (const at of [[], [1], [50], [99], [10, 20, 30]]) {
      expect(framesOf(cut(frame, at), 100)).toHaveLength(1);
      expect(() => framesOf(cut(frame, at), 99)).toThrow(SseFrameTooLarge);
    }
    expect(framesOf([Buffer.concat(Array.from({ length: 10 }, () => frame))], 100)).toHaveLength(10);
  });

  it('shows views that stay as they were shown', () => {
    const shown: [Buffer, string][] = [];
    const parser = new SseParser((_, data, raw) => {
      for (const view of [raw, data ?? raw]) shown.push([view, view.toString('latin1')]);
    });
    const bytes = Buffer.from('data: aaaaaaaa\n\ndata: bbbbbbbb\n\ndata: cccccccc\n\n'.repeat(50));
    for (let i = 0; i < bytes.length; i += 7) parser.push(Buffer.from(bytes.subarray(i, i + 7)));
    parser.end();
    expect(shown).toHaveLength(300);
    for (const [view, text] of shown) expect(view.toString('latin1')).toBe(text);
  });
});

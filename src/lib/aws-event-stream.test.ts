import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  AwsEventStreamBroken,
  AwsEventStreamParser,
  awsMessageBytesMax,
  encodeAwsMessage,
} from './aws-event-stream.ts';

type Read = readonly [headers: Record<string, string>, payload: string];

const anyMessage = fc.record({
  headers: fc.dictionary(fc.string({ maxLength: 12 }), fc.string({ unit: 'binary', maxLength: 40 }), { maxKeys: 4 }),
  payload: fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes)),
});
const anyStream = fc.array(anyMessage, { minLength: 1, maxLength: 5 });

function parsed(pieces: readonly Buffer[], bytesMax?: number): { read: Read[]; raw: Buffer; isInside: boolean } {
  const read: Read[] = [];
  const raws: Buffer[] = [];
  const parser = new AwsEventStreamParser(({ headers, payload, raw }) => {
    read.push([Object.fromEntries(headers), payload.toString('hex')]);
    raws.push(raw);
  }, bytesMax);
  for (const piece of pieces) parser.push(piece);
  return { read, raw: Buffer.concat(raws), isInside: parser.isInside };
}

function splitAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const cuts = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...cuts].map((from, i) => Buffer.from(bytes.subarray(from, cuts[i] ?? bytes.length)));
}

const encoded = (list: readonly { headers: Record<string, string>; payload: Buffer }[]) =>
  Buffer.concat(list.map(({ headers, payload }) => encodeAwsMessage(headers, payload)));
const one = encodeAwsMessage({ ':event-type': 'messageStart' }, Buffer.from('{"role":"assistant"}'));

describe('an AWS event stream', () => {
  it('is read as it was written, and every byte of it is shown', () => {
    fc.assert(
      fc.property(anyStream, (list) => {
        const bytes = encoded(list);
        const { read, raw, isInside } = parsed([bytes]);
        expect(read).toEqual(list.map(({ headers, payload }) => [headers, payload.toString('hex')]));
        expect([raw.equals(bytes), isInside]).toEqual([true, false]);
      }),
    );
  });

  it('gives the same messages however it is split', () => {
    fc.assert(
      fc.property(anyStream, fc.array(fc.nat(), { maxLength: 12 }), (list, places) => {
        const bytes = encoded(list);
        expect(parsed(splitAt(bytes, places))).toEqual(parsed([bytes]));
      }),
    );
  });

  it('gives the same messages a byte at a time', () => {
    const bytes = Buffer.concat([one, one, one]);
    const pieces = [...bytes].map((byte) => Buffer.from([byte]));
    expect(parsed(pieces)).toEqual(parsed([bytes]));
  });

  it('is refused when any byte of it is changed', () => {
    fc.assert(
      fc.property(fc.nat(one.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const bytes = Buffer.from(one);
        bytes[at] = (bytes[at] as number) ^ change;
        expect(() => parsed([bytes])).toThrow(AwsEventStreamBroken);
      }),
    );
  });

  it('shows nothing of a message that is cut, and says that it is', () => {
    for (let at = 1; at < one.length; at++) {
      expect(parsed([one.subarray(0, at)])).toMatchObject({ read: [], isInside: true });
    }
  });

  it('keeps what it has shown: later bytes are never written over earlier ones', () => {
    const payloads: Buffer[] = [];
    const parser = new AwsEventStreamParser(({ payload }) => payloads.push(payload));
    const texts = ['first', 'second', 'third'];
    for (const text of texts) {
      const bytes = encodeAwsMessage({}, Buffer.from(text));
      parser.push(bytes.subarray(0, 14));
      parser.push(bytes.subarray(14));
    }
    expect(payloads.map(String)).toEqual(texts);
  });

  it('passes over headers that are no text', () => {
    const header = (name: string, type: number, value: readonly number[]) => [
      name.length,
      ...Buffer.from(name),
      type,
      ...value,
    ];
    const headers = [
      ...header('t', 0, []),
      ...header('f', 1, []),
      ...header('b', 2, [7]),
      ...header('s', 3, [0, 7]),
      ...header('i', 4, [0, 0, 0, 7]),
      ...header('l', 5, [0, 0, 0, 0, 0, 0, 0, 7]),
      ...header('a', 6, [0, 2, 1, 2]),
      ...header('d', 8, [0, 0, 0, 0, 0, 0, 0, 7]),
      ...header('u', 9, Array<number>(16).fill(1)),
      ...header('x', 7, [0, 1, 0x79]),
    ];
    expect(parsed([withHeaders(headers)]).read).toEqual([[{ x: 'y' }, '']]);
    expect(() => parsed([withHeaders(header('n', 10, []))])).toThrow('unknown type 10');
    expect(() => parsed([withHeaders([5, 0x61])])).toThrow('a header is cut off');
  });

  it('refuses a message beyond the limit before it has come', () => {
    const prelude = Buffer.from(one.subarray(0, 12));
    expect(() => parsed([prelude], one.length - 1)).toThrow(`larger than ${one.length - 1}`);
    expect(parsed([one], one.length).read).toHaveLength(1);
    expect(() => encodeAwsMessage({}, Buffer.alloc(awsMessageBytesMax))).toThrow(RangeError);
  });

  it('refuses headers that are longer than their message', () => {
    const bytes = withHeaders([]);
    bytes.writeUInt32BE(400, 4);
    expect(() => parsed([resealed(bytes)])).toThrow('shorter than its headers');
  });
});

/** A message with these very header bytes and no payload. */
function withHeaders(bytes: readonly number[]): Buffer {
  const message = Buffer.alloc(16 + bytes.length);
  message.writeUInt32BE(message.length, 0);
  message.writeUInt32BE(bytes.length, 4);
  Buffer.from(bytes).copy(message, 12);
  return resealed(message);
}

/** With checksums that fit what it says now. */
function resealed(message: Buffer): Buffer {
  message.writeUInt32BE(crc32(message.subarray(0, 8)), 8);
  message.writeUInt32BE(crc32(message.subarray(0, -4)), message.length - 4);
  return message;
}

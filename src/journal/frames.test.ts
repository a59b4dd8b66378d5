import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frameHeaderBytes, parseRecord, scanFrames, writeFrame } from './frames.ts';

const payloads = fc.array(fc.record({ requestId: fc.string(), text: fc.string({ unit: 'binary' }) }), { maxLength: 6 });

describe('frames', () => {
  it('give back what was written, in order', () => {
    fc.assert(
      fc.property(payloads, (values) => {
        expect(read(framed(values)).found).toEqual(values.map((value) => JSON.stringify(value)));
      }),
    );
  });

  it('cut at any byte give exactly the whole frames before the cut', () => {
    fc.assert(
      fc.property(payloads, fc.nat(), (values, cut) => {
        const bytes = framed(values);
        const at = cut % (bytes.length + 1);
        const whole = values.filter((_, i) => framed(values.slice(0, i + 1)).length <= at);
        const { found, stopped } = read(bytes.subarray(0, at));
        expect(found).toEqual(whole.map((value) => JSON.stringify(value)));
        expect(stopped).toBe(framed(whole).length);
      }),
    );
  });

  it('never give a wrong record when a bit is flipped, and lose only the frame that it is in', () => {
    fc.assert(
      fc.property(payloads, fc.nat(), (values, bit) => {
        const bytes = framed(values);
        if (bytes.length === 0) return;
        const at = Math.floor(bit / 8) % bytes.length;
        const byte = bytes[at] ?? 0;
        bytes[at] = byte ^ (1 << (bit % 8));
        const hit = values.findIndex((_, i) => framed(values.slice(0, i + 1)).length > at);
        const intact = values.filter((_, i) => i !== hit);
        expect(read(bytes).found).toEqual(intact.map((value) => JSON.stringify(value)));
      }),
      { numRuns: 300 },
    );
  });

  it('report damage in the middle with its exact bytes', () => {
    const first = framed([{ a: 1 }]);
    const bytes = Buffer.concat([first, Buffer.from('garbage'), framed([{ b: 2 }])]);
    expect(read(bytes)).toEqual({
      found: ['{"a":1}', '{"b":2}'],
      gaps: [[first.length, first.length + 7]],
      stopped: bytes.length,
    });
  });

  it('a run of zeros, as a power cut leaves it, holds no record', () => {
    const first = framed([{ a: 1 }]);
    expect(read(Buffer.concat([first, Buffer.alloc(4096)]))).toEqual({
      found: ['{"a":1}'],
      gaps: [],
      stopped: first.length,
    });
  });

  it('inside the text of a record are never found, whatever a caller puts there', () => {
    const inner = framed([{ type: 'settlement', requestId: 'req_forged' }]);
    const outer = framed([{ endUser: inner.toString('latin1') }]);
    outer[2] = 0xff;
    expect(read(outer).found).toEqual([]);
  });

  it('of noise are no records', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (noise) => {
        expect(read(Buffer.from(noise)).found).toEqual([]);
      }),
    );
  });
});

describe('a payload', () => {
  it('is a record only with a known type and a request id', () => {
    expect(parseRecord(Buffer.from('{"type":"progress","requestId":"req_1"}'))).toEqual({
      type: 'progress',
      requestId: 'req_1',
    });
    for (const text of ['{"type":"progress"}', '{"type":"later","requestId":"r"}', '{}', 'null', '{"type":', '[1]']) {
      expect(parseRecord(Buffer.from(text))).toBeUndefined();
    }
  });
});

function framed(values: readonly unknown[]): Buffer {
  const texts = values.map((value) => JSON.stringify(value));
  const bytes = Buffer.alloc(texts.reduce((sum, text) => sum + frameHeaderBytes + text.length * 3, 0));
  const end = texts.reduce((at, text) => writeFrame(bytes, at, text), 0);
  return bytes.subarray(0, end);
}

function read(bytes: Buffer): { found: string[]; gaps: number[][]; stopped: number } {
  const found: string[] = [];
  const gaps: number[][] = [];
  const stopped = scanFrames(bytes, 0, {
    frame: (payload) => found.push(payload.toString('utf8')) > 0,
    gap: (start, end) => gaps.push([start, end]),
  });
  return { found, gaps, stopped };
}

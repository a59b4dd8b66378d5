import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GatheredBytes } from './gathered-bytes.ts';

const bytes = randomBytes(5 * 1024 * 1024);

describe('Gathered bytes', () => {
  it('are those that came, however they were cut, and whatever was announced', () => {
    const cuts = fc.array(fc.nat(bytes.length), { maxLength: 12 });
    const announced = fc.oneof(fc.constant(0), fc.constant(bytes.length), fc.nat(bytes.length * 3));
    fc.assert(
      fc.property(cuts, announced, fc.nat(bytes.length), (points, expectedBytes, length) => {
        const gathered = new GatheredBytes(expectedBytes);
        const marks = [0, ...points.filter((point) => point < length).toSorted((a, b) => a - b), length];
        marks.slice(1).forEach((mark, i) => {
          gathered.add(bytes.subarray(marks[i], mark));
        });
        expect(gathered.length).toBe(length);
        expect(gathered.whole().equals(bytes.subarray(0, length))).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('in one piece are that piece, not a copy', () => {
    const gathered = new GatheredBytes(3);
    const piece = Buffer.from('{}\n');
    gathered.add(piece);
    expect(gathered.whole()).toBe(piece);
  });

  it('take no room for what was only announced', () => {
    const before = process.memoryUsage().arrayBuffers;
    const waiting = Array.from({ length: 20 }, () => {
      const gathered = new GatheredBytes(32 * 1024 * 1024);
      gathered.add(bytes.subarray(0, 1024 * 1024));
      return gathered;
    });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1024 * 1024);
    expect(waiting.every(({ length }) => length === 1024 * 1024)).toBe(true);
  });
});

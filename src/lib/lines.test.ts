import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LineCutter } from './lines.ts';

function cut(bytes: Buffer, at: readonly number[], bytesMax = 1000): string[] {
  const lines: string[] = [];
  const cutter = new LineCutter((line) => lines.push(line.toString('utf8')), bytesMax);
  let from = 0;
  for (const to of [...at.map((each) => each % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]) {
    cutter.push(bytes.subarray(from, to));
    from = to;
  }
  cutter.end();
  return lines;
}

it('gives the same lines however they are cut, the last one with or without its end', () => {
  const line = fc.string({ unit: fc.constantFrom('a', '{', '"', 'é', ' ') });
  fc.assert(
    fc.property(fc.array(line), fc.boolean(), fc.array(fc.nat(500)), (lines, closed, at) => {
      const bytes = Buffer.from(lines.join('\n') + (closed ? '\n' : ''));
      expect(cut(bytes, at)).toEqual(lines.filter((each) => each !== ''));
    }),
  );
});

it('keeps no more of a line than it may', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(300)), (at) => {
      expect(cut(Buffer.from(`${'x'.repeat(100)}\n${'y'.repeat(5)}\n`), at, 10)).toEqual(['x'.repeat(10), 'yyyyy']);
    }),
  );
});

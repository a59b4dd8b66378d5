import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isBase64Text, standardBase64 } from './base64.ts';

describe('base64 from callers', () => {
  it('comes out as the standard writes it, however it was written', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), fc.nat(), (data, at) => {
        const bytes = Buffer.from(data);
        const text = bytes.toString('base64');
        const broken = `${text.slice(0, at % text.length)}\r\n${text.slice(at % text.length)}`;
        for (const spelling of [text, bytes.toString('base64url'), text.replace(/=+$/, ''), broken]) {
          expect(standardBase64(spelling)).toBe(text);
        }
      }),
    );
  });

  it('with one foreign character anywhere is none', () => {
    const foreign = fc.constantFrom('*', '"', '\\', '.', ':', 'é', '\u0000', '😀', '=', '%');
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 6 }), foreign, fc.nat(), (data, character, where) => {
        const text = Buffer.from(data).toString('base64').replace(/=+$/, '');
        const at = where % (text.length - 1);
        expect(standardBase64(text.slice(0, at) + character + text.slice(at + 1))).toBeUndefined();
        expect(standardBase64(text.slice(0, at) + character + text.slice(at))).toBeUndefined();
      }),
    );
  });

  it.each(['', '=', '==', 'A', 'AAAAA', '    ', 'AA===', 'A==='])('%j is none', (text) => {
    expect(standardBase64(text)).toBeUndefined();
  });
});

describe('bytes that are base64 text', () => {
  const text = Buffer.alloc(150_000, 'picture+/AZaz09').toString('latin1').replaceAll('.', 'A');

  it('are told from those with anything else among them, wherever it stands', () => {
    const foreign = fc.constantFrom('-', '_', '=', ' ', '\n', '"', '\\', '\u0000', '\u00e9', '.');
    fc.assert(
      fc.property(foreign, fc.nat(text.length - 1), (character, at) => {
        expect(isBase64Text(Buffer.from(text))).toBe(true);
        const broken = text.slice(0, at) + character + text.slice(at + 1);
        expect(isBase64Text(Buffer.from(broken, 'latin1'))).toBe(false);
      }),
      { numRuns: 50 },
    );
  });

  it('come in groups of four', () => {
    for (const length of [1, 2, 3, 5]) expect(isBase64Text(Buffer.from('AAAAA'.slice(0, length)))).toBe(false);
    expect(isBase64Text(Buffer.alloc(0))).toBe(true);
  });
});

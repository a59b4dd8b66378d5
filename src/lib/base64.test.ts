import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { standardBase64 } from './base64.ts';

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

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RawJson, stringifyJson } from './json.ts';
import { jsonBytes } from './json-bytes.ts';

const long = 'picture+/='.repeat(10_000);

describe('JSON as bytes', () => {
  it('is what stringifyJson writes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(jsonBytes(value).toString()).toBe(stringifyJson(value));
      }),
    );
    const value = { a: undefined, b: [undefined, new RawJson('1.0'), null], c: new RawJson('{"z":1}'), d: [] };
    expect(jsonBytes(value).toString()).toBe(stringifyJson(value));
  });

  it('of long strings too, whatever stands in them and wherever', () => {
    const odd = fc.constantFrom('', '"', '\\', '\n', '\u0000', '\u001f', '\u007f', 'é', '😀', '\ud83d', '\u2028', ' ');
    fc.assert(
      fc.property(odd, fc.nat(long.length), fc.nat(3), (character, at, more) => {
        const text = `${'x'.repeat(more)}${long.slice(0, at)}${character}${long.slice(at)}`;
        const value = { before: 'a', text, list: [text, 1], after: { [text.slice(0, 40)]: character } };
        expect(jsonBytes(value).equals(Buffer.from(stringifyJson(value)))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

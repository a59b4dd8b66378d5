import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from './canonical-json.ts';
import { scanJson } from './json.ts';

const canonical = (text: string, ordered: readonly string[] = []): string => {
  const body = Buffer.from(text);
  scanJson(body);
  return Buffer.from(canonicalJson(body, ordered), 'latin1').toString('utf8');
};

describe('the canonical text of a body', () => {
  it('is one for every order of keys and every whitespace', () => {
    expect(canonical(' { "b" : [ 1 , { "z":null,"y" : true } ] ,\n"a":"x y" } ')).toBe(
      '{"a":"x y","b":[1,{"y":true,"z":null}]}',
    );
  });

  it.each([
    ['{"a":1}', '{"a":1.0}'],
    ['{"a":1e2}', '{"a":100}'],
    ['{"a":12345678901234567890}', '{"a":12345678901234567000}'],
    ['{"a":-0}', '{"a":0}'],
    ['{"a":"1"}', '{"a":1}'],
    ['{"a":[1,2]}', '{"a":[2,1]}'],
    ['{"o":{"a":1,"a":2}}', '{"o":{"a":2,"a":1}}'],
    ['{"o":{"a":1,"\\u0061":2}}', '{"o":{"\\u0061":2,"a":1}}'],
    ['{"a":" x"}', '{"a":"x"}'],
    ['{"a":"\\\\"}', '{"a":"\\\\\\\\"}'],
    ['{"a":"é"}', '{"a":"e\u0301"}'],
    ['{"a":{}}', '{"a":[]}'],
    ['{"a":null}', '{}'],
  ])('is another for %s than for %s', (one, other) => {
    expect(canonical(one)).not.toBe(canonical(other));
  });

  it('keeps the order of members where a model reads them as text', () => {
    const schema = (order: string) => `{"tools":[{"parameters":{"properties":{${order}}},"name":"f"}]}`;
    const one = canonical(schema('"a":1,"b":2'), ['parameters']);
    expect(one).not.toBe(canonical(schema('"b":2,"a":1'), ['parameters']));
    expect(one).toBe('{"tools":[{"name":"f","parameters":{"properties":{"a":1,"b":2}}}]}');
  });

  it('reads back as the same value, and is its own canonical text', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()),
        fc.integer({ min: 0, max: 3 }),
        (value, indent) => {
          const text = canonical(JSON.stringify(value, undefined, indent));
          expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
          expect(canonical(text)).toBe(text);
        },
      ),
    );
  });

  it('is the same for two values exactly where they are the same, whatever the order of their keys', () => {
    const small = fc.jsonValue({ maxDepth: 2 });
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('a', 'b', 'c'), small),
        fc.dictionary(fc.constantFrom('a', 'b', 'c'), small),
        (one, other) => {
          const same = JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
          expect(canonical(JSON.stringify(one)) === canonical(JSON.stringify(other))).toBe(same);
          expect(canonical(JSON.stringify(reversed(one)))).toBe(canonical(JSON.stringify(one)));
        },
      ),
    );
  });
});

function sorted(value: unknown): unknown {
  return reordered(value, (entries) => entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function reversed(value: unknown): unknown {
  return reordered(value, (entries) => entries.reverse());
}

type Entries = [string, unknown][];

/** As pairs: an object would put keys like numbers first. */
function reordered(value: unknown, order: (entries: Entries) => Entries): unknown {
  if (Array.isArray(value)) return value.map((item) => reordered(item, order));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(order(Object.entries(value)).map(([key, item]) => [key, reordered(item, order)]));
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PartialArgs } from './partial-args.ts';

function joined(...pieces: object[]): unknown {
  const args = new PartialArgs();
  for (const piece of pieces) args.push([piece]);
  return JSON.parse(args.toJson());
}

/** The pieces in which a value would come, each text cut in two. */
function piecesOf(value: unknown, jsonPath: string): object[] {
  if (typeof value === 'string') {
    const half = Math.floor(value.length / 2);
    const first = { jsonPath, stringValue: value.slice(0, half), willContinue: true };
    return [first, { jsonPath, stringValue: value.slice(half) }];
  }
  if (typeof value === 'number') return [{ jsonPath, numberValue: value }];
  if (typeof value === 'boolean') return [{ jsonPath, boolValue: value }];
  if (value === null) return [{ jsonPath, nullValue: 'NULL_VALUE' }];
  if (Array.isArray(value)) return value.flatMap((item, i) => piecesOf(item, `${jsonPath}[${i}]`));
  return Object.entries(value as object).flatMap(([name, item]) => piecesOf(item, `${jsonPath}.${name}`));
}

describe('arguments in pieces', () => {
  it('become the object that they were', () => {
    expect(joined()).toEqual({});
    expect(
      joined(
        { jsonPath: '$.city', stringValue: 'Zü', willContinue: true },
        { jsonPath: '$.city', stringValue: 'rich' },
        { jsonPath: '$.city', stringValue: '' },
        { jsonPath: '$.list[0].n', numberValue: 1.5 },
        { jsonPath: "$['a key'].b", boolValue: false },
        { jsonPath: '$.none', nullValue: 'NULL_VALUE' },
      ),
    ).toEqual({ city: 'Zürich', list: [{ n: 1.5 }], 'a key': { b: false }, none: null });
  });

  it('whatever they are', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/);
    const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 3 },
        leaf,
        fc.array(tie('tree'), { minLength: 1, maxLength: 3 }),
        fc.dictionary(name, tie('tree'), { minKeys: 1, maxKeys: 3 }),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(name, tree as fc.Arbitrary<unknown>, { maxKeys: 4 }), (value) => {
        expect(joined(...piecesOf(value, '$'))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('neither reach a prototype nor ask for memory', () => {
    joined({ jsonPath: '$.__proto__.polluted', boolValue: true });
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(joined({ jsonPath: '$.a[4000000000]', numberValue: 1 })).toEqual({ a: [] });
    expect(joined({ jsonPath: 'nonsense', numberValue: 1 }, { numberValue: 1 })).toEqual({});
  });
});

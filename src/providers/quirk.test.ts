import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type JsonEdit, scanJson, spliceJson } from '../lib/json.ts';
import type { Quirk } from './provider.ts';
import { applyQuirks, quirkEdits } from './quirk.ts';

const why = 'a test';
const call = { model: 'm', stream: true };
const once = { model: 'm', stream: false };

function spliced(text: string, quirks: readonly Quirk[], before: readonly JsonEdit[] = [], by = call) {
  const scan = scanJson(Buffer.from(text));
  const { edits, losses, needsTree } = quirkEdits(quirks, by, scan, before);
  const body = Buffer.concat(spliceJson(scan, edits)).toString('utf8');
  return { body, losses: losses.map((loss) => loss.field), needsTree };
}

describe('quirkEdits', () => {
  it('drops a field and says so, and says nothing of a field that was not there', () => {
    const quirks: Quirk[] = [
      { drop: 'store', why },
      { drop: 'user', why },
    ];
    expect(spliced('{"a":1.0, "store":true}', quirks)).toEqual({
      body: '{"a":1.0}',
      losses: ['store'],
      needsTree: false,
    });
  });

  it('renames a field with its value untouched', () => {
    const quirks: Quirk[] = [{ rename: 'max_completion_tokens', to: 'max_tokens', why }];
    expect(spliced('{"max_completion_tokens": 1e2 }', quirks).body).toBe('{"max_tokens": 1e2 }');
    expect(spliced('{"x":1}', quirks).body).toBe('{"x":1}');
  });

  it("keeps the vendor's own name where both are there: two of one name are no valid body", () => {
    const quirks: Quirk[] = [{ rename: 'max_completion_tokens', to: 'max_tokens', why }];
    const both = spliced('{"max_completion_tokens":5,"max_tokens":9}', quirks);
    expect(both).toEqual({ body: '{"max_tokens":9}', losses: ['max_completion_tokens'], needsTree: false });
  });

  it('sets a field, for streams only when it says so', () => {
    const quirks: Quirk[] = [{ set: 'n', to: { a: 1 }, when: 'stream', why }];
    expect(spliced('{"n":2}', quirks).body).toBe('{"n":{"a":1}}');
    expect(spliced('{"x":2}', quirks).body).toBe('{"x":2,"n":{"a":1}}');
    expect(spliced('{"n":2}', quirks, [], once).body).toBe('{"n":2}');
  });

  it("wins over the gateway's own edits, and counts them as no loss of the caller", () => {
    const before: JsonEdit[] = [
      { name: 'model', value: '"real"' },
      { name: 'stream_options', value: '{"include_usage":true}' },
      { name: 'max_completion_tokens', value: '7' },
    ];
    const quirks: Quirk[] = [
      { drop: 'stream_options', why },
      { rename: 'max_completion_tokens', to: 'max_tokens', why },
    ];
    expect(spliced('{"model":"alias"}', quirks, before)).toEqual({
      body: '{"model":"real","max_tokens":7}',
      losses: [],
      needsTree: false,
    });
  });

  it('asks for the tree only when the field of an edit is there', () => {
    const quirks: Quirk[] = [{ edit: () => undefined, field: 'response_format', why }];
    expect(spliced('{"x":1}', quirks).needsTree).toBe(false);
    expect(spliced('{"response_format":{}}', quirks).needsTree).toBe(true);
    const picky: Quirk[] = [{ edit: () => undefined, field: 'f', needed: (value) => value === 2, why }];
    expect([1, 2].map((value) => spliced(`{"f":${value}}`, picky).needsTree)).toEqual([false, true]);
    expect(spliced('{"f":1}', picky, [{ name: 'f', value: '2' }]).needsTree).toBe(true);
    const marked: Quirk[] = [{ edit: () => undefined, field: 'f', marker: '"x"', why }];
    expect(['["x"]', '["y"]', '"\\"x\\""'].map((value) => spliced(`{"f":${value},"x":1}`, marked).needsTree)).toEqual([
      true,
      false,
      false,
    ]);
    expect(spliced('{"f":1}', marked, [{ name: 'f', value: '"x"' }]).needsTree).toBe(true);
    expect(spliced('{"response_format":{}}', [{ drop: 'response_format', why }, ...quirks]).needsTree).toBe(false);
  });
});

describe('applyQuirks', () => {
  it('does to a parsed body what quirkEdits does to its bytes', () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd');
    const quirk: fc.Arbitrary<Quirk> = fc.oneof(
      fc.record({ set: name, to: fc.jsonValue(), why: fc.constant(why) }),
      fc.record({ set: name, to: fc.jsonValue(), when: fc.constant('stream' as const), why: fc.constant(why) }),
      fc.record({ drop: name, why: fc.constant(why) }),
      fc.record({ rename: name, to: fc.constantFrom('x', 'y'), why: fc.constant(why) }),
    );
    const quirks = fc.uniqueArray(quirk, {
      selector: (item) => ('set' in item ? item.set : 'drop' in item ? item.drop : 'rename' in item ? item.rename : ''),
    });
    const body = fc.dictionary(name, fc.jsonValue(), { noNullPrototype: true });
    fc.assert(
      fc.property(body, quirks, fc.boolean(), (fields, list, stream) => {
        const renames = list.flatMap((item) => ('rename' in item ? [item.to] : []));
        fc.pre(new Set(renames).size === renames.length);
        const by = { model: 'm', stream };
        const text = JSON.stringify(fields);
        const parsed = applyQuirks(list, by, JSON.parse(text) as Record<string, unknown>);
        const bytes = spliced(text, list, [], by);
        expect(JSON.parse(bytes.body)).toEqual(JSON.parse(JSON.stringify(parsed.body)));
        expect(bytes.losses).toEqual(parsed.losses.map((loss) => loss.field));
      }),
      { numRuns: 500 },
    );
  });

  it('says nothing of a field whose content is said elsewhere', () => {
    const quirks: Quirk[] = [{ drop: 'model', silent: true, why }];
    expect(applyQuirks(quirks, call, { model: 'm', a: 1 })).toEqual({ body: { a: 1 }, losses: [] });
    expect(spliced('{"model":"m","a":1}', quirks)).toMatchObject({ body: '{"a":1}', losses: [] });
  });

  it('leaves the body that it was given alone, and runs edits', () => {
    const body = Object.freeze({ a: 1, b: 2 });
    const edit = (out: Record<string, unknown>) => {
      out.a = 3;
      return 'a.detail';
    };
    const { body: out, losses } = applyQuirks(
      [
        { edit, field: 'a', why },
        { drop: 'b', why },
      ],
      call,
      body,
    );
    expect(out).toEqual({ a: 3 });
    expect(losses).toEqual([
      { field: 'a.detail', why },
      { field: 'b', why },
    ]);
    expect(body).toEqual({ a: 1, b: 2 });
  });
});

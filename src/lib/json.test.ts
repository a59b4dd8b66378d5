import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { threadMs } from '../../test/thread-time.ts';
import {
  type JsonEdit,
  JsonRefused,
  oneLine,
  parseJson,
  parseScanned,
  RawJson,
  rawOrText,
  readField,
  scanJson,
  spliceJson,
  stringifyJson,
} from './json.ts';

const scanText = (text: string, rawKeys?: readonly string[]) => scanJson(Buffer.from(text), rawKeys);
const spliced = (text: string, edits: readonly JsonEdit[]) =>
  Buffer.concat(spliceJson(scanText(text), edits)).toString('utf8');

function faultOf(body: Buffer | string): string {
  try {
    scanJson(typeof body === 'string' ? Buffer.from(body) : body);
    return 'accepted';
  } catch (error) {
    if (error instanceof JsonRefused) return error.fault;
    throw error;
  }
}

/** What the scanner promises to accept, by the platform's own parser. */
function isPlainObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

const space = fc.constantFrom('', ' ', '\n', '\r\n', '\t ', '   ');
const value = fc.jsonValue({ maxDepth: 5 });
const body = fc.dictionary(fc.string({ unit: 'grapheme', maxLength: 60 }), value, { maxKeys: 8 });

/** The same value, written with other spaces and other escapes. */
const text = fc
  .tuple(body, fc.infiniteStream(space), fc.infiniteStream(fc.boolean()))
  .map(([object, spaces, flips]) => {
    const gap = () => spaces.next().value;
    const quote = (string: string) => {
      const plain = JSON.stringify(string);
      return flips.next().value ? plain : plain.replace(/[a-z/](?![^\\]*\\)/, (char) => unicodeEscape(char));
    };
    const write = (item: unknown): string => {
      if (typeof item === 'string') return quote(item);
      if (Array.isArray(item)) return `[${gap()}${item.map((part) => `${gap()}${write(part)}${gap()}`).join(',')}]`;
      if (typeof item !== 'object' || item === null) return JSON.stringify(item);
      const fields = Object.entries(item).map(
        ([key, part]) => `${gap()}${quote(key)}${gap()}:${gap()}${write(part)}${gap()}`,
      );
      return `{${gap()}${fields.join(',')}}`;
    };
    return gap() + write(object) + gap();
  });

const unicodeEscape = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;

describe('scanJson', () => {
  it('finds the top-level fields of any object, however it is written', () => {
    fc.assert(
      fc.property(text, (written) => {
        const parsed = JSON.parse(written) as Record<string, unknown>;
        const scan = scanText(written);
        expect(scan.fields.map((field) => field.name).sort()).toEqual(Object.keys(parsed).sort());
        for (const field of scan.fields) expect(readField(scan, field.name)).toEqual(parsed[field.name]);
        expect(parseScanned(scan)).toEqual(parsed);
      }),
    );
  });

  it('accepts and refuses what JSON.parse does, one character changed at a time', () => {
    const edit = fc.constantFrom(...'{}[]",:\\0123456789.eE+-truefalsn \n\t\u00e9');
    fc.assert(
      fc.property(text, fc.nat(), edit, fc.constantFrom(0, 1), (written, at, char, cut) => {
        const place = at % (written.length + 1);
        const broken = written.slice(0, place) + char + written.slice(place + cut);
        if (faultOf(broken) === 'duplicate') return;
        const accepted = faultOf(broken) === 'accepted';
        if (isPlainObject(broken)) expect(accepted).toBe(true);
        // The one difference: the insides of strings. There the parse that follows refuses.
        else if (accepted) expect(() => parseScanned(scanText(broken))).toThrow(JsonRefused);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['', 'syntax'],
    ['   ', 'syntax'],
    ['{', 'syntax'],
    ['{"a"', 'syntax'],
    ['{"a":', 'syntax'],
    ['{"a":1', 'syntax'],
    ['{"a":1,', 'syntax'],
    ['{"a":1,}', 'syntax'],
    ['{,"a":1}', 'syntax'],
    ['{"a":1 "b":2}', 'syntax'],
    ['{"a" 1}', 'syntax'],
    ['{a:1}', 'syntax'],
    ["{'a':1}", 'syntax'],
    ['{"a":1}}', 'syntax'],
    ['{"a":1}{"b":2}', 'syntax'],
    ['{"a":1}\0', 'syntax'],
    ['\ufeff{"a":1}', 'syntax'],
    ['\u00a0{"a":1}', 'syntax'],
    ['{"a":\u000b1}', 'syntax'],
    ['{"a":[1,]}', 'syntax'],
    ['{"a":[,1]}', 'syntax'],
    ['{"a":[1 2]}', 'syntax'],
    ['{"a":[1}', 'syntax'],
    ['{"a":{"b":1]}', 'syntax'],
    ['{"a":01}', 'syntax'],
    ['{"a":-01}', 'syntax'],
    ['{"a":+1}', 'syntax'],
    ['{"a":.5}', 'syntax'],
    ['{"a":1.}', 'syntax'],
    ['{"a":1.e5}', 'syntax'],
    ['{"a":1e}', 'syntax'],
    ['{"a":1e+}', 'syntax'],
    ['{"a":-}', 'syntax'],
    ['{"a":0x10}', 'syntax'],
    ['{"a":1_000}', 'syntax'],
    ['{"a":1n}', 'syntax'],
    ['{"a":NaN}', 'syntax'],
    ['{"a":Infinity}', 'syntax'],
    ['{"a":undefined}', 'syntax'],
    ['{"a":True}', 'syntax'],
    ['{"a":truex}', 'syntax'],
    ['{"a":nul}', 'syntax'],
    ['{"a":1/*c*/}', 'syntax'],
    ['{"a":"b', 'syntax'],
    ['{"a":"b\\', 'syntax'],
    ['{"a":"b\\"', 'syntax'],
    [`{"a":"${'x'.repeat(200)}\\"}`, 'syntax'],
    ['{"a\\', 'syntax'],
    ['{"\\x":1}', 'syntax'],
    ['[]', 'not-object'],
    ['[{"a":1}]', 'not-object'],
    ['"a"', 'not-object'],
    ['12', 'not-object'],
    ['null', 'not-object'],
    ['<html>', 'syntax'],
    ['{"a":1,"a":2}', 'duplicate'],
    ['{"model":"x","\\u006dodel":"y"}', 'duplicate'],
    [`{"${'k'.repeat(70)}\\u0061":1,"${'k'.repeat(70)}a":2}`, 'duplicate'],
    ['{"__proto__":1,"__proto__":2}', 'duplicate'],
    ['{"a":0}', 'accepted'],
    ['{"a":-0.0e-0}', 'accepted'],
    ['{"a":1E400}', 'accepted'],
    [`{"a":${'9'.repeat(50)}}`, 'accepted'],
    ['{"":""}', 'accepted'],
    ['{"a":{"b":1,"b":2}}', 'accepted'],
    ['{"\u{1f600}":"\u{1f600}\\ud83d"}', 'accepted'],
    ['{}', 'accepted'],
    [' { } ', 'accepted'],
  ])('%s is %s', (written, fault) => {
    expect(faultOf(written)).toBe(fault);
  });

  it('refuses bytes that are no UTF-8, wherever they stand', () => {
    for (const bad of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82]]) {
      expect(faultOf(Buffer.concat([Buffer.from('{"a":"'), Buffer.from(bad), Buffer.from('"}')]))).toBe('utf8');
    }
  });

  it('lets the inside of a string through, and the parse that follows refuses it', () => {
    for (const inside of ['\n', '\0', '\\x', '\\u12', '\\ud8zz']) {
      const scan = scanText(`{"a":"${inside}"}`);
      expect(() => parseScanned(scan)).toThrow(JsonRefused);
      expect(() => readField(scan, 'a')).toThrow(JsonRefused);
    }
  });

  it('counts depth and items, and says the limit', () => {
    const nested = (depth: number) => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;
    expect(faultOf(nested(64))).toBe('accepted');
    expect(faultOf(nested(65))).toBe('depth');
    const limits = { depthMax: 3, itemsMax: 4 };
    expect(() => scanJson(Buffer.from('{"a":[1,2,3]}'), [], limits)).not.toThrow();
    expect(() => scanJson(Buffer.from('{"a":[1,2,3,4]}'), [], limits)).toThrow('more than 4 keys and elements');
    expect(() => scanJson(Buffer.from('{"a":[[[1]]]}'), [], limits)).toThrow('deeper than 3 levels');
  });

  it.each([
    ['of brackets', `{"a":${'['.repeat(10_000_000)}`, 'depth'],
    ['of objects', `{"a":${'{"a":'.repeat(2_000_000)}`, 'depth'],
    ['of bare brackets', '['.repeat(10_000_000), 'not-object'],
    ['of commas', `{"a":[${'0,'.repeat(5_000_000)}`, 'items'],
    ['of backslashes', `{"a":"${'\\'.repeat(10_000_001)}`, 'syntax'],
    ['of escaped quotes', `{"a":"${'\\"'.repeat(5_000_000)}`, 'syntax'],
    ['of spaces', `{"a":${' '.repeat(10_000_000)}`, 'syntax'],
    ['of digits', `{"a":${'1'.repeat(10_000_000)}`, 'syntax'],
  ])('refuses ten megabytes %s at once', (_, bomb, fault) => {
    const bytes = Buffer.from(bomb);
    const tookMs = threadMs(() => expect(faultOf(bytes)).toBe(fault));
    // Linear work takes some 20 ms; quadratic work would take minutes.
    expect(tookMs).toBeLessThan(2000);
  });
});

describe('raw keys', () => {
  it('keep their values as they were written: order, big integers, 1.0 and spaces', () => {
    const raw = '{ "b": 12345678901234567890, "a": 1.0, "input": {"c":1e2} }';
    const parsed = parseJson(Buffer.from(`{"messages":[{"input":${raw},"n":1},{"inpu\\u0074": [1 ,2]}]}`), ['input']);
    expect(parsed).toEqual({ messages: [{ input: raw, n: 1 }, { input: '[1 ,2]' }] });
  });

  it('survive the way out', () => {
    fc.assert(
      fc.property(text, fc.constantFrom('input', 'schema'), (written, key) => {
        const parsed = parseJson(Buffer.from(`{"${key}":${written},"x":[{"${key}" : ${written}}]}`), [key]);
        expect(parsed).toEqual({ [key]: written.trim(), x: [{ [key]: written.trim() }] });
        const out = stringifyJson({ y: new RawJson(parsed[key] as string), z: undefined, list: [undefined, 1n < 2n] });
        expect(out).toBe(`{"y":${written.trim()},"list":[null,true]}`);
      }),
    );
  });

  it('are refused when what they hold is no JSON', () => {
    expect(() => parseJson(Buffer.from('{"input":{"a":"\n"}}'), ['input'])).toThrow(JsonRefused);
  });
});

describe('rawOrText', () => {
  it('writes JSON text as it stands, and any other string as a string', () => {
    expect(stringifyJson({ a: rawOrText('{"n":1.0}'), b: rawOrText('words'), c: rawOrText('') })).toBe(
      '{"a":{"n":1.0},"b":"words","c":""}',
    );
  });
});

describe('oneLine', () => {
  it('says the same without a line end, whatever stands in its strings', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(0, 1, '\t', '\r\n', '\n'), (value, space) => {
        const text = JSON.stringify(value, undefined, space).replaceAll('\n', typeof space === 'string' ? space : '\n');
        const line = oneLine(text);
        expect(line).not.toMatch(/[\r\n]/);
        expect(JSON.parse(line)).toEqual(JSON.parse(text));
      }),
    );
  });
});

describe('spliceJson', () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const edit: fc.Arbitrary<JsonEdit> = fc.oneof(
    fc.record({ name: fc.constantFrom(...names), value: value.map((item) => JSON.stringify(item)) }),
    fc.record({ name: fc.constantFrom(...names), value: fc.constant(undefined) }),
    fc.record({
      name: fc.constantFrom(...names),
      value: fc.constant(undefined),
      rename: fc.constantFrom('x', 'y', 'z"'),
    }),
    fc.record({ name: fc.constantFrom(...names), value: fc.constant('1'), rename: fc.constantFrom('v', 'w') }),
  );
  const edits = fc.uniqueArray(edit, { selector: (item) => item.name, maxLength: 5 }).filter((list) => {
    const renames = list.flatMap((item) => ('rename' in item ? [item.rename] : []));
    return new Set(renames).size === renames.length;
  });
  const fields = fc.uniqueArray(fc.constantFrom(...names), { maxLength: 5 });

  function edited(object: Record<string, unknown>, list: readonly JsonEdit[]): Record<string, unknown> {
    const out: [string, unknown][] = [];
    for (const [name, item] of Object.entries(object)) {
      const change = list.find((candidate) => candidate.name === name);
      if (change && change.value === undefined && change.rename === undefined) continue;
      out.push([change?.rename ?? name, change?.value === undefined ? item : JSON.parse(change.value)]);
    }
    for (const { name, value: added, rename } of list) {
      if (!(name in object) && added !== undefined) out.push([rename ?? name, JSON.parse(added)]);
    }
    return Object.fromEntries(out);
  }

  it('equals the parsed and edited object, for any fields, spaces and edits', () => {
    fc.assert(
      fc.property(
        fields,
        fc.array(value, { minLength: 5, maxLength: 5 }),
        edits,
        fc.infiniteStream(space),
        (keys, values, list, spaces) => {
          const gap = () => spaces.next().value;
          const members = keys.map((key, i) => `${gap()}"${key}"${gap()}:${gap()}${JSON.stringify(values[i])}${gap()}`);
          const written = `${gap()}{${gap()}${members.join(',')}}${gap()}`;
          const result = spliced(written, list);
          const expected = edited(JSON.parse(written) as Record<string, unknown>, list);
          expect(JSON.parse(result)).toEqual(expected);
          expect(Object.keys(JSON.parse(result) as object)).toEqual(Object.keys(expected));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('leaves every byte alone that no edit names', () => {
    expect(spliced('{ "a" : 1.0 ,\n "b":"\\u0041" , "c":[ ] }\n', [{ name: 'b', value: '2' }])).toBe(
      '{ "a" : 1.0 ,\n "b":2 , "c":[ ] }\n',
    );
    const written = ' {"a":1.0,"b":12345678901234567890}\n';
    expect(spliced(written, [])).toBe(written);
    expect(spliced(written, [{ name: 'nowhere', value: undefined }])).toBe(written);
    expect(spliced(written, [{ name: 'nowhere', value: undefined, rename: 'x' }])).toBe(written);
  });

  it('copies nothing of the body: the pieces are views of it', () => {
    const text = `{"model":"a","x":"${'y'.repeat(1000)}"}`;
    const bytes = Buffer.allocUnsafeSlow(text.length);
    bytes.write(text);
    const pieces = spliceJson(scanJson(bytes), [{ name: 'model', value: '"b"' }]);
    expect(pieces.filter((piece) => piece.buffer === bytes.buffer).length).toBe(2);
  });
});

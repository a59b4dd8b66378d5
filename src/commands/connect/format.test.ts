import fc from 'fast-check';
import { parse as parseJsonc } from 'jsonc-parser';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { BrokenFile, type FormatName, mergeSettings, type Tree } from './format.ts';

const names: readonly FormatName[] = ['json', 'toml', 'yaml', 'dotenv'];

describe('settings in a file that has others', () => {
  it('JSON keeps comments, order, indentation, and what is not named', () => {
    const text =
      '// mine\n{\n    "theme": "dark", // keep\n    "env": {\n        "A": "1",\n    },\n    "list": [1, 2]\n}\n';
    const merged = mergeSettings('json', text, { env: { A: '2', B: 'x' }, flag: false });
    expect(merged).toContain('// mine\n{\n    "theme": "dark", // keep\n');
    expect(parseJsonc(merged)).toEqual({ theme: 'dark', env: { A: '2', B: 'x' }, list: [1, 2], flag: false });
    expect(merged).toMatch(/\n {8}"B": "x"/);
  });

  it('TOML keeps comments and dates, changes values in place, and puts new tables into sections of their own', () => {
    const text =
      '# mine\nmodel = "old" # keep\n\n[model_providers.other]\nname = "O"\n\n[[hooks]]\nsince = 2024-01-01\n';
    const settings = { model: 'new', model_provider: 't', model_providers: { t: { name: 'T', n: 1 } } };
    expect(mergeSettings('toml', text, settings)).toBe(
      '# mine\nmodel = "new" # keep\nmodel_provider = "t"\n\n[model_providers.other]\nname = "O"\n\n[[hooks]]\nsince = 2024-01-01\n\n[model_providers.t]\nname = "T"\nn = 1\n',
    );
  });

  it('TOML that begins with a table gets top-level values before it', () => {
    const merged = mergeSettings('toml', '[tui]\nx = 1\n', { model: 'm' });
    expect(merged.indexOf('model')).toBeLessThan(merged.indexOf('[tui]'));
  });

  it('TOML writes into an inline table, where a section would be refused', () => {
    const merged = mergeSettings('toml', 'providers = { a = { n = 1 } }\n', { providers: { t: { n: 2 } } });
    expect(mergeSettings('toml', merged, { providers: { t: { n: 2 }, a: { n: 1 } } })).toBe(merged);
  });

  it('YAML keeps comments and finds the entry of a list by its name', () => {
    const text =
      '# mine\nname: Main # keep\nmodels:\n  - name: Local\n    model: a\n  - name: Tollgate\n    model: b\n';
    const merged = mergeSettings('yaml', text, { models: [{ name: 'Tollgate', model: 'c', apiKey: 'k' }] });
    expect(merged).toContain('# mine\nname: Main # keep\n');
    expect(parseYaml(merged)).toEqual({
      name: 'Main',
      models: [
        { name: 'Local', model: 'a' },
        { name: 'Tollgate', model: 'c', apiKey: 'k' },
      ],
    });
  });

  it('a new entry of a list goes behind the others', () => {
    const merged = mergeSettings('json', '{"models":[{"id":"a"}]}', { models: [{ id: 'b' }, { id: 'c' }] });
    expect(JSON.parse(merged)).toEqual({ models: [{ id: 'a' }, { id: 'b' }, { id: 'c' }] });
  });

  it('defaults stand before what is new, and never replace a value', () => {
    const defaults = { name: 'Main', version: '1' };
    expect(mergeSettings('yaml', '', { a: 1 }, defaults)).toBe('name: Main\nversion: "1"\na: 1\n');
    expect(mergeSettings('yaml', 'name: Mine\n', { a: 1 }, defaults)).toBe('name: Mine\nversion: "1"\na: 1\n');
  });

  it('.env keeps other lines, and has each name once', () => {
    const text = '# mine\nexport KEY="old"\nOTHER=1\nKEY=older';
    expect(mergeSettings('dotenv', text, { KEY: 'new', URL: 'http://h' })).toBe(
      '# mine\nKEY=new\nOTHER=1\nURL=http://h\n',
    );
  });
});

describe('any settings', () => {
  const leaf = fc.oneof(fc.stringMatching(/^[a-zA-Z0-9:/._-]{1,20}$/), fc.boolean(), fc.integer({ min: 0, max: 9999 }));
  const name = fc.stringMatching(/^[a-z][a-z_]{0,8}$/);
  const flat = fc.dictionary(name, fc.stringMatching(/^[a-zA-Z0-9:/._-]{1,20}$/), {
    minKeys: 1,
    maxKeys: 5,
    noNullPrototype: true,
  });
  const tree: fc.Arbitrary<Tree> = fc.dictionary(
    name,
    fc.oneof(leaf, fc.dictionary(name, leaf, { minKeys: 1, maxKeys: 3, noNullPrototype: true })),
    { minKeys: 1, maxKeys: 5, noNullPrototype: true },
  );

  it.each(names)('%s: a second time changes nothing', (format) => {
    fc.assert(
      fc.property(format === 'dotenv' ? flat : tree, (settings) => {
        const once = mergeSettings(format, '', settings);
        expect(mergeSettings(format, once, settings)).toBe(once);
      }),
    );
  });

  it.each(names)('%s: two settings beside each other are both there', (format) => {
    fc.assert(
      fc.property(format === 'dotenv' ? flat : tree, fc.stringMatching(/^[a-z]{1,9}$/), (settings, value) => {
        const first = mergeSettings(format, '', { ZZ: value });
        const both = mergeSettings(format, first, settings);
        expect(mergeSettings(format, both, { ...settings, ZZ: value })).toBe(both);
      }),
    );
  });
});

describe('a broken file', () => {
  it.each([
    ['json', '{"a": ', /line 1/],
    ['json', '[1]', /does not hold settings/],
    ['json', '{"env": "text"}', /"env" holds something else/],
    ['toml', 'a = 1\nb = ', /line 2/],
    ['toml', 'a = 1\na = 2\n', /line 2/],
    ['yaml', 'a: [1\nb: 2', /not YAML in line/],
    ['yaml', '- a\n', /does not hold settings/],
  ] as const)('%s %j is refused, and its content is not quoted', (format, text, words) => {
    const merge = () => mergeSettings(format, text, { env: { A: 'x' } });
    expect(merge).toThrow(BrokenFile);
    expect(merge).toThrow(words);
  });
});

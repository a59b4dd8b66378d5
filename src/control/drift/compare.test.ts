import { describe, expect, it } from 'vitest';
import { compare } from './compare.ts';
import { asFile } from './export.ts';
import type { DeclaredThing } from './tools.ts';

const key = (name: string, value: DeclaredThing['value']): DeclaredThing => ({ kind: 'key', name, value });
const route = (name: string, value: DeclaredThing['value']): DeclaredThing => ({ kind: 'route', name, value });

describe('what the file says and what the database has', () => {
  it('are the same where every field that the file names is, however an amount is written', () => {
    const model = (price: object): DeclaredThing => ({ kind: 'model', name: 'a/b', value: { price } });
    const declared = [key('acme/ci', { models: ['x'] }), model({ input: 0.1, output: 2 })];
    const stored = [
      key('acme/ci', { models: ['x'], limits: { requestsPerMinute: 1 } }),
      model({ input: '0.10', output: '2' }),
    ];
    expect(compare(declared, stored).map(({ state }) => state)).toEqual(['same', 'same']);
  });

  it('differ by path, with both values, and it is said which of them holds', () => {
    const declared = [key('acme/ci', { limits: { requestsPerMinute: 5 } }), route('fast', { targets: ['a/b'] })];
    const stored = [
      key('acme/ci', { limits: { requestsPerMinute: 9 }, revoked: true }),
      route('fast', { targets: ['a/c'], sticky: 'off' }),
    ];
    expect(compare(declared, stored)).toMatchObject([
      {
        state: 'different',
        inForce: 'database',
        differences: [
          { path: 'keys.ci.limits.requestsPerMinute', file: 5, database: 9 },
          { path: 'keys.ci.revoked', file: null, database: true },
        ],
      },
      {
        state: 'different',
        inForce: 'file',
        differences: [
          { path: 'routes.fast.targets', file: ['a/b'], database: ['a/c'] },
          { path: 'routes.fast.sticky', file: null, database: 'off' },
        ],
      },
    ]);
  });

  it('tell what only one of them has', () => {
    const found = compare([key('a/b', {})], [route('r', {})]);
    expect(found.map(({ name, state, inForce }) => [name, state, inForce])).toEqual([
      ['a/b', 'file', 'file'],
      ['r', 'database', 'database'],
    ]);
  });
});

describe('the database as a file', () => {
  it('names a variable where a secret belongs, and leaves out what is revoked', () => {
    const stored = [
      key('acme/ci-1', { models: ['x'] }),
      key('acme/old', { revoked: true }),
      route('fast', { targets: ['a/b'] }),
    ];
    expect(asFile(stored)).toEqual({
      routes: { fast: { targets: ['a/b'] } },
      keys: { 'ci-1': { key: '${KEY_CI_1}', organization: 'acme', models: ['x'] } },
    });
  });
});

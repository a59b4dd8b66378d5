import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scanJson } from '../../lib/json.ts';
import type { Key, Route } from '../../snapshot/snapshot.ts';
import { type Question, questionHash } from './question.ts';

const route = {
  name: 'r',
  targets: [{ credential: { id: 'c', baseUrl: 'http://a' }, model: { id: 'c/m' } }],
} as unknown as Route;
const key = { id: 'key_1', organization: { id: 'org_1' } } as unknown as Key;

const question = (more: Partial<Question> = {}, body: unknown = { model: 'm', messages: ['hi'] }): Question => {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  scanJson(bytes);
  return {
    wire: 'openai-chat',
    operation: 'chat',
    model: 'm',
    stream: false,
    route,
    key,
    preferences: {},
    url: '/v1/chat/completions',
    headers: {},
    forwardedHeaders: ['openai-beta'],
    body: bytes,
    orderedKeys: ['parameters'],
    ...more,
  };
};
const hashOf = (more: Partial<Question> = {}, body?: unknown) => questionHash('org_1', question(more, body));
const base = hashOf();

describe('the hash of a question', () => {
  it('is another for another organization, whatever is asked', () => {
    const id = fc.string({ minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(id, id, fc.dictionary(fc.string(), fc.jsonValue()), (one, other, body) => {
        fc.pre(one !== other);
        const asked = question({}, body);
        expect(questionHash(one, asked)).not.toBe(questionHash(other, asked));
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ['another wire format', { wire: 'anthropic' }],
    ['another operation', { operation: 'embeddings' }],
    ['another name of the same model', { model: 'alias' }],
    ['a stream', { stream: true }],
    ['another route', { route: { ...route, name: 's' } }],
    ['other targets', { route: { ...route, targets: [...route.targets, ...route.targets] } }],
    [
      'another address',
      {
        route: {
          ...route,
          targets: [{ ...route.targets[0], credential: { id: 'c', baseUrl: 'http://b' } }],
        } as unknown as Route,
      },
    ],
    ['a key that may call less', { key: { ...key, models: ['c/*'] } }],
    ['a plan that includes less', { key: { ...key, organization: { ...key.organization, models: ['c/*'] } } }],
    ['other wishes', { preferences: { sort: 'price' } }],
    ['another path', { url: '/openai/deployments/m/chat/completions' }],
    ['another query', { url: '/v1/chat/completions?api-version=1' }],
    ['another fidelity', { headers: { 'x-tollgate-fidelity': 'strict' } }],
    ['a conversation', { headers: { 'x-tollgate-session': 's' } }],
    ['a header of ours that nobody knows yet', { headers: { 'x-tollgate-new': '1' } }],
    ['a header that travels on', { headers: { 'openai-beta': 'a' } }],
  ] as const)('is another for %s', (_, more) => {
    expect(hashOf(more as Partial<Question>)).not.toBe(base);
  });

  it.each([
    ['how long answers are kept', { headers: { 'x-tollgate-cache-control': 'max-age=5' } }],
    ['tags for reports', { headers: { 'x-tollgate-tags': 'a,b' } }],
    [
      'headers that nobody reads',
      { headers: { 'user-agent': 'x', cookie: 'y', 'x-request-id': 'z', authorization: 'k' } },
    ],
    ['the API key in the query', { url: '/v1/chat/completions?key=tg-1' }],
    ['another key with the same lists', { key: { ...key, id: 'key_2', name: 'other' } as Key }],
  ] as const)('is the same whatever is said of %s', (_, more) => {
    expect(hashOf(more as Partial<Question>)).toBe(base);
  });

  it('is the same for a body whose keys stand in another order, with other whitespace', () => {
    expect(hashOf({}, '{ "messages": ["hi"],\n"model":"m" }')).toBe(base);
  });

  it('is another as soon as one value of the body is', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.dictionary(fc.string(), fc.jsonValue()),
        (one, other) => {
          fc.pre(!same(one, other));
          expect(hashOf({}, one)).not.toBe(hashOf({}, other));
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it.each(['user', 'metadata', 'seed', 'temperature', 'stream_options', 'store', 'anything_new'])(
    'is another with %s in the body: no field is left out',
    (name) => {
      const withField = (value: unknown) => hashOf({}, { model: 'm', messages: ['hi'], [name]: value });
      expect(new Set([base, withField(1), withField(2), withField(null)]).size).toBe(4);
    },
  );
});

function same(one: unknown, other: unknown): boolean {
  const flat = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(flat);
    if (typeof value !== 'object' || value === null) return value;
    return Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, item]) => [name, flat(item), 'member']);
  };
  return JSON.stringify(flat(one)) === JSON.stringify(flat(other));
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LlmFailure } from '../llm/error.ts';
import { readPreferences, splitSuffix } from './preferences.ts';

function refusal(fields: Parameters<typeof readPreferences>[0]): LlmFailure['error'] {
  try {
    readPreferences(fields);
  } catch (error) {
    if (error instanceof LlmFailure) return error.error;
    throw error;
  }
  throw new Error('it was taken');
}

describe('the fields of OpenRouter', () => {
  it('are read as their documentation has them', () => {
    expect(
      readPreferences({
        models: ['a', 'b'],
        route: 'fallback',
        provider: {
          order: ['openai'],
          only: ['openai', 'azure'],
          ignore: ['groq'],
          sort: 'throughput',
          allow_fallbacks: false,
          require_parameters: true,
          data_collection: 'deny',
          max_price: { prompt: 1, completion: '2.5', request: 0.01 },
        },
      }),
    ).toEqual({
      models: ['a', 'b'],
      order: ['openai'],
      only: ['openai', 'azure'],
      ignore: ['groq'],
      sort: 'throughput',
      allowFallbacks: false,
      requireParameters: true,
      dataCollection: 'deny',
      maxPrice: { prompt: 1e6, completion: 2.5e6, request: 1e10 },
    });
  });

  it('that say what holds anyway, or nothing, ask for nothing', () => {
    expect(readPreferences({ models: null, route: null, provider: null })).toEqual({});
    const usual = { allow_fallbacks: true, require_parameters: false, data_collection: 'allow', order: null };
    expect(readPreferences({ provider: usual })).toEqual({});
  });

  it.each([
    ['route', { route: 'best' }, 'route must be "fallback"'],
    ['models', { models: 'a' }, 'models must be a list of names'],
    ['models', { models: [''] }, 'models must be a list of names'],
    ['models', { models: Array.from({ length: 33 }, () => 'm') }, 'models has 33 names; at most 32'],
    ['provider', { provider: 'openai' }, 'provider must be an object'],
    ['provider', { provider: { orders: ['a'] } }, 'provider.orders is not known here'],
    ['provider', { provider: { order: 'a' } }, 'provider.order must be a list of names'],
    ['provider', { provider: { only: [7] } }, 'provider.only must be a list of names'],
    ['provider', { provider: { sort: 'fast' } }, 'provider.sort must be one of'],
    ['provider', { provider: { allow_fallbacks: 'no' } }, 'provider.allow_fallbacks must be true or false'],
    ['provider', { provider: { data_collection: 'never' } }, 'provider.data_collection must be one of'],
    ['provider', { provider: { max_price: 3 } }, 'provider.max_price must be an object'],
    ['provider', { provider: { max_price: { prompt: -1 } } }, 'provider.max_price.prompt must be a number of dollars'],
    ['provider', { provider: { max_price: { image: 1 } } }, 'provider.max_price.image is not known here'],
  ])('%s is named where it is wrong: %j', (param, fields, text) => {
    const error = refusal(fields);
    expect(error).toMatchObject({ kind: 'invalid-request', param });
    expect(error.message).toContain(text);
  });

  it('are taken or refused with a name, whatever they hold', () => {
    const value = fc.jsonValue();
    fc.assert(
      fc.property(value, value, value, (models, route, provider) => {
        try {
          readPreferences({ models, route, provider });
        } catch (error) {
          expect(error).toBeInstanceOf(LlmFailure);
          expect(['models', 'route', 'provider']).toContain((error as LlmFailure).error.param);
        }
      }),
    );
  });
});

describe('the end of a model’s name', () => {
  it.each([
    ['gpt-5:floor', { model: 'gpt-5', sort: 'price' }],
    ['openai/gpt-5:nitro', { model: 'openai/gpt-5', sort: 'throughput' }],
    ['llama3:70b', { model: 'llama3:70b' }],
    ['x:free', { model: 'x:free' }],
    [':floor', { model: ':floor' }],
    ['a:nitro:floor', { model: 'a:nitro', sort: 'price' }],
  ])('%s', (name, meant) => {
    expect(splitSuffix(name)).toEqual(meant);
  });
});

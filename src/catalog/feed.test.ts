import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { publishedFeed } from './feed.fixture.ts';
import { FeedRefused, readFeed } from './feed.ts';
import { bundledPrices } from './genai-prices.ts';
import { loadCatalog } from './load.ts';

const nowMs = Date.UTC(2026, 10, 21, 12);
const openai = (feed = publishedFeed()) => feed.find(({ id }) => id === 'openai')?.models ?? [];
const refusal = (value: unknown): string => {
  try {
    readFeed(typeof value === 'string' ? value : JSON.stringify(value));
  } catch (error) {
    if (error instanceof FeedRefused) return error.message;
    throw error;
  }
  return 'taken';
};

describe('newer price data', () => {
  it('says the same as the package where it is the same, dated and hourly prices too', () => {
    const { prices, vendors } = readFeed(JSON.stringify(publishedFeed()));
    expect(vendors).toBe(8);
    for (const id of ['openai', 'anthropic', 'deepseek', 'groq', 'openrouter']) {
      const fresh = prices(id).map((row) => [row.name, row.priceAt(nowMs)?.id, row.priceAt(0)?.id]);
      expect(fresh).toEqual(bundledPrices(id).map((row) => [row.name, row.priceAt(nowMs)?.id, row.priceAt(0)?.id]));
    }
  });

  it('brings new prices and new models', () => {
    const feed = publishedFeed();
    const models = openai(feed);
    models.unshift({ id: 'gpt-9', match: { starts_with: 'gpt-9' }, prices: { input_mtok: 9, output_mtok: 90 } });
    const { prices } = readFeed(JSON.stringify(feed));
    const catalog = loadCatalog({ providers: [{ id: 'openai', catalogId: 'openai' }], overrides: {}, nowMs, prices });
    expect(catalog.find('openai', 'gpt-9-mini')?.priceAt(nowMs)?.input).toEqual({ base: 9_000_000n });
  });

  it('leaves a vendor that it does not name as the package has it', () => {
    const { prices } = readFeed(JSON.stringify(publishedFeed()));
    expect(prices('cerebras')).toBe(bundledPrices('cerebras'));
    expect(prices('cerebras').length).toBeGreaterThan(0);
  });

  it.each<[string, (feed: ReturnType<typeof publishedFeed>) => unknown, RegExp]>([
    ['no JSON', () => '<html>', /not JSON/],
    ['no list', () => ({ error: 'moved' }), /the whole/],
    ['an empty list', () => [], /the whole/],
    ['a negative price', (feed) => change(feed, { prices: { input_mtok: -1, output_mtok: 1 } }), /prices/],
    ['a price as text', (feed) => change(feed, { prices: { input_mtok: '1', output_mtok: 1 } }), /prices/],
    [
      'a price per token where it should be for a million',
      (feed) => change(feed, { prices: { input_mtok: 1e9 } }),
      /prices/,
    ],
    ['a model without a name', (feed) => change(feed, { id: undefined }), /id/],
    ['a clause that is no clause', (feed) => change(feed, { match: {} }), /match/],
    ['few models of a vendor', (feed) => openai(feed).splice(5) && feed, /5 models of openai, where \d+ are known/],
    ['few vendors', (feed) => feed.filter(({ id }) => id === 'deepseek'), /only 1 vendors/],
  ])('with %s is refused whole', (_what, spoil, why) => {
    expect(refusal(spoil(publishedFeed()))).toMatch(why);
  });

  it('of any other kind is refused in words, never thrown through', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => refusal(value) !== 'taken'));
  });
});

function change(feed: ReturnType<typeof publishedFeed>, fields: object): unknown {
  Object.assign(openai(feed)[3] ?? {}, fields);
  return feed;
}

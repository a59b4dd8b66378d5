import { describe, expect, it } from 'vitest';
import { testNaming } from '../test/api/naming.ts';
import { publishedFeed } from './catalog/feed.fixture.ts';
import { noStoredNames } from './snapshot/stored-names.ts';

const nowMs = Date.UTC(2026, 10, 21, 12);
const naming = testNaming('providers: { openai: { apiKey: sk-test-of-prices } }', {
  nowMs: () => nowMs,
  monotonicMs: () => 0,
});
const names = naming.withPrices(undefined);
if (typeof names !== 'function') throw new Error('names follow the database');
names(noStoredNames);
const { priceSource, models } = naming.modelParts;

const feed = publishedFeed();
const gpt5 = feed[0]?.models.find(({ id }) => id === 'gpt-5');

describe('newer price data', () => {
  it('that says the same changes nothing', () => {
    expect(priceSource.compare(JSON.stringify(feed)).changes).toEqual([]);
  });

  it('is told price by price, with how much each changes; nothing at all has no factor', () => {
    if (gpt5 === undefined) throw new Error('the price data has no gpt-5');
    const before = gpt5.prices;
    gpt5.prices = { ...(before as object), input_mtok: 5 };
    const [dearer] = priceSource.compare(JSON.stringify(feed)).changes;
    expect(dearer).toMatchObject({ model: 'openai/gpt-5', from: { input: '1.25' }, to: { input: '5' }, factor: 4 });
    gpt5.prices = { ...(before as object), input_mtok: 0 };
    expect(priceSource.compare(JSON.stringify(feed)).changes[0]).toMatchObject({ to: { input: '0' }, factor: null });
    gpt5.prices = before;
  });

  it.each(['', '[]', '{"a":1}', 'null', JSON.stringify(publishedFeed().slice(0, 1))])(
    'that is not whole is refused: %s',
    (body) => {
      expect(() => priceSource.compare(body)).toThrow();
    },
  );

  it('of the database is in force at every instance that reads it, and bad data leaves what was', () => {
    if (gpt5 === undefined) throw new Error('the price data has no gpt-5');
    const input = () => models.find('openai/gpt-5')?.model.priceAt(nowMs)?.input.base;
    const before = gpt5.prices;
    gpt5.prices = { ...(before as object), input_mtok: 2 };
    const body = JSON.stringify(feed);
    gpt5.prices = before;
    names({ ...noStoredNames, feed: { id: 'pfd_1', body, createdAtMs: nowMs } });
    expect(input()).toBe(2_000_000n);
    names({ ...noStoredNames, feed: { id: 'pfd_2', body: '[]', createdAtMs: nowMs } });
    expect(input()).toBe(1_250_000n);
  });
});

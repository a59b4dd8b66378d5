import fc from 'fast-check';
import { expect, it } from 'vitest';
import { keptRates, priceOfRates } from './kept-price.ts';
import { freePrice, priceFromData, priceFromOverride } from './price.ts';

const dollars = fc.integer({ min: 0, max: 1_000_000 }).map((micro) => String(micro / 1_000));

it('a price comes back from its text as it was, to the pico-dollar', () => {
  fc.assert(
    fc.property(
      fc.record(
        {
          input: dollars,
          output: dollars,
          cacheRead: dollars,
          cacheWrite: dollars,
          perRequest: dollars,
          perImage: dollars,
        },
        { requiredKeys: ['input', 'output'] },
      ),
      (said) => {
        const price = priceFromOverride('a/b', said);
        const back = priceOfRates(price.id, keptRates(price) ?? '');
        expect(JSON.parse(text(back))).toEqual(JSON.parse(text(price)));
      },
    ),
  );
});

it('keeps tiers, and the rest of a price of the data', () => {
  const tiered = { base: 1.25, tiers: [{ start: 200_000, price: 2.5 }] };
  const price = priceFromData('genai-prices:x/y', { input_mtok: tiered, output_mtok: 10, requests_kcount: 5 });
  if (price === undefined) throw new Error('it has a price');
  expect(priceOfRates(price.id, keptRates(price) ?? '')).toMatchObject({
    input: { base: 1_250_000n, tiers: [{ fromInputTokens: 200_000, rate: 2_500_000n }] },
    output: { base: 10_000_000n },
    perRequest: price.perRequest,
  });
});

it('refuses rates that are not those of the name, and keeps nothing of what is free', () => {
  const price = priceFromOverride('a/b', { input: 1, output: 2 });
  expect(priceOfRates(price.id, (keptRates(price) ?? '').replace('1000000', '1'))).toBeUndefined();
  expect(keptRates(freePrice('genai-prices:x/y:free'))).toBeUndefined();
});

const text = (value: unknown) =>
  JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? String(each) : each));

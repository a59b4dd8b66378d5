import { describe, expect, it } from 'vitest';
import type { CatalogModel } from '../../catalog/catalog.ts';
import { type PriceOverride, priceFromOverride } from '../../catalog/price.ts';
import { costWarnings } from './cost-warning.ts';

function model(id: string, price: PriceOverride | undefined): CatalogModel {
  const name = id.slice(id.indexOf('/') + 1);
  const priceAt = () => (price === undefined ? undefined : priceFromOverride(id, price));
  return { id, provider: 'openai', name, target: { name }, priceAt };
}

const models = [
  model('openai/gpt-5', { input: 2, output: 10, cacheRead: '0.2', perRequest: '0.001' }),
  model('openai/gpt-5-mini', { input: '0.25', output: 2 }),
  model('openai/unpriced', undefined),
];

describe('a price below cost', () => {
  it('is told by model and kind', () => {
    const price = { input: '2', output: '9.999999', perRequest: '0.0009' };
    expect(costWarnings(models, { model: 'openai/gpt-5', price }, 0)).toEqual([
      'openai/gpt-5 costs more than this price: output, audio output, image output, requests.',
    ]);
    // A pattern sells each of its models; one without a price is not sold at all.
    expect(costWarnings(models, { model: 'openai/*', price: { input: '1', output: '10' } }, 0)).toEqual([
      'openai/gpt-5 costs more than this price: input, cache writes, cache writes of 1 hour, audio input, image input, requests.',
    ]);
  });

  it('is not told of a price that covers its cost, of other models, or of a markup', () => {
    const price = { input: '2', output: '10', cacheRead: '0.2', perRequest: '0.001' };
    expect(costWarnings(models, { model: 'openai/*', price }, 0)).toEqual([
      'openai/gpt-5-mini costs more than this price: cache reads.',
    ]);
    expect(costWarnings(models, { model: 'groq/*', price: { input: '0', output: '0' } }, 0)).toEqual([]);
    expect(costWarnings(models, { markupBasisPoints: 0 }, 0)).toEqual([]);
  });
});

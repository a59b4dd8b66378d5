/** A price below cost is allowed: somebody may want it. But nobody should have it without being told. */
import type { CatalogModel, OperationPrice } from '../../catalog/catalog.ts';
import { chargePicoUsd } from '../../catalog/charge.ts';
import { priceFromOverride } from '../../catalog/price.ts';
import { atCost, saleFor } from '../../catalog/sale.ts';
import { noUsage, type Usage } from '../../llm/usage.ts';
import type { SaleTerms } from './sale-prices.ts';

const shownMax = 20;

/** A sentence for each model that the terms would sell below what its provider charges now. */
export function costWarnings(
  models: readonly CatalogModel[],
  { model, price }: SaleTerms,
  nowMs: number,
): readonly string[] {
  if (price === undefined) return [];
  const sold = priceFromOverride(model ?? '*', price);
  const rule = { id: 'new', ...(model !== undefined && model !== '*' && { model }), price: sold };
  const warnings = models.flatMap((each) => {
    const cost = each.operationPriceAt?.(nowMs) ?? each.priceAt(nowMs);
    if (cost === undefined || saleFor([rule], each) === atCost) return [];
    const below = kindsBelow(sold, cost);
    return below.length === 0 ? [] : [`${each.id} costs more than this price: ${below.join(', ')}.`];
  });
  const more = warnings.length - shownMax;
  return more > 0 ? [...warnings.slice(0, shownMax), `And ${more} more models.`] : warnings;
}

/** Enough of each kind that a fraction of a pico-dollar shows, and too little for a tier of long prompts. */
const kinds: readonly (readonly [string, Partial<Usage>])[] = [
  ['input', { input: 1_000 }],
  ['output', { output: 1_000 }],
  ['cache reads', { cacheRead: 1_000 }],
  ['cache writes', { cacheWrite5m: 1_000 }],
  ['cache writes of 1 hour', { cacheWrite1h: 1_000 }],
  ['audio input', { input: 1_000, audioInput: 1_000 }],
  ['audio output', { output: 1_000, audioOutput: 1_000 }],
  ['image input', { input: 1_000, imageInput: 1_000 }],
  ['image output', { output: 1_000, imageOutput: 1_000 }],
  ['web searches', { webSearches: 1 }],
  ['pictures', { images: 1 }],
  ['seconds of sound', { audioSeconds: 1 }],
  ['characters', { characters: 1 }],
  ['searches', { searches: 1 }],
  ['requests', {}],
];

function kindsBelow(sold: OperationPrice, cost: OperationPrice): readonly string[] {
  return kinds.flatMap(([kind, some]) => {
    const usage = { ...noUsage, ...some };
    const once = kind === 'requests';
    const of = (price: OperationPrice) => chargePicoUsd(once ? price : { ...price, perRequest: 0n }, usage);
    return of(sold) < of(cost) ? [kind] : [];
  });
}

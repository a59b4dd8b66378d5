/** Sale prices in words. */
import type { SalePrice } from '@tollgate/client';

/** `cost and 20%`, or `$3 in, $15 out`. */
export function ratesOf({ markupBasisPoints, price }: Pick<SalePrice, 'markupBasisPoints' | 'price'>): string {
  if (price === null) return `cost and ${(markupBasisPoints ?? 0) / 100}%`;
  const more = Object.keys(price).length - 2;
  const rates = `$${price.input} in, $${price.output} out for a million tokens`;
  return more > 0 ? `${rates}, and ${more} more rates` : rates;
}

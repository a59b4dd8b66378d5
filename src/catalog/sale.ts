/** What a customer pays for what a provider charges: the same, a markup on it, or a price of its own. */
import { nanoFromPicoUsd } from '../lib/money.ts';
import type { Usage } from '../llm/usage.ts';
import type { CatalogModel, OperationPrice } from './catalog.ts';
import { chargePicoUsd } from './charge.ts';

/** One rule of an organization's prices. */
export interface SaleRule {
  /** Kept with each usage row, so that a charge can be explained. */
  readonly id: string;
  /** `provider/name` (with its dated names), or a pattern with `*` at its end; absent: every model. */
  readonly model?: string;
  /** Hundredths of a percent on top of the cost: 2,000 is 20 %. */
  readonly markupBasisPoints?: number;
  /** Instead of a markup: fixed prices. */
  readonly price?: OperationPrice;
  /** By the organization's own key: hundredths of a percent of what it would pay. The provider is paid by it, not by us. */
  readonly ownKeyBasisPoints?: number;
  /** Whose rule it is: any that fits decides before those of a higher tier. Absent: 0, the organization's own. */
  readonly tier?: number;
}

/** At cost. */
export const atCost: SaleRule = Object.freeze({ id: 'cost', markupBasisPoints: 0 });

/** The rule for a model: of the first tier with one that fits, the longest pattern. `rules` are in the order of tiers. */
export function saleFor(rules: readonly SaleRule[] | undefined, model: Pick<CatalogModel, 'id'>): SaleRule {
  if (rules === undefined) return atCost;
  let best: SaleRule | undefined;
  let most = 0;
  for (const rule of rules) {
    if (best !== undefined && (rule.tier ?? 0) > (best.tier ?? 0)) break;
    const weight = weightOf(rule.model, model.id);
    if (weight <= most) continue;
    best = rule;
    most = weight;
  }
  return best ?? atCost;
}

/** What a name may end with that is no other model: `-2025-08-07`, `-20250807`, `@20250807`, `-latest`. */
const dated = /^[-@](?:\d{4}-?\d\d-?\d\d|latest)$/;

/** The same rule where the organization's own key pays the provider: it pays us the fee alone. */
export function byOwnKey(sale: SaleRule, feeBasisPoints: number): SaleRule {
  const fee = `own-key ${feeBasisPoints / 100}%`;
  return { ...sale, id: sale === atCost ? fee : `${sale.id} ${fee}`, ownKeyBasisPoints: feeBasisPoints };
}

/** How well a pattern fits a model: 0 not at all. A dated name is no way around the price of its model. */
export function weightOf(pattern: string | undefined, id: string): number {
  if (pattern === undefined) return 0.5;
  if (id === pattern) return Number.MAX_SAFE_INTEGER;
  if (pattern.endsWith('*')) return id.startsWith(pattern.slice(0, -1)) ? pattern.length : 0;
  return id.startsWith(pattern) && dated.test(id.slice(pattern.length)) ? pattern.length + 1.5 : 0;
}

/** What the provider charges for a use, and what the customer pays for it. */
export interface Bill {
  readonly costNanoUsd: bigint;
  readonly chargeNanoUsd: bigint;
}

export const freeBill: Bill = Object.freeze({ costNanoUsd: 0n, chargeNanoUsd: 0n });

/** Both of one reckoning, each rounded once. `cost`: the price at which the provider charges. */
export function billFor(sale: SaleRule, cost: OperationPrice, usage: Usage): Bill {
  if (sale.ownKeyBasisPoints !== undefined)
    return { costNanoUsd: 0n, chargeNanoUsd: saleChargeNanoUsd(sale, cost, usage) };
  const costPicoUsd = chargePicoUsd(cost, usage);
  const costNanoUsd = nanoFromPicoUsd(costPicoUsd);
  if (sale === atCost) return { costNanoUsd, chargeNanoUsd: costNanoUsd };
  const soldPicoUsd = sale.price === undefined ? withMarkup(sale, costPicoUsd) : chargePicoUsd(sale.price, usage);
  return { costNanoUsd, chargeNanoUsd: nanoFromPicoUsd(soldPicoUsd) };
}

/** Nano-dollars, rounded once: what the customer pays, where nobody asks for the cost. */
export function saleChargeNanoUsd(sale: SaleRule, cost: OperationPrice, usage: Usage): bigint {
  return nanoFromPicoUsd(salePicoUsd(sale, cost, usage));
}

/** The same before its rounding, and rounded to a pico-dollar where a markup makes fractions of one. */
export function salePicoUsd(sale: SaleRule, cost: OperationPrice, usage: Usage): bigint {
  const usual =
    sale.price === undefined ? withMarkup(sale, chargePicoUsd(cost, usage)) : chargePicoUsd(sale.price, usage);
  const { ownKeyBasisPoints } = sale;
  return ownKeyBasisPoints === undefined ? usual : (usual * BigInt(ownKeyBasisPoints) + 5_000n) / 10_000n;
}

function withMarkup({ markupBasisPoints = 0 }: SaleRule, picoUsd: bigint): bigint {
  return markupBasisPoints === 0 ? picoUsd : (picoUsd * BigInt(10_000 + markupBasisPoints) + 5_000n) / 10_000n;
}

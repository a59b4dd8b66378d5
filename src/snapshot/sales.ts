/** What organizations pay: rules for everybody, of a plan, and of one organization, nearest first. */
import { priceFromOverride } from '../catalog/price.ts';
import type { SaleRule } from '../catalog/sale.ts';
import type { SalePriceRow } from '../store/schema/selling.ts';
import type { Organization } from './snapshot.ts';

export type SnapshotSaleRow = Pick<
  SalePriceRow,
  'id' | 'organization_id' | 'model' | 'markup_basis_points' | 'price' | 'ended_at'
>;

interface Sale {
  /** Absent: of everybody. */
  readonly organizationId?: string;
  readonly rule: SaleRule;
}

/** Rules in force, by id. */
export type Sales = ReadonlyMap<string, Sale>;

export const noSales: Sales = new Map();

export function applySales(before: Sales, rows: readonly SnapshotSaleRow[]): Sales {
  if (rows.length === 0) return before;
  const sales = new Map(before);
  for (const row of rows) {
    if (row.ended_at !== null) sales.delete(row.id);
    else sales.set(row.id, { ...(row.organization_id && { organizationId: row.organization_id }), rule: toRule(row) });
  }
  return sales;
}

/** An organization's own rules decide first, then its plan's markup. */
export const tiers = { own: 0, plan: 1, everybody: 2 } as const;

/** The database takes only prices that can be read. */
function toRule({ id, organization_id, model, markup_basis_points, price }: SnapshotSaleRow): SaleRule {
  return Object.freeze({
    id,
    tier: organization_id === null ? tiers.everybody : tiers.own,
    ...(model !== null && { model }),
    ...(markup_basis_points !== null && { markupBasisPoints: markup_basis_points }),
    ...(price !== null && { price: priceFromOverride(model ?? '*', price) }),
  });
}

/** Rules by whom they hold for. */
export class SaleIndex {
  readonly #general: readonly SaleRule[];
  readonly #own = new Map<string, SaleRule[]>();

  constructor(sales: Sales) {
    const general: SaleRule[] = [];
    for (const { organizationId, rule } of sales.values()) {
      if (organizationId === undefined) general.push(rule);
      else this.#own.set(organizationId, [...(this.#own.get(organizationId) ?? []), rule]);
    }
    this.#general = general;
  }

  /** Undefined: it pays what providers charge. Those without rules of their own share one list. */
  of({ id, plan }: Pick<Organization, 'id' | 'plan'>): readonly SaleRule[] | undefined {
    const own = this.#own.get(id);
    const markup = plan?.sale;
    if (own === undefined && markup === undefined) return this.#general.length === 0 ? undefined : this.#general;
    return [...(own ?? []), ...(markup === undefined ? [] : [markup]), ...this.#general];
  }
}

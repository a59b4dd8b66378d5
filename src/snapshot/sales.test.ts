import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atCost, type SaleRule, saleFor, weightOf } from '../catalog/sale.ts';
import { applySales, noSales, SaleIndex, type SnapshotSaleRow, tiers } from './sales.ts';

const names = ['a/x', 'a/x-2025-08-07', 'a/x-mini', 'a/xy', 'a/y', 'b/x', 'b/x-latest'];
const patterns = fc.constantFrom(null, ...names, 'a/*', 'a/x*', 'a/x-*', 'a/xy*', 'b/*');
const rules = fc.uniqueArray(patterns, { maxLength: 6 });

function rows(owner: string | null, models: readonly (string | null)[]): SnapshotSaleRow[] {
  return models.map((model) => ({
    id: `${owner ?? 'all'} ${model}`,
    organization_id: owner,
    model,
    markup_basis_points: 1,
    price: null,
    ended_at: null,
  }));
}

/** Said the slow way: the nearest owner that has any rule that fits, and of its rules the one that fits best. */
function expected(owners: readonly (readonly SaleRule[])[], id: string): string {
  for (const tier of owners) {
    const fitting = tier.filter((rule) => weightOf(rule.model, id) > 0);
    const [best] = fitting.toSorted((a, b) => weightOf(b.model, id) - weightOf(a.model, id));
    if (best !== undefined) return best.id;
  }
  return atCost.id;
}

const ruleOf = ({ id, model }: SnapshotSaleRow): SaleRule => ({ id, ...(model !== null && { model }) });

describe('rules of sale', () => {
  it('of the nearest owner decide for every model, whatever else there is', () => {
    fc.assert(
      fc.property(rules, rules, fc.boolean(), fc.constantFrom(...names), (own, general, hasPlan, id) => {
        const [ownRows, generalRows] = [rows('org_1', own), rows(null, general)];
        const index = new SaleIndex(applySales(noSales, [...ownRows, ...generalRows, ...rows('org_2', own)]));
        const sale = { id: 'plan_1', markupBasisPoints: 5, tier: tiers.plan };
        const organization = { id: 'org_1', ...(hasPlan && { plan: { id: 'plan_1', name: 'One', sale } }) };
        const nearest = [ownRows.map(ruleOf), hasPlan ? [sale] : [], generalRows.map(ruleOf)];
        expect(saleFor(index.of(organization), { id }).id).toBe(expected(nearest, id));
      }),
      { numRuns: 5_000 },
    );
  });

  it('of everybody are one list for all who have none of their own', () => {
    const index = new SaleIndex(applySales(noSales, rows(null, ['a/*', null])));
    expect(index.of({ id: 'org_1' })).toBe(index.of({ id: 'org_2' }));
    expect(new SaleIndex(noSales).of({ id: 'org_1' })).toBeUndefined();
  });

  it('that end are gone', () => {
    const [row] = rows(null, ['a/*']);
    const before = applySales(noSales, row ? [row] : []);
    const after = applySales(before, row ? [{ ...row, ended_at: new Date(0) }] : []);
    expect([before.size, after.size]).toEqual([1, 0]);
    expect(applySales(before, [])).toBe(before);
  });
});

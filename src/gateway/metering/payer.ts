/** Who pays the provider of a target, and what its caller pays for that. */
import { byOwnKey, type SaleRule, saleFor } from '../../catalog/sale.ts';
import type { Target } from '../../snapshot/snapshot.ts';

/** What a customer pays at this target. `sales`: the organization's. */
export function saleAt(sales: readonly SaleRule[] | undefined, { credential, model }: Target): SaleRule {
  const sale = saleFor(sales, model);
  return credential.ownedBy === undefined ? sale : byOwnKey(sale, credential.feeBasisPoints ?? 0);
}

/** For records; nothing where the platform pays. */
export function paidBy({ credential }: Pick<Target, 'credential'>): { readonly paidBy?: 'organization' } {
  return credential.ownedBy === undefined ? platform : organization;
}

const platform = Object.freeze({});
const organization = Object.freeze({ paidBy: 'organization' as const });

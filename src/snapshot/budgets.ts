/** Which budgets a request counts in: those of its key, its member, its project and its organization, and the wallet. */
import type { BudgetRow } from '../store/schema/ledger.ts';
import type { Budget, Key, Organization } from './snapshot.ts';

export type SnapshotBudgetRow = Pick<
  BudgetRow,
  | 'id'
  | 'organization_id'
  | 'owner_kind'
  | 'owner_id'
  | 'unit'
  | 'time_window'
  | 'limit_units'
  | 'action'
  | 'switch_to'
  | 'disabled'
>;

/** Budgets in force, by id. */
export type Budgets = ReadonlyMap<string, Budget>;

export const noBudgets: Budgets = new Map();

export function applyBudgets(before: Budgets, rows: readonly SnapshotBudgetRow[]): Budgets {
  if (rows.length === 0) return before;
  const budgets = new Map(before);
  for (const row of rows) {
    if (row.disabled) budgets.delete(row.id);
    else budgets.set(row.id, toBudget(row));
  }
  return budgets;
}

function toBudget(row: SnapshotBudgetRow): Budget {
  return Object.freeze({
    id: row.id,
    organizationId: row.organization_id,
    ownerKind: row.owner_kind,
    ownerId: row.owner_id,
    unit: row.unit,
    window: row.time_window,
    limitUnits: Number(row.limit_units),
    action: row.action,
    ...(row.switch_to !== null && { switchTo: row.switch_to }),
  });
}

/** Budgets by whom they belong to, for those that hold back a request; a mere warning holds back nobody. */
export class BudgetIndex {
  readonly #byOwner = new Map<string, Budget[]>();
  readonly #byTag = new Map<string, Map<string, Budget[]>>();

  constructor(budgets: Budgets) {
    for (const budget of budgets.values()) {
      if (budget.action === 'warn') continue;
      const { ownerKind, ownerId, organizationId } = budget;
      if (ownerKind === 'tag') push(this.#tagsOf(organizationId), ownerId, budget);
      else push(this.#byOwner, `${ownerKind} ${ownerId}`, budget);
    }
  }

  /** The nearest owner first, the wallet last. Undefined: nothing holds this key back. */
  chainOf(key: Pick<Key, 'id' | 'projectId' | 'memberId'>, organization: Organization): readonly Budget[] | undefined {
    const own = this.#byOwner;
    const chain = [
      ...(own.get(`key ${key.id}`) ?? []),
      ...(own.get(`member ${key.memberId}`) ?? []),
      ...(own.get(`project ${key.projectId}`) ?? []),
      ...(own.get(`organization ${organization.id}`) ?? []),
      ...(organization.spends === undefined || organization.spends === 'metered'
        ? []
        : [walletBudget(organization.id)]),
    ];
    return chain.length === 0 ? undefined : chain;
  }

  tagsOf(organizationId: string): ReadonlyMap<string, readonly Budget[]> | undefined {
    return this.#byTag.get(organizationId);
  }

  #tagsOf(organizationId: string): Map<string, Budget[]> {
    const known = this.#byTag.get(organizationId) ?? new Map<string, Budget[]>();
    this.#byTag.set(organizationId, known);
    return known;
  }
}

function push(map: Map<string, Budget[]>, owner: string, budget: Budget): void {
  map.set(owner, [...(map.get(owner) ?? []), budget]);
}

/** A wallet is a budget without a window; its limit is what is in it. */
function walletBudget(organizationId: string): Budget {
  return {
    id: `wallet:${organizationId}`,
    organizationId,
    ownerKind: 'wallet',
    ownerId: organizationId,
    unit: 'usd',
    window: 'total',
    limitUnits: 0,
    action: 'refuse',
  };
}

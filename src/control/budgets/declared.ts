/** Budgets that the configuration file declares for a key or an organization, brought into the database at each start. */
import type { Clock } from '../../lib/clock.ts';
import { newId } from '../../lib/id.ts';
import type { BudgetAction, BudgetRow, BudgetUnit, BudgetWindow } from '../../store/schema/ledger.ts';
import type { Store } from '../../store/store.ts';
import { checkAction, checkUnits } from './checks.ts';

export interface DeclaredBudget {
  readonly unit: BudgetUnit;
  /** Nano-dollars, tokens or requests. */
  readonly limitUnits: bigint;
  readonly window: BudgetWindow;
  readonly action: BudgetAction;
  readonly switchTo?: string;
}

export interface BudgetOwner {
  readonly organizationId: string;
  readonly kind: 'key' | 'organization';
  readonly id: string;
}

/**
 * The file owns what it declares: one budget for each unit and window. What is no longer there is turned off and keeps
 * what it counted. Writes only what differs. In the caller's transaction. Throws Refusal.
 */
export async function importBudgets(
  db: Store['db'],
  owner: BudgetOwner,
  declared: readonly DeclaredBudget[],
  clock: Clock,
): Promise<void> {
  for (const budget of declared) {
    checkUnits(budget.limitUnits);
    checkAction(budget.action, budget.switchTo);
  }
  const known = await db
    .selectFrom('budgets')
    .selectAll()
    .where('owner_kind', '=', owner.kind)
    .where('owner_id', '=', owner.id)
    .where('source', '=', 'file')
    .execute();
  const left = new Map(known.map((row) => [`${row.unit} ${row.time_window}`, row]));
  for (const budget of declared) {
    const name = `${budget.unit} ${budget.window}`;
    const row = left.get(name);
    left.delete(name);
    if (row === undefined) await insertBudget(db, owner, budget, clock);
    else if (!isSame(row, budget)) await updateRow(db, row.id, budget);
  }
  for (const row of left.values()) {
    if (!row.disabled) await db.updateTable('budgets').set({ disabled: true }).where('id', '=', row.id).execute();
  }
}

async function insertBudget(
  db: Store['db'],
  { organizationId, kind, id }: BudgetOwner,
  budget: DeclaredBudget,
  clock: Clock,
): Promise<void> {
  const fixed = { id: newId('bud', clock.nowMs()), organization_id: organizationId, owner_kind: kind, owner_id: id };
  const { unit, window: time_window } = budget;
  await db
    .insertInto('budgets')
    .values({ ...fixed, unit, time_window, source: 'file', ...changeable(budget) })
    .execute();
}

async function updateRow(db: Store['db'], id: string, budget: DeclaredBudget): Promise<void> {
  await db
    .updateTable('budgets')
    .set({ ...changeable(budget), disabled: false })
    .where('id', '=', id)
    .execute();
}

function changeable({ limitUnits, action, switchTo }: DeclaredBudget) {
  return { limit_units: limitUnits, action, switch_to: switchTo ?? null };
}

function isSame(row: BudgetRow, { limitUnits, action, switchTo }: DeclaredBudget): boolean {
  return (
    !row.disabled &&
    BigInt(row.limit_units) === limitUnits &&
    row.action === action &&
    row.switch_to === (switchTo ?? null)
  );
}

/** What a budget may be made of. */
import type { BudgetAction, BudgetOwnerKind, BudgetUnit, BudgetWindow } from '../../store/schema/ledger.ts';
import { nameLengthMax } from '../names.ts';
import { Refusal } from '../refusal.ts';

export const owners: readonly BudgetOwnerKind[] = ['organization', 'project', 'member', 'key', 'tag'];
export const units: readonly BudgetUnit[] = ['usd', 'tokens', 'requests'];
export const windows: readonly BudgetWindow[] = ['day', 'week', 'month', 'total'];
export const actions: readonly BudgetAction[] = ['refuse', 'warn', 'switch'];

/** Whole numbers that every part of the product counts exactly: beyond nine million dollars there is no limit. */
export const limitUnitsMax = 9_000_000_000_000_000n;

/** Throws Refusal. */
export function checkUnits(limitUnits: bigint): void {
  if (limitUnits >= 1n && limitUnits <= limitUnitsMax) return;
  throw new Refusal(
    `${limitUnits} is not a limit of a budget.`,
    `Give at least 1, and at most ${limitUnitsMax} (nano-dollars, tokens or requests).`,
  );
}

/** Throws Refusal. */
export function checkOneOf(what: string, known: readonly string[], value: string): void {
  if (known.includes(value)) return;
  throw new Refusal(`${JSON.stringify(value.slice(0, 40))} is not ${what}.`, `Use ${known.join(', ')}.`);
}

/** A budget that switches names the route; no other does. Throws Refusal. */
export function checkAction(action: BudgetAction, switchTo: string | undefined): void {
  checkOneOf('an action of budgets', actions, action);
  if (action !== 'switch' && switchTo !== undefined) {
    throw new Refusal(`A budget that does ${action} has no route to switch to.`, 'Leave it out, or use switch.');
  }
  if (action !== 'switch') return;
  if (switchTo !== undefined && /^[^\s\p{Cc}]+$/u.test(switchTo) && switchTo.length <= nameLengthMax) return;
  throw new Refusal(
    'A budget that switches has to name a route or a model.',
    'Name it as callers would: a route, or provider/model.',
  );
}

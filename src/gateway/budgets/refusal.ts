/** What a caller is told whose budget does not reach: the rule, the numbers, and what to do. */
import { BudgetShort } from '../../ledger/leases/lease-book.ts';
import { LenderAway } from '../../ledger/leases/lender.ts';
import { formatUsd } from '../../lib/money.ts';
import { type LlmError, LlmFailure } from '../../llm/error.ts';
import type { Budget, Key, Organization } from '../../snapshot/snapshot.ts';

/** Anything that is not about budgets is given back as it is. */
export function asBudgetFailure(error: unknown, key: Key): unknown {
  if (error instanceof LenderAway) return new LlmFailure(away);
  return error instanceof BudgetShort ? new LlmFailure(shortOf(error as BudgetShort<Budget>, key)) : error;
}

const away: LlmError = {
  kind: 'unavailable',
  message:
    'The budgets of this key cannot be looked at now, because the database does not answer, so no provider is asked. Nothing is wrong with the key or its balance. Try again soon.',
  code: 'budget_unavailable',
  retryAfterMs: 2_000,
};

function shortOf(short: BudgetShort<Budget>, key: Key): LlmError {
  return short.budget.ownerKind === 'wallet' ? emptyWallet(short, key) : usedUp(short, key);
}

function emptyWallet({ units, loan }: BudgetShort<Budget>, { organization }: Key): LlmError {
  const stops = organization.spends === 'credit';
  const left = formatUsd(BigInt(Math.max(0, loan.granted - loan.spent)));
  const held = loan.held > 0 ? `, of which ${formatUsd(BigInt(loan.held))} is held for running requests` : '';
  return {
    kind: 'payment-required',
    message: `${stops ? allowanceOf(organization) : `The balance of the organization ${organization.name}`} is too low: ${left} is left${held}, and this request needs at least ${formatUsd(BigInt(units))}. ${stops ? 'It comes again with the next month; a larger plan holds at once.' : 'Top it up, or ask the operator to.'}`,
    code: stops ? 'plan_allowance_used' : 'insufficient_balance',
    ...(loan.held > 0 && loan.granted - loan.spent >= units && { retryAfterMs: 1_000 }),
  };
}

function allowanceOf({ name, plan }: Organization): string {
  return plan === undefined ? `The credit of ${name}` : `What is left of the plan ${plan.name} of ${name}`;
}

function usedUp({ budget, units, loan }: BudgetShort<Budget>, key: Key): LlmError {
  const show = (amount: number) => showUnits(budget.unit, amount);
  const held = loan.held > 0 ? `, ${show(loan.held)} held for running requests` : '';
  const again =
    loan.endsInMs === undefined
      ? 'It does not start again by itself.'
      : `It starts again in ${showTime(loan.endsInMs)}.`;
  return {
    kind: 'payment-required',
    message: `The budget ${budget.id} of ${ownerText(budget, key)} is used up: ${show(loan.granted)} ${windowText[budget.window]}, ${show(loan.spent)} spent${held}, and this request needs at least ${show(units)}. ${again} The operator can raise it.`,
    code: 'budget_exceeded',
    ...(loan.endsInMs !== undefined && { retryAfterMs: Math.ceil(loan.endsInMs) }),
  };
}

/** An organization that owes us something spends nothing. */
export function blocked({ name, blockedReason }: Organization): LlmFailure {
  return new LlmFailure({
    kind: 'payment-required',
    message: `The organization ${name} may not spend anything now: ${blockedReason}. Paying it opens the account again.`,
    code: 'spending_blocked',
  });
}

const windowText = { day: 'a day', week: 'a week', month: 'a month', total: 'in all' } as const;

function ownerText({ ownerKind, ownerId }: Budget, { name, id, organization }: Key): string {
  if (ownerKind === 'key') return `the key ${name} (${id})`;
  if (ownerKind === 'organization') return `the organization ${organization.name}`;
  return `the ${ownerKind} ${ownerId}`;
}

function showUnits(unit: Budget['unit'], amount: number): string {
  if (unit === 'usd') return formatUsd(BigInt(amount));
  return `${amount.toLocaleString('en-US')} ${unit}`;
}

function showTime(ms: number): string {
  const hours = ms / 3_600_000;
  if (hours >= 48) return `${Math.ceil(hours / 24)} days`;
  return hours >= 2 ? `${Math.ceil(hours)} hours` : `${Math.ceil(ms / 60_000)} minutes`;
}

/** Budgets in words and figures. */
import type { Budget } from '@tollgate/client';
import { formatCount, formatUsd, parseUsd } from '@/lib/format.ts';

export const owners = [
  { value: 'organization', label: 'The whole organization' },
  { value: 'project', label: 'A project' },
  { value: 'member', label: 'A member' },
  { value: 'key', label: 'A key' },
  { value: 'tag', label: 'A tag' },
] as const;

export const units = [
  { value: 'usd', label: 'Dollars' },
  { value: 'tokens', label: 'Tokens' },
  { value: 'requests', label: 'Requests' },
] as const;

export const windows = [
  { value: 'day', label: 'A day' },
  { value: 'week', label: 'A week' },
  { value: 'month', label: 'A month' },
  { value: 'total', label: 'In total' },
] as const;

export const actions = [
  { value: 'refuse', label: 'Refuse requests' },
  { value: 'warn', label: 'Only warn' },
  { value: 'switch', label: 'Switch to another route' },
] as const;

/** What is counted, as people read it: `$12.40`, `12.4k tokens`. */
export function amountOf(unit: Budget['unit'], amount: string): string {
  return unit === 'usd' ? formatUsd(amount) : `${formatCount(Number(amount))} ${unit}`;
}

/** 0 to 1 and beyond: how much of the limit an amount is. */
export function shareOf({ unit, limit }: Pick<Budget, 'unit' | 'limit'>, amount: string): number {
  const [part, whole] = unit === 'usd' ? [parseUsd(amount), parseUsd(limit)] : [BigInt(amount), BigInt(limit)];
  return whole === 0n ? 1 : Number((part * 100_000n) / whole) / 100_000;
}

export function windowWords(window: Budget['window']): string {
  return window === 'total' ? 'in total' : `a ${window}`;
}

/** What happens when it is used up. */
export function consequence({ action, switchTo }: Pick<Budget, 'action' | 'switchTo'>): string {
  if (action === 'switch') return `then ${switchTo ?? 'another route'} takes over`;
  return action === 'warn' ? 'then it warns' : 'then requests are refused';
}

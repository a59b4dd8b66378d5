/** What a transfer means to whoever owns the wallet. */
import type { Transfer } from '@tollgate/client';
import { parseUsd } from '@/lib/format.ts';

const kinds: Readonly<Record<string, string>> = {
  usage: 'Request',
  'top-up': 'Top-up',
  credit: 'Paid in',
  'take-back': 'Taken back',
  grant: 'Credit given',
  expiry: 'Credit expired',
  refund: 'Refund',
  dispute: 'Dispute',
  'plan-fee': 'Plan',
  invoice: 'Invoice',
};

/** Kinds that are not known here are shown as they are called. */
export function kindLabel(kind: string): string {
  const text = kinds[kind] ?? kind.replaceAll('-', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** By how much what can be spent changed, in nano-dollars: what was paid in and credit together. */
export function changeOf({ entries }: Pick<Transfer, 'entries'>): bigint {
  return entries
    .filter(({ account }) => /^(wallet|credit):/.test(account))
    .reduce((sum, { amountUsd }) => sum + parseUsd(amountUsd), 0n);
}

/** Payments in words. */
import type { Payment } from '@tollgate/client';
import type { BadgeVariant } from '@/components/ui/badge.tsx';

const kinds: Readonly<Record<Payment['kind'], string>> = {
  'top-up': 'Top-up',
  automatic: 'Automatic top-up',
  card: 'Card saved',
  plan: 'Plan',
  invoice: 'Invoice',
};

export function describePayment({ kind }: Pick<Payment, 'kind'>): string {
  return kinds[kind];
}

export const stateLooks: Readonly<Record<Payment['state'], BadgeVariant>> = {
  open: 'neutral',
  processing: 'neutral',
  paid: 'good',
  failed: 'bad',
  expired: 'neutral',
  refused: 'bad',
};

import type { Invoice } from '@tollgate/client';
import type { BadgeVariant } from '@/components/ui/badge.tsx';

export const statusLooks: Readonly<Record<Invoice['status'], BadgeVariant>> = {
  open: 'warning',
  paid: 'good',
  void: 'neutral',
};

/** `2026-11` as `November 2026`. */
export function monthName(period: string): string {
  return new Date(`${period}-15T12:00:00Z`).toLocaleDateString('en-GB', {
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  });
}

/** What is not true any more when an invoice was paid or taken back. */
export const staleByInvoice = [
  'GET /invoices',
  'GET /invoices/{invoiceId}',
  'GET /organizations/{organizationId}/wallet',
  'GET /payments',
] as const;

import type { Payment } from '@tollgate/client';
import { CreditCard } from 'lucide-react';
import { columnsFor, DataTable } from '@/components/data-table.tsx';
import { EmptyState } from '@/components/empty-state.tsx';
import { ErrorState } from '@/components/error-state.tsx';
import { Money, RelativeTime } from '@/components/figures.tsx';
import { Badge } from '@/components/ui/badge.tsx';
import { useList } from '@/lib/api.ts';
import { parseUsd } from '@/lib/format.ts';
import { describePayment, stateLooks } from './payments.ts';
import { RefundButton } from './refund-button.tsx';

/** What was paid by card, and how that went. */
export function PaymentList({ organizationId }: { organizationId: string }) {
  const payments = useList('GET /payments', { query: { organizationId } });
  if (payments.error) return <ErrorState error={payments.error} onRetry={payments.refetch} />;
  return (
    <DataTable
      label="Payments"
      columns={columns}
      rowId={({ id }) => id}
      {...payments}
      empty={
        <EmptyState title="No payments yet" icon={CreditCard}>
          Top-ups and everything else that was paid by card are listed here, with what became of them.
        </EmptyState>
      }
    />
  );
}

const columns = columnsFor<Payment>((column) => [
  column.accessor('createdAt', { header: 'When', cell: (cell) => <RelativeTime time={cell.getValue()} /> }),
  column.accessor('kind', {
    header: 'What',
    meta: { isTitle: true },
    cell: ({ row }) => describePayment(row.original),
  }),
  column.accessor('state', {
    header: 'State',
    cell: ({ row: { original } }) => (
      <span className="inline-flex flex-wrap items-center gap-2">
        <Badge variant={stateLooks[original.state]}>{original.state}</Badge>
        {original.reason !== null && <span className="text-muted-foreground">{original.reason}</span>}
      </span>
    ),
  }),
  column.accessor('refundedUsd', {
    header: 'Returned',
    meta: { align: 'right' },
    cell: ({ row: { original } }) => {
      const returned = parseUsd(original.refundedUsd) + parseUsd(original.disputedUsd);
      return returned === 0n ? null : <Money usd={returned} />;
    },
  }),
  column.accessor('amountUsd', {
    header: 'Amount',
    meta: { align: 'right' },
    cell: (cell) => <Money usd={cell.getValue()} />,
  }),
  column.display({
    id: 'refund',
    header: '',
    meta: { align: 'right' },
    cell: ({ row }) => <RefundButton payment={row.original} />,
  }),
]);

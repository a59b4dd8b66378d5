import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { Invoice } from '@tollgate/client';
import { FileText } from 'lucide-react';
import { columnsFor, DataTable } from '@/components/data-table.tsx';
import { EmptyState } from '@/components/empty-state.tsx';
import { ErrorState } from '@/components/error-state.tsx';
import { Money, RelativeTime } from '@/components/figures.tsx';
import { Segments } from '@/components/segments.tsx';
import { Badge } from '@/components/ui/badge.tsx';
import { useList } from '@/lib/api.ts';
import { monthName, statusLooks } from './invoice-looks.ts';

const statuses = [
  { value: 'all', label: 'All' },
  { value: 'open', label: 'Open' },
  { value: 'paid', label: 'Paid' },
  { value: 'void', label: 'Void' },
] as const;

export function InvoiceList({ organizationId }: { organizationId: string }) {
  const { status } = useSearch({ from: '/app/invoices' });
  const navigate = useNavigate({ from: '/invoices' });
  const invoices = useList('GET /invoices', { query: { organizationId, ...(status && { status }) } });
  if (invoices.error) return <ErrorState error={invoices.error} onRetry={invoices.refetch} />;
  return (
    <div className="flex flex-col gap-3">
      <Segments
        label="State"
        items={statuses}
        value={status ?? 'all'}
        onChange={(value) =>
          void navigate({
            search: (before) => ({ ...before, status: value === 'all' ? undefined : value }),
          })
        }
      />
      <DataTable
        label="Invoices"
        columns={columns}
        rowId={({ id }) => id}
        {...invoices}
        onOpen={({ id }) => void navigate({ to: '/invoices/$invoiceId', params: { invoiceId: id } })}
        empty={
          <EmptyState title={status === undefined ? 'No invoices yet' : `No invoice is ${status}`} icon={FileText}>
            A month that is over becomes an invoice within the hour, as soon as the operator has said who sells.
          </EmptyState>
        }
      />
    </div>
  );
}

const columns = columnsFor<Invoice>((column) => [
  column.accessor('number', {
    header: 'Number',
    meta: { isTitle: true },
    cell: ({ row: { original } }) => (
      <Link to="/invoices/$invoiceId" params={{ invoiceId: original.id }} className="font-medium hover:underline">
        {original.number}
      </Link>
    ),
  }),
  column.accessor('period', { header: 'Month', cell: (cell) => monthName(cell.getValue()) }),
  column.accessor('status', {
    header: 'State',
    cell: (cell) => <Badge variant={statusLooks[cell.getValue()]}>{cell.getValue()}</Badge>,
  }),
  column.accessor('periodEnd', { header: 'Closed', cell: (cell) => <RelativeTime time={cell.getValue()} /> }),
  column.accessor('openUsd', {
    header: 'Open',
    meta: { align: 'right' },
    cell: (cell) => <Money usd={cell.getValue()} />,
  }),
  column.accessor('dueUsd', {
    header: 'Total',
    meta: { align: 'right' },
    cell: (cell) => <Money usd={cell.getValue()} />,
  }),
]);

import type { Receipt } from '@tollgate/client';
import { Download, ReceiptText } from 'lucide-react';
import { columnsFor, DataTable } from '@/components/data-table.tsx';
import { EmptyState } from '@/components/empty-state.tsx';
import { ErrorState } from '@/components/error-state.tsx';
import { Money, RelativeTime } from '@/components/figures.tsx';
import { Button } from '@/components/ui/button.tsx';
import { useClient, useList } from '@/lib/api.ts';
import { startExport } from '@/lib/exports.ts';

/** A receipt for each payment into the wallet. */
export function ReceiptList({ organizationId }: { organizationId: string }) {
  const receipts = useList('GET /receipts', { query: { organizationId } });
  if (receipts.error) return <ErrorState error={receipts.error} onRetry={receipts.refetch} />;
  return (
    <DataTable
      label="Receipts"
      columns={columns}
      rowId={({ id }) => id}
      {...receipts}
      empty={
        <EmptyState title="No receipts yet" icon={ReceiptText}>
          Each payment into the wallet has a receipt here, as a PDF.
        </EmptyState>
      }
    />
  );
}

const columns = columnsFor<Receipt>((column) => [
  column.accessor('paidAt', { header: 'Paid', cell: (cell) => <RelativeTime time={cell.getValue()} /> }),
  column.accessor('description', {
    header: 'For',
    meta: { isTitle: true },
    cell: (cell) => cell.getValue() ?? 'Payment',
  }),
  column.accessor('by', { header: 'By', cell: (cell) => (cell.getValue() === 'stripe' ? 'Card' : 'The operator') }),
  column.accessor('amountUsd', {
    header: 'Amount',
    meta: { align: 'right' },
    cell: (cell) => <Money usd={cell.getValue()} />,
  }),
  column.display({ id: 'pdf', header: '', meta: { align: 'right' }, cell: ({ row }) => <Pdf id={row.original.id} /> }),
]);

function Pdf({ id }: { id: string }) {
  const client = useClient();
  const params = { transferId: id };
  return (
    <Button
      variant="ghost"
      size="sm"
      onClick={() =>
        startExport('Receipt', (signal) => client.download('GET /receipts/{transferId}/pdf', { params, signal }))
      }
    >
      <Download aria-hidden /> PDF
    </Button>
  );
}

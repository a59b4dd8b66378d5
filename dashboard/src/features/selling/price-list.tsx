import type { SalePrice } from '@tollgate/client';
import { Tag } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { ConfirmDialog } from '@/components/confirm-dialog.tsx';
import { columnsFor, DataTable } from '@/components/data-table.tsx';
import { EmptyState } from '@/components/empty-state.tsx';
import { ErrorState } from '@/components/error-state.tsx';
import { RelativeTime } from '@/components/figures.tsx';
import { OrganizationName } from '@/components/organization-name.tsx';
import { Badge } from '@/components/ui/badge.tsx';
import { Button } from '@/components/ui/button.tsx';
import { useChange, useList } from '@/lib/api.ts';
import { ratesOf } from './prices.ts';

export function PriceList({ ended, action }: { ended: boolean; action: ReactNode }) {
  const prices = useList('GET /prices', { query: { includeEnded: ended ? 'true' : 'false' } });
  if (prices.error) return <ErrorState error={prices.error} onRetry={prices.refetch} />;
  return (
    <DataTable
      label="Sale prices"
      columns={columns}
      rowId={({ id }) => id}
      {...prices}
      empty={
        <EmptyState title="Customers pay what providers take" icon={Tag} action={action}>
          A price for one customer or for everybody, for one model, a pattern or all, is listed here.
        </EmptyState>
      }
    />
  );
}

const columns = columnsFor<SalePrice>((column) => [
  column.accessor('organizationId', {
    header: 'For',
    meta: { isTitle: true },
    cell: (cell) => (cell.getValue() === null ? 'Everybody' : <OrganizationName id={cell.getValue() ?? ''} />),
  }),
  column.accessor('model', {
    header: 'Models',
    cell: (cell) => (cell.getValue() === null ? 'all' : <span className="font-mono text-xs">{cell.getValue()}</span>),
  }),
  column.display({ id: 'rates', header: 'Price', cell: ({ row }) => ratesOf(row.original) }),
  column.accessor('createdAt', { header: 'Since', cell: (cell) => <RelativeTime time={cell.getValue()} /> }),
  column.display({
    id: 'end',
    header: '',
    meta: { align: 'right' },
    cell: ({ row: { original } }) =>
      original.endedAt === null ? (
        original.source === 'file' ? (
          <Badge variant="outline">from the file</Badge>
        ) : (
          <EndButton price={original} />
        )
      ) : (
        <Badge>ended</Badge>
      ),
  }),
]);

function EndButton({ price }: { price: SalePrice }) {
  const [open, setOpen] = useState(false);
  const end = useChange('POST /prices/{priceId}/end', ['GET /prices']);
  return (
    <>
      <Button variant="ghost" size="sm" onClick={() => setOpen(true)}>
        End
      </Button>
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        title="End this price?"
        action="End price"
        pending={end.isPending}
        error={end.error}
        onConfirm={() => end.mutate({ params: { priceId: price.id } }, { onSuccess: () => setOpen(false) })}
      >
        Requests from now on pay by the next price that fits, or what the provider takes: {ratesOf(price)} does not hold
        any more.
      </ConfirmDialog>
    </>
  );
}

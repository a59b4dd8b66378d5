import type { Transfer } from '@tollgate/client';
import { ArrowLeftRight } from 'lucide-react';
import { columnsFor, DataTable } from '@/components/data-table.tsx';
import { EmptyState } from '@/components/empty-state.tsx';
import { ErrorState } from '@/components/error-state.tsx';
import { Money, RelativeTime } from '@/components/figures.tsx';
import { IdChip } from '@/components/id-chip.tsx';
import { useList } from '@/lib/api.ts';
import { cn } from '@/lib/classes.ts';
import { usePeriod } from '@/lib/period.ts';
import { changeOf, kindLabel } from './transfers.ts';

/** What moved in the period, newest first. */
export function TransferList({ organizationId }: { organizationId: string }) {
  const { from, to } = usePeriod();
  const transfers = useList('GET /transfers', { query: { organizationId, from, to } });
  if (transfers.error) return <ErrorState error={transfers.error} onRetry={transfers.refetch} />;
  return (
    <DataTable
      label="Transfers"
      columns={columns}
      rowId={({ id }) => id}
      {...transfers}
      empty={
        <EmptyState title="Nothing moved in this period" icon={ArrowLeftRight}>
          Top-ups, credits and what requests cost are listed here. Choose a longer period above to see more.
        </EmptyState>
      }
    />
  );
}

const columns = columnsFor<Transfer>((column) => [
  column.accessor('createdAt', { header: 'When', cell: (cell) => <RelativeTime time={cell.getValue()} /> }),
  column.accessor('kind', {
    header: 'What',
    meta: { isTitle: true },
    cell: ({ row: { original } }) => (
      <span>
        {kindLabel(original.kind)}
        {original.description !== null && <span className="ml-2 text-muted-foreground">{original.description}</span>}
      </span>
    ),
  }),
  column.accessor('requestId', {
    header: 'Request',
    cell: (cell) => (cell.getValue() === null ? null : <IdChip id={String(cell.getValue())} />),
  }),
  column.display({
    id: 'change',
    header: 'Balance',
    meta: { align: 'right' },
    cell: ({ row }) => {
      const change = changeOf(row.original);
      return (
        <span className={cn(change > 0n && 'text-good')}>
          {change > 0n && '+'}
          <Money usd={change} />
        </span>
      );
    },
  }),
]);

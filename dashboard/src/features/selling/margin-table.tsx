import type { Margin } from '@tollgate/client';
import { TrendingUp } from 'lucide-react';
import { columnsFor, DataTable } from '@/components/data-table.tsx';
import { EmptyState } from '@/components/empty-state.tsx';
import { Absent, Count, Money } from '@/components/figures.tsx';
import { formatDay, parseUsd } from '@/lib/format.ts';
import { marginShare } from './margin.ts';

type Row = Margin['data'][number] & { readonly by: string };

export function MarginTable({ by, rows }: { by: string; rows: Margin['data'] }) {
  return (
    <DataTable
      label={`Margin by ${by}`}
      columns={columns}
      rows={rows.map((row) => ({ ...row, by }))}
      rowId={({ group }) => group}
      empty={
        <EmptyState title="Nobody used anything in this period" icon={TrendingUp}>
          When requests are made, this says for each customer, model, provider and key what they brought and cost.
        </EmptyState>
      }
    />
  );
}

const columns = columnsFor<Row>((column) => [
  column.accessor('label', {
    header: 'Of',
    meta: { isTitle: true },
    cell: ({ row: { original } }) => (original.by === 'day' ? formatDay(`${original.group}T12:00:00`) : original.label),
  }),
  column.accessor('requests', {
    header: 'Requests',
    meta: { align: 'right' },
    cell: (cell) => <Count count={cell.getValue()} unit="requests" />,
  }),
  column.accessor('revenueUsd', {
    header: 'Charged',
    meta: { align: 'right' },
    cell: (cell) => <Money usd={cell.getValue()} />,
  }),
  column.accessor('costUsd', {
    header: 'Cost',
    meta: { align: 'right' },
    cell: (cell) => <Money usd={cell.getValue()} />,
  }),
  column.accessor('houseCostUsd', {
    header: 'Paid by the house',
    meta: { align: 'right' },
    cell: (cell) => <Money usd={cell.getValue()} />,
  }),
  column.accessor('marginUsd', {
    header: 'Margin',
    meta: { align: 'right' },
    cell: (cell) => <Money usd={cell.getValue()} className={parseUsd(cell.getValue()) < 0n ? 'text-bad' : ''} />,
  }),
  column.display({
    id: 'share',
    header: 'Share',
    meta: { align: 'right' },
    cell: ({ row }) => marginShare(row.original) ?? <Absent />,
  }),
]);

import type { Credit } from '@tollgate/client';
import { Gift } from 'lucide-react';
import { columnsFor, DataTable } from '@/components/data-table.tsx';
import { EmptyState } from '@/components/empty-state.tsx';
import { ErrorState } from '@/components/error-state.tsx';
import { Absent, Money, RelativeTime } from '@/components/figures.tsx';
import { Badge } from '@/components/ui/badge.tsx';
import { useList } from '@/lib/api.ts';
import { useNow } from '@/lib/now.ts';

/** What was given, what is left of it, and until when. */
export function CreditList({ organizationId }: { organizationId: string }) {
  const credits = useList('GET /credits', { query: { organizationId } });
  if (credits.error) return <ErrorState error={credits.error} onRetry={credits.refetch} />;
  return (
    <DataTable
      label="Credits"
      columns={columns}
      rowId={({ id }) => id}
      {...credits}
      empty={
        <EmptyState title="No credit was given" icon={Gift}>
          Trial credit, promotions and the monthly allowance of a plan are listed here. They are spent before paid
          money.
        </EmptyState>
      }
    />
  );
}

const columns = columnsFor<Credit>((column) => [
  column.accessor('createdAt', { header: 'Given', cell: (cell) => <RelativeTime time={cell.getValue()} /> }),
  column.accessor('kind', {
    header: 'Kind',
    meta: { isTitle: true },
    cell: ({ row: { original } }) => (
      <span>
        <span className="capitalize">{original.kind}</span>
        {original.description !== null && <span className="ml-2 text-muted-foreground">{original.description}</span>}
      </span>
    ),
  }),
  column.accessor('expiresAt', { header: 'Ends', cell: (cell) => <Ends time={cell.getValue()} /> }),
  column.accessor('remainingUsd', {
    header: 'Left',
    meta: { align: 'right' },
    cell: (cell) => <Money usd={cell.getValue()} />,
  }),
  column.accessor('amountUsd', {
    header: 'Amount',
    meta: { align: 'right' },
    cell: (cell) => <Money usd={cell.getValue()} />,
  }),
]);

function Ends({ time }: { time: string | null }) {
  const now = useNow();
  if (time === null) return <Absent />;
  return Date.parse(time) <= now ? <Badge>ended</Badge> : <RelativeTime time={time} />;
}

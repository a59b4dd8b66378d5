import { Link } from '@tanstack/react-router';
import type { Subscription } from '@tollgate/client';
import { Layers } from 'lucide-react';
import { columnsFor, DataTable } from '@/components/data-table.tsx';
import { EmptyState } from '@/components/empty-state.tsx';
import { ErrorState } from '@/components/error-state.tsx';
import { RelativeTime } from '@/components/figures.tsx';
import { OrganizationName } from '@/components/organization-name.tsx';
import { Badge } from '@/components/ui/badge.tsx';
import { useAsk, useList } from '@/lib/api.ts';
import { formatId } from '@/lib/format.ts';

/** For operators: every customer's plan. */
export function SubscriptionList() {
  const subscriptions = useList('GET /subscriptions');
  if (subscriptions.error) return <ErrorState error={subscriptions.error} onRetry={subscriptions.refetch} />;
  return (
    <DataTable
      label="Subscriptions"
      columns={columns}
      rowId={({ id }) => id}
      {...subscriptions}
      empty={
        <EmptyState title="Nobody has a plan yet" icon={Layers}>
          When a customer chooses a plan, it is listed here with its month and whether it is paid.
        </EmptyState>
      }
    />
  );
}

const columns = columnsFor<Subscription>((column) => [
  column.accessor('organizationId', {
    header: 'Customer',
    meta: { isTitle: true },
    cell: (cell) => (
      <Link
        to="."
        search={(before) => ({ ...before, org: cell.getValue(), tab: undefined })}
        className="hover:underline"
      >
        <OrganizationName id={cell.getValue()} />
      </Link>
    ),
  }),
  column.accessor('planId', { header: 'Plan', cell: (cell) => <PlanName id={cell.getValue()} /> }),
  column.accessor('status', {
    header: 'State',
    cell: ({ row: { original } }) => (
      <Badge variant={original.status === 'active' ? 'good' : original.status === 'past_due' ? 'bad' : 'neutral'}>
        {original.status === 'past_due' ? 'not paid' : original.cancels ? 'ends' : original.status}
      </Badge>
    ),
  }),
  column.accessor('pays', { header: 'Paid by' }),
  column.accessor('periodEnd', { header: 'Month ends', cell: (cell) => <RelativeTime time={cell.getValue()} /> }),
]);

function PlanName({ id }: { id: string }) {
  const plans = useAsk('GET /plans', { query: { includeEnded: true } });
  return plans.data?.data.find((plan) => plan.id === id)?.name ?? formatId(id);
}

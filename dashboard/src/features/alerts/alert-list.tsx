import type { Alert } from '@tollgate/client';
import { Bell } from 'lucide-react';
import { columnsFor, DataTable } from '@/components/data-table.tsx';
import { EmptyState } from '@/components/empty-state.tsx';
import { ErrorState } from '@/components/error-state.tsx';
import { RelativeTime } from '@/components/figures.tsx';
import { Badge, type BadgeVariant } from '@/components/ui/badge.tsx';
import { Tooltip } from '@/components/ui/tooltip.tsx';
import { useList } from '@/lib/api.ts';
import { useMay } from '@/lib/session.ts';
import { nameOf } from './rules.ts';

const refreshMs = 10_000;

/** What was told, to whom, and whether it got there. */
export function AlertList({ organizationId }: { organizationId: string }) {
  const alerts = useList('GET /alerts', { query: { organizationId } }, { refetchInterval: refreshMs });
  const mayTest = useMay('POST /organizations/{organizationId}/alerts/test');
  if (alerts.error) return <ErrorState error={alerts.error} onRetry={alerts.refetch} />;
  return (
    <DataTable
      label="Alerts"
      columns={columns}
      rowId={({ id }) => id}
      {...alerts}
      empty={
        <EmptyState title="Nothing was told yet" icon={Bell}>
          Alerts are listed here with everybody who was told, and whether it got there.
          {mayTest && ' Send a test to see one.'}
        </EmptyState>
      }
    />
  );
}

const columns = columnsFor<Alert>((column) => [
  column.accessor('createdAt', { header: 'When', cell: (cell) => <RelativeTime time={cell.getValue()} /> }),
  column.accessor('kind', { header: 'Kind', cell: (cell) => nameOf(cell.getValue()) }),
  column.accessor('message', {
    header: 'What',
    meta: { isTitle: true, className: 'min-w-60' },
    cell: (cell) => cell.getValue(),
  }),
  column.accessor('deliveries', {
    header: 'Told',
    cell: (cell) => (
      <span className="flex flex-wrap gap-1">
        {cell.getValue().length === 0 && <span className="text-muted-foreground">nobody</span>}
        {cell.getValue().map((delivery: Delivery) => (
          <Told key={`${delivery.channel} ${delivery.to}`} delivery={delivery} />
        ))}
      </span>
    ),
  }),
]);

type Delivery = Alert['deliveries'][number];
const looks: Readonly<Record<Delivery['status'], BadgeVariant>> = {
  waiting: 'neutral',
  delivered: 'good',
  failed: 'bad',
};

function Told({ delivery: { channel, to, status, attempts, error } }: { delivery: Delivery }) {
  return (
    <Tooltip content={error === null ? `${status} to ${to}` : `${status} to ${to} after ${attempts} tries: ${error}`}>
      <Badge variant={looks[status]} tabIndex={0}>
        {channel === 'email' ? 'e-mail' : 'webhook'} {status}
      </Badge>
    </Tooltip>
  );
}

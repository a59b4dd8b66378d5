import { Link, useNavigate } from '@tanstack/react-router';
import type { Organization } from '@tollgate/client';
import { Building2 } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { columnsFor, DataTable } from '@/components/data-table.tsx';
import { EmptyState } from '@/components/empty-state.tsx';
import { ErrorState } from '@/components/error-state.tsx';
import { Absent, Money, RelativeTime } from '@/components/figures.tsx';
import { IdChip } from '@/components/id-chip.tsx';
import { Badge } from '@/components/ui/badge.tsx';
import { Button } from '@/components/ui/button.tsx';
import { useAsk, useList } from '@/lib/api.ts';
import { cn } from '@/lib/classes.ts';
import { parseUsd } from '@/lib/format.ts';
import { OrganizationDialog } from './organization-dialog.tsx';

export function OrganizationList({ action }: { action: ReactNode }) {
  const organizations = useList('GET /organizations');
  const navigate = useNavigate();
  if (organizations.error) return <ErrorState error={organizations.error} onRetry={organizations.refetch} />;
  return (
    <DataTable
      label="Customers"
      columns={columns}
      rowId={({ id }) => id}
      {...organizations}
      onOpen={({ id }) => void navigate({ to: '/wallet', search: { org: id } })}
      empty={
        <EmptyState title="No customers yet" icon={Building2} action={action}>
          A customer is an organization with keys, members, a wallet and invoices of its own.
        </EmptyState>
      }
    />
  );
}

const billings = { metered: 'billed later', prepaid: 'from the wallet', plan: 'by plan' } as const;

const columns = columnsFor<Organization>((column) => [
  column.accessor('name', {
    header: 'Name',
    meta: { isTitle: true },
    cell: ({ row: { original } }) => (
      <span className="inline-flex flex-wrap items-center gap-2">
        <Link
          to="/wallet"
          search={{ org: original.id }}
          className="font-medium hover:underline"
          aria-label={`Open ${original.name}`}
        >
          {original.name}
        </Link>
        {original.disabled && <Badge variant="bad">disabled</Badge>}
        {original.blockedReason !== null && <Badge variant="bad">blocked</Badge>}
      </span>
    ),
  }),
  column.accessor('id', { header: 'Id', cell: (cell) => <IdChip id={cell.getValue()} /> }),
  column.accessor('billing', { header: 'Pays', cell: ({ row: { original } }) => billings[original.billing] }),
  column.accessor('createdAt', { header: 'Since', cell: (cell) => <RelativeTime time={cell.getValue()} /> }),
  column.display({
    id: 'balance',
    header: 'Can be spent',
    meta: { align: 'right' },
    cell: ({ row }) => <Balance organizationId={row.original.id} />,
  }),
  column.display({
    id: 'change',
    header: '',
    meta: { align: 'right' },
    cell: ({ row }) => <ChangeButton organization={row.original} />,
  }),
]);

/** Asked for those rows alone that are in view. */
function Balance({ organizationId }: { organizationId: string }) {
  const wallet = useAsk('GET /organizations/{organizationId}/wallet', { params: { organizationId } });
  if (wallet.data === undefined) return <Absent />;
  const { balanceUsd } = wallet.data;
  return <Money usd={balanceUsd} className={cn(parseUsd(balanceUsd) < 0n && 'text-bad')} />;
}

function ChangeButton({ organization }: { organization: Organization }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button variant="ghost" size="sm" onClick={() => setOpen(true)} aria-label={`Change ${organization.name}`}>
        Change
      </Button>
      {open && <OrganizationDialog organization={organization} onClose={() => setOpen(false)} />}
    </>
  );
}

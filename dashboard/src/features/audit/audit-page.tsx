import { useNavigate, useSearch } from '@tanstack/react-router';
import { ScrollText } from 'lucide-react';
import { DataTable } from '@/components/data-table.tsx';
import { EmptyState } from '@/components/empty-state.tsx';
import { ErrorState } from '@/components/error-state.tsx';
import { FilterChips } from '@/components/filter-chips.tsx';
import { PageHeader } from '@/components/page-header.tsx';
import { Sheet, SheetContent } from '@/components/ui/sheet.tsx';
import { useList } from '@/lib/api.ts';
import { describeAction, filterLabels } from './audit.ts';
import { auditColumns } from './audit-columns.tsx';
import { AuditControls } from './audit-controls.tsx';
import { AuditEntryView } from './audit-entry.tsx';
import { useAuditQuery } from './use-audit-query.ts';

export function AuditPage() {
  const { entry } = useSearch({ from: '/app/audit' });
  const navigate = useNavigate();
  const audit = useList('GET /audit', { query: useAuditQuery() });
  const open = (id: string | undefined) => void navigate({ to: '.', search: (before) => ({ ...before, entry: id }) });
  const shown = audit.rows?.find(({ id }) => id === entry);
  return (
    <div className="flex flex-col gap-4">
      <PageHeader title="Audit" actions={<AuditControls />}>
        Who changed what, when and from where. Nothing here can be changed or removed.
      </PageHeader>
      <FilterChips labels={filterLabels} />
      {audit.error ? (
        <ErrorState error={audit.error} onRetry={audit.refetch} />
      ) : (
        <DataTable
          label="Audit"
          columns={auditColumns}
          rowId={({ id }) => id}
          onOpen={({ id }) => open(id)}
          empty={
            <EmptyState title="Nothing was changed" icon={ScrollText}>
              Each change of a key, a budget, a member or anything else is listed here, with what was there before. Take
              a filter out, or choose a longer period at the top.
            </EmptyState>
          }
          {...audit}
        />
      )}
      <Sheet open={shown !== undefined} onOpenChange={(isOpen) => !isOpen && open(undefined)}>
        {shown !== undefined && (
          <SheetContent title={describeAction(shown.action)}>
            <AuditEntryView entry={shown} />
          </SheetContent>
        )}
      </Sheet>
    </div>
  );
}

import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { ArrowUp, List } from 'lucide-react';
import { DataTable } from '@/components/data-table.tsx';
import { EmptyState } from '@/components/empty-state.tsx';
import { ErrorState } from '@/components/error-state.tsx';
import { FilterChips } from '@/components/filter-chips.tsx';
import { PageHeader } from '@/components/page-header.tsx';
import { Button } from '@/components/ui/button.tsx';
import { filterLabels, hasFilter } from './filters.ts';
import { requestColumns } from './request-columns.tsx';
import { RequestsControls } from './requests-controls.tsx';
import { useLogs } from './use-logs.ts';

export function RequestsPage() {
  const logs = useLogs();
  const navigate = useNavigate();
  return (
    <div className="flex flex-col gap-4">
      <PageHeader title="Requests" actions={<RequestsControls />}>
        Every request that has ended, newest first.
      </PageHeader>
      <FilterChips labels={filterLabels} />
      {logs.fresh > 0 && <Announcement count={logs.fresh} onShow={() => void logs.refetch()} />}
      {logs.error ? (
        <ErrorState error={logs.error} onRetry={logs.refetch} />
      ) : (
        <DataTable
          label="Requests"
          columns={requestColumns}
          rowId={({ requestId }) => requestId}
          onOpen={({ requestId }) => void navigate({ to: '/requests/$requestId', params: { requestId } })}
          empty={<Nothing />}
          {...logs}
        />
      )}
    </div>
  );
}

function Announcement({ count, onShow }: { count: number; onShow: () => void }) {
  return (
    <div role="status" className="flex justify-center">
      <Button variant="outline" size="sm" onClick={onShow}>
        <ArrowUp aria-hidden />
        {count >= 50 ? 'More than 50 new requests' : count === 1 ? '1 new request' : `${count} new requests`}
      </Button>
    </div>
  );
}

function Nothing() {
  const search = useSearch({ from: '/app/requests' });
  if (hasFilter(search))
    return (
      <EmptyState title="No request is like that" icon={List}>
        Take a filter out, or choose a longer period at the top.
      </EmptyState>
    );
  return (
    <EmptyState
      title="No requests in this period"
      icon={List}
      action={
        <Button render={<Link to="/live" />} variant="outline">
          Watch them come in
        </Button>
      }
    >
      Each request to a model is listed here as soon as it has ended: what was asked, who answered, how long it took and
      what it cost.
    </EmptyState>
  );
}

import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { Session } from '@tollgate/client';
import { Bot } from 'lucide-react';
import { useMemo } from 'react';
import { columnsFor, DataTable } from '@/components/data-table.tsx';
import { EmptyState } from '@/components/empty-state.tsx';
import { ErrorState } from '@/components/error-state.tsx';
import { Absent, Count, Duration, Money, RelativeTime, Tokens } from '@/components/figures.tsx';
import { FilterChips } from '@/components/filter-chips.tsx';
import { PageHeader } from '@/components/page-header.tsx';
import { Badge } from '@/components/ui/badge.tsx';
import { useList } from '@/lib/api.ts';
import { formatShare } from '@/lib/format.ts';
import { usePeriod } from '@/lib/period.ts';
import { useIsOperator, useOrganizationId } from '@/lib/session.ts';

const labels = { key: 'Key', model: 'Model', endUser: 'End user', tag: 'Tag' };

export function SessionsPage() {
  const { key, model, endUser, tag, only } = useSearch({ from: '/app/sessions' });
  const isOperator = useIsOperator();
  const organizationId = useOrganizationId();
  const { from, to, name } = usePeriod();
  const navigate = useNavigate();
  const query = useMemo(
    () => ({
      since: from,
      ...(name === 'custom' && { until: to }),
      ...((!isOperator || only !== undefined) && organizationId !== undefined && { organizationId }),
      ...Object.fromEntries(Object.entries({ key, model, endUser, tag }).filter(([, value]) => value !== undefined)),
    }),
    [key, model, endUser, tag, from, to, name, isOperator, only, organizationId],
  );
  const sessions = useList('GET /sessions', { query });
  return (
    <div className="flex flex-col gap-4">
      <PageHeader title="Sessions">
        Conversations and runs of agents: the requests that carry the same x-tollgate-session.
      </PageHeader>
      <FilterChips labels={labels} />
      {sessions.error ? (
        <ErrorState error={sessions.error} onRetry={sessions.refetch} />
      ) : (
        <DataTable
          label="Sessions"
          columns={columns}
          rowId={({ sessionId, organizationId: owner }) => `${owner} ${sessionId}`}
          onOpen={({ sessionId }) => void navigate({ to: '/sessions/$sessionId', params: { sessionId } })}
          empty={
            <EmptyState title="No sessions in this period" icon={Bot}>
              Send the header <code className="font-mono text-xs">x-tollgate-session</code> with the same text on each
              request of a conversation or a run, and its turns, its cost and its errors are added up here.
            </EmptyState>
          }
          {...sessions}
        />
      )}
    </div>
  );
}

const columns = columnsFor<Session>((column) => [
  column.accessor('startedAt', { header: 'Began', cell: (cell) => <RelativeTime time={cell.getValue()} /> }),
  column.accessor('sessionId', {
    header: 'Session',
    meta: { isTitle: true },
    cell: ({ row: { original } }) => (
      <Link
        to="/sessions/$sessionId"
        params={{ sessionId: original.sessionId }}
        className="inline-block max-w-72 truncate align-bottom font-medium hover:underline"
      >
        {original.sessionId}
      </Link>
    ),
  }),
  column.accessor('models', {
    header: 'Models',
    cell: (cell) => (
      <span className="inline-block max-w-60 truncate align-bottom" title={cell.getValue().join(', ')}>
        {cell.getValue().join(', ')}
      </span>
    ),
  }),
  column.accessor('failed', {
    header: 'Errors',
    cell: ({ row: { original } }) =>
      original.failed === 0 ? <Absent /> : <Badge variant="bad">{original.failed} failed</Badge>,
  }),
  column.accessor('turns', {
    header: 'Turns',
    meta: { align: 'right' },
    cell: (cell) => <Count count={cell.getValue()} unit="requests" />,
  }),
  column.accessor('inputTokens', {
    header: 'Tokens',
    meta: { align: 'right' },
    cell: ({ row: { original } }) => <Tokens count={tokensOf(original)} />,
  }),
  column.accessor('cacheShare', {
    header: 'Cached',
    meta: { align: 'right' },
    cell: (cell) => <span className="figures">{formatShare(cell.getValue())}</span>,
  }),
  column.accessor('durationMs', {
    header: 'Duration',
    meta: { align: 'right' },
    cell: (cell) => <Duration ms={cell.getValue()} />,
  }),
  column.accessor('chargeUsd', {
    header: 'Cost',
    meta: { align: 'right' },
    cell: (cell) => <Money usd={cell.getValue()} />,
  }),
]);

export function tokensOf(session: Session): number {
  return session.inputTokens + session.cacheReadTokens + session.cacheWriteTokens + session.outputTokens;
}

/** What a request of the list says of itself. */
import { Link } from '@tanstack/react-router';
import type { LogEntry } from '@tollgate/client';
import { columnsFor } from '@/components/data-table.tsx';
import { Absent, Duration, Money, RelativeTime, Tokens } from '@/components/figures.tsx';
import { Badge } from '@/components/ui/badge.tsx';
import { formatShare } from '@/lib/format.ts';
import { StatusBadge } from './status-badge.tsx';

function Model({ row }: { row: LogEntry }) {
  const served = row.modelServed !== null && row.modelServed !== row.modelAsked ? row.modelServed : undefined;
  return (
    <span className="inline-flex max-w-96 items-center gap-2">
      <Link to="/requests/$requestId" params={{ requestId: row.requestId }} className="truncate hover:underline">
        <span className="font-medium">{row.modelAsked}</span>
        {served !== undefined && <span className="text-muted-foreground"> → {served}</span>}
      </Link>
      {row.attempts > 1 && <Badge variant="outline">{row.attempts} tries</Badge>}
      {row.cached && <Badge>cached</Badge>}
    </span>
  );
}

function InputTokens({ row }: { row: LogEntry }) {
  const read = row.inputTokens + row.cacheReadTokens + row.cacheWriteTokens;
  return (
    <span className="whitespace-nowrap">
      <Tokens count={read} />
      {row.cacheReadTokens > 0 && (
        <span className="ml-1 text-xs text-muted-foreground">({formatShare(row.cacheReadTokens / read)} cached)</span>
      )}
    </span>
  );
}

export const requestColumns = columnsFor<LogEntry>((column) => [
  column.accessor('startedAt', {
    header: 'Time',
    meta: { className: 'w-28' },
    cell: (cell) => <RelativeTime time={cell.getValue()} />,
  }),
  column.accessor('modelAsked', {
    header: 'Model',
    meta: { isTitle: true },
    cell: ({ row }) => <Model row={row.original} />,
  }),
  column.accessor('keyName', {
    header: 'Key',
    cell: ({ row: { original } }) => (
      <span className="inline-block max-w-40 truncate align-bottom" title={original.keyId}>
        {original.keyName ?? original.keyId}
      </span>
    ),
  }),
  column.accessor('status', {
    header: 'Status',
    cell: ({ row: { original } }) => <StatusBadge status={original.status} errorKind={original.errorKind} />,
  }),
  column.accessor('inputTokens', {
    header: 'In',
    meta: { align: 'right' },
    cell: ({ row }) => <InputTokens row={row.original} />,
  }),
  column.accessor('outputTokens', {
    header: 'Out',
    meta: { align: 'right' },
    cell: (cell) => <Tokens count={cell.getValue()} />,
  }),
  column.accessor('chargeUsd', {
    header: 'Cost',
    meta: { align: 'right' },
    cell: (cell) => <Money usd={cell.getValue()} />,
  }),
  column.accessor('firstTokenMs', {
    header: 'First token',
    meta: { align: 'right' },
    cell: ({ row: { original } }) => (original.stream ? <Duration ms={original.firstTokenMs} /> : <Absent />),
  }),
  column.accessor('totalMs', {
    header: 'Total',
    meta: { align: 'right' },
    cell: (cell) => <Duration ms={cell.getValue()} />,
  }),
]);

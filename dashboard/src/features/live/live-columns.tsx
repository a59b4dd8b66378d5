/** What a request of the live page says of itself. */
import { Link } from '@tanstack/react-router';
import { columnsFor } from '@/components/data-table.tsx';
import { Absent, Duration, Money, Tokens } from '@/components/figures.tsx';
import { Badge, type BadgeVariant } from '@/components/ui/badge.tsx';
import { Elapsed } from './elapsed.tsx';
import { isRunning, type LiveRequest, type LiveState } from './live-list.ts';

const states: Readonly<Record<LiveState, readonly [string, BadgeVariant]>> = {
  waiting: ['Waiting', 'accent'],
  asking: ['Asking', 'accent'],
  streaming: ['Streaming', 'accent'],
  completed: ['Done', 'neutral'],
  failed: ['Failed', 'bad'],
  cancelled: ['Cancelled', 'warning'],
  interrupted: ['Interrupted', 'bad'],
  refused: ['Refused', 'bad'],
};

export function StateBadge({ row }: { row: LiveRequest }) {
  const [label, variant] = states[row.state];
  // Of what was refused there is no page that says more: a budget and an empty wallet are of one kind.
  const why = (row.errorCode ?? row.errorKind)?.replaceAll(/[-_]/g, ' ');
  return (
    <span className="inline-flex items-center gap-2">
      <Badge variant={variant}>
        {isRunning(row) && <span className="size-1.5 animate-pulse rounded-full bg-current" aria-hidden />}
        {label}
      </Badge>
      {why !== undefined && <span className="text-xs text-bad">{why}</span>}
    </span>
  );
}

/** Asked, and who answers where that is another. */
function Model({ row }: { row: LiveRequest }) {
  const served = row.target !== null && row.target !== row.model ? row.target : undefined;
  const label = (
    <>
      <span className="font-medium">{row.model}</span>
      {served !== undefined && <span className="text-muted-foreground"> → {served}</span>}
    </>
  );
  return (
    <span className="inline-flex max-w-96 items-center gap-2">
      {/* What was refused at the door left no record. */}
      {isRunning(row) || row.state === 'refused' ? (
        <span className="truncate">{label}</span>
      ) : (
        <Link to={requestPage(row) as '/'} className="truncate hover:underline">
          {label}
        </Link>
      )}
      {row.attempts > 1 && <Badge variant="warning">{row.attempts} tries</Badge>}
    </span>
  );
}

export function requestPage({ id }: Pick<LiveRequest, 'id'>): string {
  return `/requests/${id}`;
}

function Caller({ row }: { row: LiveRequest }) {
  return (
    <span className="inline-block max-w-56 truncate align-bottom" title={row.keyId}>
      {row.keyName ?? row.keyId}
      {row.organizationName !== null && <span className="text-muted-foreground"> · {row.organizationName}</span>}
    </span>
  );
}

function InputTokens({ row }: { row: LiveRequest }) {
  const { inputTokens, cacheReadTokens, cacheWriteTokens } = row;
  if (row.state === 'refused') return <Absent />;
  return (
    <span className="whitespace-nowrap">
      <Tokens count={inputTokens + cacheReadTokens + cacheWriteTokens} />
      {cacheReadTokens > 0 && (
        <span className="ml-1 text-xs text-muted-foreground">
          (<Tokens count={cacheReadTokens} /> cached)
        </span>
      )}
    </span>
  );
}

export function liveColumns(aheadMs: number) {
  return columnsFor<LiveRequest>((column) => [
    column.accessor('startedAt', {
      header: 'Time',
      meta: { className: 'w-28' },
      cell: ({ row }) => <Elapsed row={row.original} aheadMs={aheadMs} />,
    }),
    column.accessor('state', { header: 'State', cell: ({ row }) => <StateBadge row={row.original} /> }),
    column.accessor('model', {
      header: 'Model',
      meta: { isTitle: true },
      cell: ({ row }) => <Model row={row.original} />,
    }),
    column.accessor('keyId', { header: 'Key', cell: ({ row }) => <Caller row={row.original} /> }),
    column.accessor('firstTokenMs', {
      header: 'First token',
      meta: { align: 'right' },
      cell: (cell) => <Duration ms={cell.getValue()} />,
    }),
    column.accessor('inputTokens', {
      header: 'In',
      meta: { align: 'right' },
      cell: ({ row }) => <InputTokens row={row.original} />,
    }),
    column.accessor('outputTokens', {
      header: 'Out',
      meta: { align: 'right' },
      cell: ({ row: { original } }) =>
        original.state === 'refused' ? <Absent /> : <Tokens count={original.outputTokens} />,
    }),
    column.accessor('chargeUsd', {
      header: 'Cost',
      meta: { align: 'right', className: 'w-28' },
      cell: ({ row: { original } }) => (original.state === 'refused' ? <Absent /> : <Money usd={original.chargeUsd} />),
    }),
  ]);
}

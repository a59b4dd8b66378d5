import type { AuditEntry } from '@tollgate/client';
import { columnsFor } from '@/components/data-table.tsx';
import { Absent, RelativeTime } from '@/components/figures.tsx';
import { Badge } from '@/components/ui/badge.tsx';
import { formatId } from '@/lib/format.ts';
import { describeAction } from './audit.ts';

export const auditColumns = columnsFor<AuditEntry>((column) => [
  column.accessor('at', {
    header: 'When',
    meta: { className: 'w-28' },
    cell: (cell) => <RelativeTime time={cell.getValue()} />,
  }),
  column.accessor('action', {
    header: 'What',
    meta: { isTitle: true },
    cell: ({ row: { original } }) => (
      <span className={original.actorKind === 'nobody' ? 'font-medium text-bad' : 'font-medium'}>
        {describeAction(original.action)}
      </span>
    ),
  }),
  column.accessor('resourceId', {
    header: 'Thing',
    cell: ({ row: { original } }) => {
      const name = nameOf(original);
      if (name === undefined && original.resourceId === null) return <Absent />;
      return (
        <span className="inline-block max-w-56 truncate align-bottom" title={original.resourceId ?? undefined}>
          {name ?? formatId(original.resourceId ?? '')}
        </span>
      );
    },
  }),
  column.accessor('actorName', {
    header: 'Who',
    cell: ({ row: { original } }) => (
      <span className="inline-flex max-w-64 items-center gap-2">
        <span className="truncate">{original.actorName}</span>
        <Badge variant="outline">{original.role}</Badge>
      </span>
    ),
  }),
  column.accessor('ip', { header: 'From', cell: (cell) => cell.getValue() ?? <Absent /> }),
]);

/** What people call it, where its state says so. */
function nameOf({ before, after }: AuditEntry): string | undefined {
  for (const state of [after, before]) {
    if (typeof state === 'object' && state !== null && 'name' in state && typeof state.name === 'string')
      return state.name;
  }
  return undefined;
}

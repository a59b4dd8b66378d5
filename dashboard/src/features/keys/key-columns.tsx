import { Link } from '@tanstack/react-router';
import type { Key } from '@tollgate/client';
import { columnsFor } from '@/components/data-table.tsx';
import { Absent, RelativeTime } from '@/components/figures.tsx';
import { Badge } from '@/components/ui/badge.tsx';
import { useNow } from '@/lib/now.ts';
import { stateOf } from './keys.ts';
import { StateBadge } from './state-badge.tsx';

function State({ row }: { row: Key }) {
  return <StateBadge state={stateOf(row, useNow())} />;
}

export const keyColumns = columnsFor<Key>((column) => [
  column.accessor('name', {
    header: 'Name',
    meta: { isTitle: true },
    cell: ({ row: { original } }) => (
      <span className="inline-flex max-w-80 items-center gap-2">
        <Link to="/keys/$keyId" params={{ keyId: original.id }} className="truncate font-medium hover:underline">
          {original.name}
        </Link>
        {original.kind === 'management' && <Badge variant="outline">{original.scopes?.[0] ?? 'management'}</Badge>}
        {original.source === 'file' && <Badge>from the file</Badge>}
      </span>
    ),
  }),
  column.accessor('prefix', {
    header: 'Begins with',
    cell: (cell) => <code className="font-mono text-xs">{cell.getValue()}…</code>,
  }),
  column.display({ id: 'state', header: 'State', cell: ({ row }) => <State row={row.original} /> }),
  column.accessor('project', { header: 'Project', cell: (cell) => cell.getValue() ?? <Absent /> }),
  column.accessor('models', {
    header: 'Models',
    cell: (cell) => {
      const models = cell.getValue();
      if (models === null) return <span className="text-muted-foreground">all</span>;
      return <span className="inline-block max-w-48 truncate align-bottom">{models.join(', ') || 'none'}</span>;
    },
  }),
  column.accessor('lastUsedAt', {
    header: 'Last used',
    cell: (cell) => (cell.getValue() === null ? <Absent /> : <RelativeTime time={cell.getValue()} />),
  }),
  column.accessor('createdAt', { header: 'Made', cell: (cell) => <RelativeTime time={cell.getValue()} /> }),
]);

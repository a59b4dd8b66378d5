import { Link, useNavigate } from '@tanstack/react-router';
import { Split } from 'lucide-react';
import { columnsFor, DataTable } from '@/components/data-table.tsx';
import { EmptyState } from '@/components/empty-state.tsx';
import { ErrorState } from '@/components/error-state.tsx';
import { RelativeTime } from '@/components/figures.tsx';
import { PageHeader } from '@/components/page-header.tsx';
import { Badge } from '@/components/ui/badge.tsx';
import { Button } from '@/components/ui/button.tsx';
import { useAsk, useList } from '@/lib/api.ts';
import { type Definition, partWords, targetsOf } from './definition.ts';

interface Row {
  readonly name: string;
  readonly definition: Definition;
  readonly updatedAt: string | null;
  readonly version: number | null;
}

/** Names that choose among models: those of the API, and those of the file. */
export function RoutesPage() {
  const stored = useList('GET /routes', { query: { limit: 200 } });
  const declared = useAsk('GET /declared-routes');
  const navigate = useNavigate();
  const make = (
    <Button nativeButton={false} render={<Link to="/routes/$routeName" params={{ routeName: 'new' }} />}>
      New route
    </Button>
  );
  const error = stored.error ?? declared.error;
  const ofFile = declared.data?.data.map((each): Row => ({ ...each, updatedAt: null, version: null }));
  const rows = stored.rows && ofFile && [...stored.rows, ...ofFile].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return (
    <div className="flex flex-col gap-4">
      <PageHeader title="Routes" actions={make}>
        A route is a name that callers write as model. It chooses among targets, and goes to the next one when one
        fails.
      </PageHeader>
      {error ? (
        <ErrorState error={error} onRetry={stored.refetch} />
      ) : (
        <DataTable
          label="Routes"
          columns={columns}
          rows={rows}
          rowId={({ name }) => name}
          onOpen={({ name }) => void navigate({ to: '/routes/$routeName', params: { routeName: name } })}
          empty={
            <EmptyState title="No route yet" icon={Split} action={make}>
              Give several models one name: the first that works answers, or the cheapest, or the fastest.
            </EmptyState>
          }
        />
      )}
    </div>
  );
}

function Targets({ definition }: { definition: Definition }) {
  const words = targetsOf(definition).map(({ model, whole }) => model ?? partWords(whole));
  return (
    <span className="block max-w-xl truncate text-muted-foreground" title={words.join(', ')}>
      {words.join(', ')}
    </span>
  );
}

const columns = columnsFor<Row>((column) => [
  column.accessor('name', {
    header: 'Name',
    meta: { isTitle: true },
    cell: (cell) => (
      <Link to="/routes/$routeName" params={{ routeName: cell.getValue() }} className="font-medium hover:underline">
        {cell.getValue()}
      </Link>
    ),
  }),
  column.display({
    id: 'strategy',
    header: 'Chooses',
    cell: ({ row }) => String(row.original.definition.strategy ?? 'fallback'),
  }),
  column.display({
    id: 'targets',
    header: 'Targets',
    cell: ({ row }) => <Targets definition={row.original.definition} />,
  }),
  column.display({
    id: 'source',
    header: 'Changed',
    cell: ({ row: { original } }) =>
      original.version === null ? <Badge variant="outline">file</Badge> : <RelativeTime time={original.updatedAt} />,
  }),
]);

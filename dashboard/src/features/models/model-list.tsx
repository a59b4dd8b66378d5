import { Link, useNavigate } from '@tanstack/react-router';
import type { Model } from '@tollgate/client';
import { Boxes } from 'lucide-react';
import { columnsFor, DataTable } from '@/components/data-table.tsx';
import { EmptyState } from '@/components/empty-state.tsx';
import { ErrorState } from '@/components/error-state.tsx';
import { Absent, Tokens } from '@/components/figures.tsx';
import { Badge } from '@/components/ui/badge.tsx';
import { useList } from '@/lib/api.ts';
import { formatUsdExactly } from '@/lib/format.ts';
import { modelQuery, rateUsd, sourceWords } from './query.ts';
import { modelsRoute } from './routes.ts';

export function ModelList({ isOperator }: { isOperator: boolean }) {
  const search = modelsRoute.useSearch();
  const navigate = useNavigate();
  const models = useList('GET /models', { query: modelQuery(search) });
  if (models.error) return <ErrorState error={models.error} onRetry={models.refetch} />;
  return (
    <DataTable
      label="Models"
      columns={isOperator ? operatorColumns : memberColumns}
      rowId={({ id }) => id}
      {...models}
      onOpen={({ id }) => void navigate({ to: '.', search: (before) => ({ ...before, model: id }) })}
      rowClassName={({ callable }) => (callable ? undefined : 'text-muted-foreground')}
      empty={
        <EmptyState title="No model fits" icon={Boxes}>
          Models of every provider that is known are listed here, with what they cost and take. Loosen a filter, or add
          a provider's key to call its models.
        </EmptyState>
      }
    />
  );
}

function Name({ model: { id, provider, source, aliases } }: { model: Model }) {
  return (
    <span className="flex min-w-0 items-center gap-2">
      <Link to="." search={(before) => ({ ...before, model: id })} className="truncate font-medium hover:underline">
        <span className="font-normal text-muted-foreground">{provider}/</span>
        {id.slice(provider.length + 1)}
      </Link>
      {(source === 'api' || source === 'file') && <Badge variant="outline">{sourceWords[source]}</Badge>}
      {aliases.length > 0 && <span className="truncate text-xs text-muted-foreground">also {aliases.join(', ')}</span>}
    </span>
  );
}

function Rate({ rate }: { rate: string | null | undefined }) {
  const usd = rateUsd(rate ?? null);
  return usd === null ? <Absent /> : <span className="figures">{formatUsdExactly(usd)}</span>;
}

function Takes({ model: { inputs, tools, thinks } }: { model: Model }) {
  const words = [
    ...inputs.filter((kind) => kind !== 'text'),
    ...(tools ? ['tools'] : []),
    ...(thinks ? ['thinks'] : []),
  ];
  if (words.length === 0) return <Absent />;
  return <span className="text-xs text-muted-foreground">{words.join(' · ')}</span>;
}

const memberColumns = columnsFor<Model>((column) => [
  column.display({
    id: 'id',
    header: 'Model',
    meta: { isTitle: true },
    cell: ({ row }) => <Name model={row.original} />,
  }),
  column.display({
    id: 'input',
    header: 'Input /M',
    meta: { align: 'right' },
    cell: ({ row }) => <Rate rate={row.original.price?.input} />,
  }),
  column.display({
    id: 'output',
    header: 'Output /M',
    meta: { align: 'right' },
    cell: ({ row }) => <Rate rate={row.original.price?.output} />,
  }),
  column.display({
    id: 'cached',
    header: 'Cached /M',
    meta: { align: 'right' },
    cell: ({ row }) => <Rate rate={row.original.price?.cacheRead} />,
  }),
  column.accessor('contextTokens', {
    header: 'Context',
    meta: { align: 'right' },
    cell: (cell) => <Tokens count={cell.getValue()} />,
  }),
  column.display({ id: 'takes', header: 'Takes', cell: ({ row }) => <Takes model={row.original} /> }),
]);

const operatorColumns = [
  ...memberColumns,
  ...columnsFor<Model>((column) => [
    column.display({
      id: 'state',
      header: 'State',
      cell: ({ row: { original } }) =>
        original.callable ? (
          <Badge variant="good">callable</Badge>
        ) : (
          <Badge variant="neutral" title={original.whyNot ?? ''}>
            {original.price === null ? 'no price' : 'provider off'}
          </Badge>
        ),
    }),
  ]),
];

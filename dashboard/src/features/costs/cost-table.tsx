import { Link } from '@tanstack/react-router';
import type { StatsGroup } from '@tollgate/client';
import { Download } from 'lucide-react';
import { EmptyState } from '@/components/empty-state.tsx';
import { ErrorState } from '@/components/error-state.tsx';
import { Count, Money } from '@/components/figures.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Card } from '@/components/ui/card.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { rowsBehind } from '@/features/overview/links.ts';
import { useOnly, useScope } from '@/features/overview/scope.ts';
import { useAsk } from '@/lib/api.ts';
import { chartColor } from '@/lib/chart-color.ts';
import { formatDay } from '@/lib/format.ts';
import { saveFile, toCsv } from './csv.ts';
import { type GroupName, groupLabels } from './groups.ts';

export function CostTable({ by }: { by: GroupName }) {
  const scope = useScope();
  const groups = useAsk(`GET /stats/by-${by}`, { query: { ...scope, limit: 200 } }, { keep: true });
  if (groups.error) return <ErrorState error={groups.error} onRetry={groups.refetch} />;
  if (groups.data === undefined) return <Skeleton className="h-72 rounded-lg" />;
  const { data, total } = groups.data;
  if (data.length === 0)
    return (
      <EmptyState title="Nothing was used in this period">
        Costs are shown about a second after a request has ended. Choose a longer period at the top.
      </EmptyState>
    );
  const save = () => saveFile(`costs-by-${by}-${scope.since.slice(0, 10)}.csv`, toCsv([...data, total]));
  return (
    <Card>
      <div className="flex items-center justify-between gap-3 border-b px-4 py-2.5">
        <p className="text-muted-foreground">
          {formatDay(scope.since)} to {formatDay(scope.until)}
        </p>
        <Button variant="outline" size="sm" onClick={save}>
          <Download aria-hidden />
          Export CSV
        </Button>
      </div>
      <table className="w-full text-sm">
        <thead className="sr-only sm:not-sr-only">
          <tr className="text-left text-xs text-muted-foreground [&>th]:px-4 [&>th]:py-2 [&>th]:font-medium">
            <th scope="col">{groupLabels[by]}</th>
            <th scope="col" className="text-right">
              Requests
            </th>
            <th scope="col" className="hidden text-right md:table-cell">
              Input
            </th>
            <th scope="col" className="hidden text-right md:table-cell">
              Output
            </th>
            <th scope="col" className="hidden text-right lg:table-cell">
              Cached
            </th>
            {total.costUsd !== null && (
              <th scope="col" className="hidden text-right sm:table-cell">
                Cost
              </th>
            )}
            <th scope="col" className="text-right">
              Spend
            </th>
          </tr>
        </thead>
        <tbody>
          {data.map((row) => (
            <Row key={row.group} by={by} row={row} />
          ))}
        </tbody>
        <tfoot className="border-t font-medium">
          <Row by={by} row={{ ...total, label: 'Together' }} isTotal />
        </tfoot>
      </table>
    </Card>
  );
}

function Row({ by, row, isTotal = false }: { by: GroupName; row: StatsGroup; isTotal?: boolean }) {
  const only = useOnly();
  const name = row.label === '' ? 'None' : row.label;
  const behind = rowsBehind(by, row.group);
  return (
    <tr className="border-t [&>td]:px-4 [&>td]:py-2 [&>td]:text-right [&>td]:first:text-left">
      <td className="max-w-0 w-full">
        <span className="flex min-w-0 items-center gap-2">
          {!isTotal && (
            <span aria-hidden className="size-2.5 shrink-0 rounded-sm" style={{ background: chartColor(row.group) }} />
          )}
          {isTotal || Object.keys(behind).length === 0 ? (
            <span className="truncate">{name}</span>
          ) : (
            <Link to="/requests" search={{ ...only, ...behind } as never} className="truncate hover:underline">
              {name}
            </Link>
          )}
        </span>
      </td>
      <td>
        <Count count={row.requests} unit="requests" />
      </td>
      <td className="hidden md:table-cell">
        <Count count={row.inputTokens + row.cacheReadTokens + row.cacheWriteTokens} unit="tokens" />
      </td>
      <td className="hidden md:table-cell">
        <Count count={row.outputTokens} unit="tokens" />
      </td>
      <td className="hidden lg:table-cell">
        <Count count={row.cacheReadTokens} unit="tokens" />
      </td>
      {row.costUsd !== null && (
        <td className="hidden sm:table-cell">
          <Money usd={row.costUsd} className="text-muted-foreground" />
        </td>
      )}
      <td>
        <Money usd={row.chargeUsd} />
      </td>
    </tr>
  );
}

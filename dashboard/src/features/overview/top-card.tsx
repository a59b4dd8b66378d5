import { Link } from '@tanstack/react-router';
import type { StatsGroup } from '@tollgate/client';
import { ErrorState } from '@/components/error-state.tsx';
import { Money } from '@/components/figures.tsx';
import { Card, CardContent, CardHeader, CardTitle } from '@/components/ui/card.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { useAsk } from '@/lib/api.ts';
import { chartColor } from '@/lib/chart-color.ts';
import { formatCount } from '@/lib/format.ts';
import { rowsBehind } from './links.ts';
import { useOnly, useScope } from './scope.ts';

const shownMax = 6;

/** What cost most, each with its part of the largest. */
export function TopCard({ by, title }: { by: 'key' | 'model'; title: string }) {
  const only = useOnly();
  const groups = useAsk(`GET /stats/by-${by}`, { query: { ...useScope(), limit: shownMax } }, { keep: true });
  return (
    <Card>
      <CardHeader>
        <CardTitle>{title}</CardTitle>
        <Link to="/costs" search={{ ...only, by } as never} className="text-xs text-muted-foreground hover:underline">
          All
        </Link>
      </CardHeader>
      <CardContent>
        {groups.error ? (
          <ErrorState error={groups.error} onRetry={groups.refetch} />
        ) : groups.data === undefined ? (
          <Skeleton className="h-48" />
        ) : groups.data.data.length === 0 ? (
          <p className="py-6 text-center text-muted-foreground">Nothing was used in this period.</p>
        ) : (
          <Bars by={by} rows={groups.data.data} />
        )}
      </CardContent>
    </Card>
  );
}

function Bars({ by, rows }: { by: string; rows: readonly StatsGroup[] }) {
  const only = useOnly();
  const most = Math.max(...rows.map(({ chargeUsd }) => Number(chargeUsd)), 0);
  return (
    <ul className="flex flex-col gap-2">
      {rows.map(({ group, label, chargeUsd, requests }) => (
        <li key={group}>
          <Link to="/requests" search={{ ...only, ...rowsBehind(by, group) } as never} className="group block">
            <span className="flex items-baseline justify-between gap-3">
              <span className="min-w-0 truncate group-hover:underline">{label === '' ? 'None' : label}</span>
              <span className="shrink-0 text-xs text-muted-foreground">
                <span className="figures">{formatCount(requests)}</span> {requests === 1 ? 'request' : 'requests'}
                <Money usd={chargeUsd} className="ml-3 text-sm text-foreground" />
              </span>
            </span>
            <span aria-hidden className="mt-1 block h-1 overflow-hidden rounded-full bg-muted">
              <span
                className="block h-full rounded-full"
                style={{
                  width: `${most === 0 ? 0 : (Number(chargeUsd) / most) * 100}%`,
                  background: chartColor(group),
                }}
              />
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

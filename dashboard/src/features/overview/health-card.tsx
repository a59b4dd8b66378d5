import { Link } from '@tanstack/react-router';
import type { ProviderHealth } from '@tollgate/client';
import { ErrorState } from '@/components/error-state.tsx';
import { Card, CardContent, CardHeader, CardTitle } from '@/components/ui/card.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { useAsk } from '@/lib/api.ts';
import { formatCount, formatShare, formatTime } from '@/lib/format.ts';
import { useOnly, useScope } from './scope.ts';

/** About so many cells, whatever the period. */
const steps = [
  { interval: '5-minutes', hoursMax: 3 },
  { interval: '15-minutes', hoursMax: 13 },
  { interval: 'hour', hoursMax: 49 },
  { interval: '6-hours', hoursMax: 15 * 24 },
  { interval: 'day', hoursMax: 100 * 24 },
  { interval: 'week', hoursMax: Number.POSITIVE_INFINITY },
] as const;

/** Tries at each provider, cell by cell: also those that failed although another provider answered. */
export function HealthCard() {
  const scope = useScope();
  const hours = (Date.parse(scope.until) - Date.parse(scope.since)) / 3_600_000;
  const interval = steps.find(({ hoursMax }) => hours <= hoursMax)?.interval ?? 'day';
  const health = useAsk('GET /stats/provider-health', { query: { ...scope, interval } }, { keep: true });
  return (
    <Card>
      <CardHeader>
        <CardTitle>Providers</CardTitle>
      </CardHeader>
      <CardContent>
        {health.error ? (
          <ErrorState error={health.error} onRetry={health.refetch} />
        ) : health.data === undefined ? (
          <Skeleton className="h-24" />
        ) : health.data.data.length === 0 ? (
          <p className="py-4 text-center text-muted-foreground">No provider was asked in this period.</p>
        ) : (
          <ul className="flex flex-col gap-2.5">
            {health.data.data.map((provider) => (
              <Strip key={provider.group} provider={provider} />
            ))}
          </ul>
        )}
      </CardContent>
    </Card>
  );
}

function Strip({ provider: { group, tries, failed, cells } }: { provider: ProviderHealth }) {
  const only = useOnly();
  const share = tries === 0 ? 0 : failed / tries;
  return (
    <li className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-1 sm:grid-cols-[9rem_minmax(0,1fr)_8rem]">
      <Link to="/requests" search={{ ...only, provider: group } as never} className="truncate hover:underline">
        {group}
      </Link>
      <span
        role="img"
        aria-label={`${group}: ${formatCount(failed)} of ${formatCount(tries)} tries failed`}
        className="order-last col-span-2 flex h-5 gap-px overflow-hidden sm:order-none sm:col-span-1"
      >
        {cells.map((cell) => (
          <span
            key={cell.at}
            className={`min-w-0.5 flex-1 rounded-[1px] ${colorOf(cell)}`}
            title={`${formatTime(cell.at)}: ${cell.tries === 0 ? 'not asked' : `${formatCount(cell.failed)} of ${formatCount(cell.tries)} failed`}`}
          />
        ))}
      </span>
      <span className="figures text-right text-xs text-muted-foreground">
        {failed === 0 ? 'None failed' : `${formatShare(share)} failed`}
      </span>
    </li>
  );
}

/** Some failures are usual; a tenth is not. */
function colorOf({ tries, failed }: ProviderHealth['cells'][number]): string {
  if (tries === 0) return 'bg-muted';
  const share = failed / tries;
  if (share >= 0.1) return 'bg-bad';
  return share >= 0.01 ? 'bg-warning' : 'bg-good';
}

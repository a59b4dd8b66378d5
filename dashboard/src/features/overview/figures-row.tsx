import type { StatsOverview } from '@tollgate/client';
import { Sparkline } from '@/components/charts/sparkline.tsx';
import { ErrorState } from '@/components/error-state.tsx';
import { Duration, Money } from '@/components/figures.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { useAsk } from '@/lib/api.ts';
import { formatCount, formatShare } from '@/lib/format.ts';
import { FigureCard } from './figure-card.tsx';
import { RunwayCard } from './runway-card.tsx';
import { useOnly, useScope } from './scope.ts';

const refetchMs = 30_000;

/** What it cost, how long the money lasts, whether it works, what it is used for. */
export function FiguresRow() {
  const overview = useAsk('GET /stats/overview', { query: useScope() }, { refetchInterval: refetchMs, keep: true });
  if (overview.error) return <ErrorState error={overview.error} onRetry={overview.refetch} />;
  return (
    <div className="grid grid-cols-1 gap-4 sm:grid-cols-2 xl:grid-cols-4">
      {overview.data === undefined ? (
        [1, 2, 3, 4].map((n) => <Skeleton key={n} className="h-36 rounded-lg" />)
      ) : (
        <Figures overview={overview.data} />
      )}
    </div>
  );
}

function Figures({ overview: { figures, before, trend, runway } }: { overview: StatsOverview }) {
  const only = useOnly();
  const then = before.figures;
  return (
    <>
      <FigureCard
        name="Spend"
        to="/costs"
        search={only}
        value={<Money usd={figures.chargeUsd} />}
        change={{ before: Number(then.chargeUsd), now: Number(figures.chargeUsd) }}
        trend={<Sparkline values={trend.chargeUsd.map(Number)} />}
      >
        {figures.costUsd !== null && (
          <span>
            Providers took <Money usd={figures.costUsd} />
          </span>
        )}
      </FigureCard>
      <RunwayCard runway={runway} figures={figures} />
      <FigureCard
        name="Errors"
        to="/requests"
        search={{ ...only, status: 'failed' }}
        value={figures.errorShare === null ? '–' : formatShare(figures.errorShare)}
        change={{ before: then.errorShare ?? 0, now: figures.errorShare ?? 0, less: 'good' }}
        trend={<Sparkline values={trend.failed} color="var(--bad)" />}
      >
        <span>
          First token <Duration ms={figures.firstToken.p50Ms} />, p95 <Duration ms={figures.firstToken.p95Ms} />
        </span>
        <span>
          Whole p95 <Duration ms={figures.total.p95Ms} />
        </span>
      </FigureCard>
      <FigureCard
        name="Requests"
        to="/requests"
        search={only}
        value={formatCount(figures.requests)}
        change={{ before: then.requests, now: figures.requests }}
        trend={<Sparkline values={trend.requests} color="var(--chart-3)" />}
      >
        <span>{formatCount(tokensOf(figures))} tokens</span>
        {figures.cacheShare !== null && <span>{formatShare(figures.cacheShare)} of the input from caches</span>}
      </FigureCard>
    </>
  );
}

function tokensOf(figures: StatsOverview['figures']): number {
  return figures.inputTokens + figures.outputTokens + figures.cacheReadTokens + figures.cacheWriteTokens;
}

import type { RouteBacktest } from '@tollgate/client';
import type { ReactNode } from 'react';
import { EmptyState } from '@/components/empty-state.tsx';
import { Absent, Count, Duration, Money } from '@/components/figures.tsx';
import { formatCountExactly, formatShare } from '@/lib/format.ts';
import { savedShare } from './backtest-sums.ts';

export function BacktestResult({ sum, isStopped }: { sum: RouteBacktest; isStopped: boolean }) {
  const { requests, found, moved, nobody, unpriced, actualCostUsd, wouldCostUsd } = sum;
  if (requests === 0)
    return (
      <EmptyState title="Nobody asked for this in those days">
        Choose more days, or the name of a model or route that was asked for.
      </EmptyState>
    );
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <p role="status">
        <b>{verdict(sum)}</b>{' '}
        <span className="text-muted-foreground">
          {formatCountExactly(moved)} of {formatCountExactly(requests)} requests would have gone elsewhere
          {requests < found && (isStopped ? '; stopped before the end' : '; the newest ones')}.
        </span>
      </p>
      <table className="w-full text-sm">
        <caption className="sr-only">What was, and what would have been</caption>
        <thead className="text-xs text-muted-foreground">
          <tr className="border-b [&>th]:py-1.5 [&>th]:text-right [&>th]:font-medium">
            <td />
            <th scope="col">It was</th>
            <th scope="col">It would be</th>
          </tr>
        </thead>
        <tbody>
          <Line name="Taken by providers" was={<Money usd={actualCostUsd} />} would={<Money usd={wouldCostUsd} />} />
          <Line
            name="Whole answers"
            was={formatShare(sum.actualWhole / requests)}
            would={formatShare(sum.wouldWhole / requests)}
          />
          <Line
            name="Took, on average"
            was={<Duration ms={sum.actualMs / requests} />}
            would={<Duration ms={sum.wouldMs / requests} />}
          />
        </tbody>
      </table>
      <Targets sum={sum} />
      <ul className="flex flex-col gap-0.5 text-xs text-muted-foreground">
        {nobody > 0 && <li className="text-bad">Nobody may be asked for {formatCountExactly(nobody)} of them.</li>}
        {unpriced > 0 && <li>{formatCountExactly(unpriced)} have no known price there, and are in no sum of costs.</li>}
        {sum.targets.some(({ isAssumed }) => isAssumed) && (
          <li>* Nothing was measured of it in those days: its latency and success are assumed.</li>
        )}
        <li>Tokens are taken to be the same everywhere, and so is what a cache holds of them.</li>
      </ul>
    </div>
  );
}

function verdict(sum: RouteBacktest): string {
  const saved = savedShare(sum);
  if (saved === undefined) return 'It cost nothing.';
  if (Math.abs(saved) < 0.0005) return 'It would cost the same.';
  return `It would cost ${formatShare(Math.abs(saved))} ${saved > 0 ? 'less' : 'more'}.`;
}

function Line({ name, was, would }: { name: string; was: ReactNode; would: ReactNode }) {
  return (
    <tr className="border-b last:border-0">
      <th scope="row" className="py-1.5 text-left font-normal">
        {name}
      </th>
      <td className="figures py-1.5 text-right">{was}</td>
      <td className="figures py-1.5 text-right">{would}</td>
    </tr>
  );
}

function Targets({ sum: { targets } }: { sum: RouteBacktest }) {
  return (
    <table className="w-full text-sm">
      <caption className="sr-only">By target</caption>
      <thead className="text-xs text-muted-foreground">
        <tr className="border-b [&>th]:py-1.5 [&>th]:text-right [&>th]:font-medium [&>th]:first:text-left">
          <th scope="col">Target</th>
          <th scope="col">Answered</th>
          <th scope="col">Asked first</th>
          <th scope="col">Cost there</th>
        </tr>
      </thead>
      <tbody>
        {targets
          .toSorted((a, b) => b.requests - a.requests)
          .map(({ target, before, requests, wouldCostUsd, isAssumed }) => (
            <tr key={target} className="border-b last:border-0">
              <th scope="row" className="py-1.5 text-left font-normal break-all">
                {target}
                {isAssumed && '*'}
              </th>
              <td className="py-1.5 text-right">
                <Count count={before} unit="requests" />
              </td>
              <td className="py-1.5 text-right">
                <Count count={requests} unit="requests" />
              </td>
              <td className="py-1.5 text-right">{requests === 0 ? <Absent /> : <Money usd={wouldCostUsd} />}</td>
            </tr>
          ))}
      </tbody>
    </table>
  );
}

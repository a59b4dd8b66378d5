import type { ModelChange } from '@tollgate/client';
import { ErrorState } from '@/components/error-state.tsx';
import { RelativeTime } from '@/components/figures.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { useList } from '@/lib/api.ts';
import { formatUsdExactly } from '@/lib/format.ts';
import { rateUsd } from './query.ts';

/** From what to what, when, by whom. */
export function PriceHistory({ model }: { model: string }) {
  const changes = useList('GET /models/price-history', { query: { model, limit: 20 } });
  if (changes.error) return <ErrorState error={changes.error} onRetry={changes.refetch} />;
  return (
    <section>
      <h3 className="mb-1.5 text-sm font-semibold">History of its price</h3>
      {changes.rows === undefined && <Skeleton className="h-16" />}
      {changes.rows?.length === 0 && (
        <p className="text-sm text-muted-foreground">As in the price list from the start; nothing was changed here.</p>
      )}
      <ol className="flex flex-col">
        {changes.rows?.map((change) => (
          <Row key={change.id} change={change} />
        ))}
      </ol>
      {changes.hasNextPage && (
        <Button variant="link" size="sm" onClick={() => void changes.fetchNextPage()}>
          Earlier changes
        </Button>
      )}
    </section>
  );
}

function Row({ change: { before, after, madeBy, effectiveAt, createdAt, source } }: { change: ModelChange }) {
  const later = effectiveAt > createdAt;
  return (
    <li className="flex flex-col gap-0.5 border-b py-2 text-sm last:border-0">
      <span>
        <span className="text-muted-foreground">{shown(before)}</span> → {shown(after)}
      </span>
      <span className="text-xs text-muted-foreground">
        <RelativeTime time={createdAt} /> by {madeBy.name === '' ? madeBy.kind : madeBy.name}
        {source === 'sync' && ', refreshed price list'}
        {source === 'import' && ', import'}
        {later && (
          <>
            , holds <RelativeTime time={effectiveAt} />
          </>
        )}
      </span>
    </li>
  );
}

/** In and out for a million tokens; nothing of its own: as in the price list. */
function shown(price: unknown): string {
  if (typeof price !== 'object' || price === null) return 'price list';
  const { input, output } = price as Readonly<Record<string, string | number>>;
  const usd = (rate: string | number | undefined) => formatUsdExactly(rateUsd(String(rate ?? 0)) ?? '0');
  return `${usd(input)} in, ${usd(output)} out`;
}

import { Link } from '@tanstack/react-router';
import { ErrorState } from '@/components/error-state.tsx';
import { RelativeTime } from '@/components/figures.tsx';
import { Badge } from '@/components/ui/badge.tsx';
import { Card, CardContent, CardHeader, CardTitle } from '@/components/ui/card.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { useAsk } from '@/lib/api.ts';
import { useOnly, useScope } from './scope.ts';

const shownMax = 6;

/** Why requests fail just now. */
export function FailuresCard() {
  const only = useOnly();
  const query = { ...useScope(), status: 'failed', limit: shownMax } as const;
  const failures = useAsk('GET /logs', { query }, { keep: true });
  return (
    <Card>
      <CardHeader>
        <CardTitle>Latest failures</CardTitle>
        <Link
          to="/requests"
          search={{ ...only, status: 'failed' } as never}
          className="text-xs text-muted-foreground hover:underline"
        >
          All
        </Link>
      </CardHeader>
      <CardContent>
        {failures.error ? (
          <ErrorState error={failures.error} onRetry={failures.refetch} />
        ) : failures.data === undefined ? (
          <Skeleton className="h-48" />
        ) : failures.data.data.length === 0 ? (
          <p className="py-6 text-center text-muted-foreground">No request failed in this period.</p>
        ) : (
          <ul className="flex flex-col gap-2">
            {failures.data.data.map(({ requestId, startedAt, modelAsked, errorKind, httpStatus }) => (
              <li key={requestId}>
                <Link to="/requests/$requestId" params={{ requestId }} className="group flex items-center gap-2.5">
                  <Badge variant="bad">{errorKind ?? String(httpStatus)}</Badge>
                  <span className="min-w-0 flex-1 truncate group-hover:underline">{modelAsked}</span>
                  <RelativeTime time={startedAt} className="text-xs text-muted-foreground" />
                </Link>
              </li>
            ))}
          </ul>
        )}
      </CardContent>
    </Card>
  );
}

import { ErrorState } from '@/components/error-state.tsx';
import { RelativeTime } from '@/components/figures.tsx';
import { Badge } from '@/components/ui/badge.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Card, CardContent, CardFooter, CardHeader, CardTitle } from '@/components/ui/card.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { useAsk, useChange } from '@/lib/api.ts';
import { deviceOf } from './device.ts';

/** Where somebody is signed in, and how to end that. */
export function SessionsCard() {
  const sessions = useAsk('GET /me/sessions');
  const end = useChange('DELETE /me/sessions/{accountSessionId}', ['GET /me/sessions']);
  const endOthers = useChange('POST /me/sessions/end-others', ['GET /me/sessions']);
  const error = sessions.error ?? end.error ?? endOthers.error;
  const rows = sessions.data?.data ?? [];
  return (
    <Card>
      <CardHeader>
        <CardTitle>Sessions</CardTitle>
      </CardHeader>
      <CardContent>
        {error !== null && <ErrorState error={error} onRetry={sessions.refetch} />}
        {sessions.isPending && <Skeleton className="h-9" />}
        <ul className="divide-y">
          {rows.map((session) => (
            <li key={session.id} className="flex flex-wrap items-center gap-x-4 gap-y-1 py-2">
              <span className="min-w-40 flex-1">
                {deviceOf(session.userAgent)}
                <span className="ml-2 font-mono text-xs text-muted-foreground">{session.address}</span>
              </span>
              <span className="text-muted-foreground">
                since <RelativeTime time={session.createdAt} />
              </span>
              {session.current ? (
                <Badge variant="accent">this one</Badge>
              ) : (
                <Button
                  variant="outline"
                  size="sm"
                  disabled={end.isPending}
                  onClick={() => end.mutate({ params: { accountSessionId: session.id } })}
                >
                  End
                </Button>
              )}
            </li>
          ))}
        </ul>
      </CardContent>
      {rows.length > 1 && (
        <CardFooter>
          <Button variant="outline" size="sm" disabled={endOthers.isPending} onClick={() => endOthers.mutate({})}>
            End all others
          </Button>
        </CardFooter>
      )}
    </Card>
  );
}

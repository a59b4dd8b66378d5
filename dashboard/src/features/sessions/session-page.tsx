import { Link, useParams } from '@tanstack/react-router';
import type { LogEntry, Session } from '@tollgate/client';
import { ErrorState } from '@/components/error-state.tsx';
import { Count, Duration, Money, RelativeTime, Tokens } from '@/components/figures.tsx';
import { PageHeader } from '@/components/page-header.tsx';
import { Card, CardContent, CardHeader, CardTitle } from '@/components/ui/card.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { useAsk } from '@/lib/api.ts';
import { formatShare } from '@/lib/format.ts';
import { StatusBadge } from '../requests/status-badge.tsx';
import { TurnBar } from './turn-bar.tsx';

export function SessionPage() {
  const { sessionId } = useParams({ from: '/app/sessions/$sessionId' });
  const session = useAsk('GET /sessions/{sessionId}', { params: { sessionId } });
  return (
    <div className="flex flex-col gap-4">
      <PageHeader title="Session">
        <span className="wrap-anywhere">{sessionId}</span>
      </PageHeader>
      {session.error ? (
        <ErrorState error={session.error} onRetry={session.refetch} />
      ) : session.data === undefined ? (
        <Skeleton className="h-64 rounded-lg" />
      ) : (
        <>
          <Figures session={session.data.session} />
          <Turns turns={session.data.turns} sessionId={sessionId} hasMore={session.data.next !== null} />
        </>
      )}
    </div>
  );
}

function Figures({ session }: { session: Session }) {
  const figures = [
    ['Cost', <Money key="c" usd={session.chargeUsd} />],
    ['Turns', <Count key="t" count={session.turns} unit="requests" />],
    ['Failed', <Count key="f" count={session.failed} unit="requests" />],
    ['Input', <Tokens key="i" count={session.inputTokens + session.cacheReadTokens + session.cacheWriteTokens} />],
    ['Output', <Tokens key="o" count={session.outputTokens} />],
    [
      'Cached',
      <span key="s" className="figures">
        {formatShare(session.cacheShare)}
      </span>,
    ],
    ['Duration', <Duration key="d" ms={session.durationMs} />],
    ['Began', <RelativeTime key="b" time={session.startedAt} />],
  ] as const;
  return (
    <Card>
      <dl className="grid grid-cols-2 gap-x-6 gap-y-3 p-4 sm:grid-cols-4 lg:grid-cols-8">
        {figures.map(([name, figure]) => (
          <div key={name}>
            <dt className="text-xs text-muted-foreground">{name}</dt>
            <dd className="mt-0.5 text-base font-medium">{figure}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}

function Turns({ turns, sessionId, hasMore }: { turns: readonly LogEntry[]; sessionId: string; hasMore: boolean }) {
  return (
    <Card>
      <CardHeader>
        <CardTitle>Turns</CardTitle>
        <Link to="/requests" search={{ sessionId }} className="text-sm text-muted-foreground hover:underline">
          {hasMore ? 'The first 200 · all in the list' : 'In the list of requests'}
        </Link>
      </CardHeader>
      <CardContent>
        <ol className="flex flex-col divide-y">
          {turns.map((turn, i) => (
            <Turn key={turn.requestId} turn={turn} number={i + 1} turns={turns} />
          ))}
        </ol>
      </CardContent>
    </Card>
  );
}

function Turn({ turn, number, turns }: { turn: LogEntry; number: number; turns: readonly LogEntry[] }) {
  return (
    <li className="grid grid-cols-1 items-center gap-x-4 gap-y-1 py-2 sm:grid-cols-[2rem_14rem_1fr_5rem]">
      <span className="figures text-muted-foreground">{number}</span>
      <span className="flex min-w-0 flex-col">
        <Link
          to="/requests/$requestId"
          params={{ requestId: turn.requestId }}
          className="truncate font-medium hover:underline"
        >
          {turn.modelServed ?? turn.modelAsked}
        </Link>
        <StatusBadge status={turn.status} errorKind={turn.errorKind} />
      </span>
      <TurnBar turn={turn} turns={turns} />
      <Money usd={turn.chargeUsd} className="sm:text-right" />
    </li>
  );
}

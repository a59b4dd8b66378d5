import { Link, useParams } from '@tanstack/react-router';
import type { Key } from '@tollgate/client';
import type { ReactNode } from 'react';
import { ErrorState } from '@/components/error-state.tsx';
import { Absent, RelativeTime } from '@/components/figures.tsx';
import { IdChip } from '@/components/id-chip.tsx';
import { PageHeader } from '@/components/page-header.tsx';
import { Badge } from '@/components/ui/badge.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Card, CardContent, CardFooter, CardHeader, CardTitle } from '@/components/ui/card.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { useAsk } from '@/lib/api.ts';
import { formatCountExactly } from '@/lib/format.ts';
import { useNow } from '@/lib/now.ts';
import { useMay } from '@/lib/session.ts';
import { KeyActions } from './key-actions.tsx';
import { KeyContent } from './key-content.tsx';
import { stateOf, usageWords } from './keys.ts';
import { StateBadge } from './state-badge.tsx';

export function KeyPage() {
  const { keyId } = useParams({ from: '/app/keys/$keyId' });
  const key = useAsk('GET /keys/{keyId}', { params: { keyId } });
  const mayChange = useMay('PATCH /keys/{keyId}');
  if (key.error) return <ErrorState error={key.error} onRetry={key.refetch} />;
  if (key.data === undefined) return <Skeleton className="h-72 rounded-lg" />;
  const isChangeable = mayChange && key.data.revokedAt === null && key.data.source === 'created';
  return (
    <div className="flex flex-col gap-5">
      <PageHeader title={key.data.name} actions={isChangeable && <KeyActions of={key.data} />}>
        {key.data.kind === 'call' ? 'Calls models.' : `Manages, as ${key.data.scopes?.join(', ') ?? 'owner'}.`}
        {key.data.source === 'file' && ' The configuration file declares it, and alone may change it.'}
      </PageHeader>
      <div className="grid grid-cols-1 gap-5 lg:grid-cols-2">
        <Facts of={key.data} />
        <Activity of={key.data} />
      </div>
    </div>
  );
}

function Facts({ of }: { of: Key }) {
  const state = stateOf(of, useNow());
  const limits = Object.entries(of.limits ?? {});
  return (
    <Card>
      <CardHeader>
        <CardTitle>What it is</CardTitle>
        <StateBadge state={state} />
      </CardHeader>
      <CardContent>
        <dl className="flex flex-col gap-2">
          <Fact name="Id">
            <IdChip id={of.id} />
          </Fact>
          <Fact name="Begins with">
            <code className="font-mono text-xs">{of.prefix}…</code>
          </Fact>
          <Fact name="Project">{of.project ?? <Absent />}</Fact>
          <Fact name="Models">{of.models === null ? 'all' : of.models.join(', ') || 'none'}</Fact>
          <Fact name="Limits">
            {limits.length === 0
              ? 'none'
              : limits.map(([name, value]) => `${words(name)}: ${formatCountExactly(Number(value))}`).join(', ')}
          </Fact>
          <Fact name="Tags">
            {of.tags.length === 0 ? <Absent /> : of.tags.map((tag) => <Badge key={tag}>{tag}</Badge>)}
          </Fact>
          {of.kind === 'call' && (
            <Fact name="Prompts and answers">
              <KeyContent of={of} />
            </Fact>
          )}
          <Fact name="Made">
            <RelativeTime time={of.createdAt} />
          </Fact>
          <Fact name="Works until">{of.expiresAt === null ? 'for ever' : <RelativeTime time={of.expiresAt} />}</Fact>
          {of.previousUntil !== null && (
            <Fact name="Old text works until">
              <RelativeTime time={of.previousUntil} />
            </Fact>
          )}
        </dl>
      </CardContent>
    </Card>
  );
}

const refreshMs = 10_000;

function Activity({ of }: { of: Key }) {
  const activity = useAsk('GET /keys/{keyId}/activity', { params: { keyId: of.id } }, { refetchInterval: refreshMs });
  return (
    <Card className="flex flex-col">
      <CardHeader>
        <CardTitle>How it is used</CardTitle>
      </CardHeader>
      <CardContent className="flex-1">
        {activity.error && <ErrorState error={activity.error} onRetry={activity.refetch} />}
        {activity.data && (
          <div className="flex flex-col gap-2">
            <p className="text-base font-medium">
              {usageWords(activity.data.requestsPerMinute, activity.data.requests)}
            </p>
            <p className="text-muted-foreground">
              {activity.data.lastUsedAt === null ? (
                'It has not been used yet.'
              ) : (
                <>
                  Last used <RelativeTime time={activity.data.lastUsedAt} />.
                </>
              )}
            </p>
          </div>
        )}
      </CardContent>
      <CardFooter className="flex-wrap">
        <Button variant="outline" size="sm" render={<Link to="/requests" search={{ key: of.id }} />}>
          Its requests
        </Button>
        <Button variant="ghost" size="sm" render={<Link to="/budgets" />}>
          Budgets
        </Button>
      </CardFooter>
    </Card>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex items-baseline justify-between gap-6">
      <dt className="shrink-0 text-muted-foreground">{name}</dt>
      <dd className="flex min-w-0 flex-wrap justify-end gap-1.5 text-right break-words">{children}</dd>
    </div>
  );
}

/** `requestsPerMinute`: requests per minute. */
function words(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

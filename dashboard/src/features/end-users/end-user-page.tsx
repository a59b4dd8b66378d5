import { Link, useParams } from '@tanstack/react-router';
import { UserRound } from 'lucide-react';
import type { ReactNode } from 'react';
import { EmptyState } from '@/components/empty-state.tsx';
import { ErrorState } from '@/components/error-state.tsx';
import { Count, Money } from '@/components/figures.tsx';
import { NeedsOrganization } from '@/components/needs-organization.tsx';
import { PageHeader } from '@/components/page-header.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Card, CardContent, CardHeader, CardTitle } from '@/components/ui/card.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { useAsk } from '@/lib/api.ts';
import { formatDay } from '@/lib/format.ts';
import { usePeriod } from '@/lib/period.ts';
import { EndUserData } from './end-user-data.tsx';

export function EndUserPage() {
  const { endUserId } = useParams({ from: '/app/end-users/$endUserId' });
  return (
    <div className="flex flex-col gap-4">
      <PageHeader
        title={endUserId}
        actions={
          <Button variant="outline" render={<Link to="/end-users" />}>
            All end users
          </Button>
        }
      >
        An end user: whom requests named as their <code>user</code>.
      </PageHeader>
      <NeedsOrganization>
        {(organizationId) => (
          <div className="grid items-start gap-5 xl:grid-cols-2">
            <Use organizationId={organizationId} endUserId={endUserId} />
            <EndUserData key={endUserId} organizationId={organizationId} endUserId={endUserId} />
          </div>
        )}
      </NeedsOrganization>
    </div>
  );
}

function Use({ organizationId, endUserId }: { organizationId: string; endUserId: string }) {
  const { from, to } = usePeriod();
  const query = { organizationId, endUser: endUserId, since: from, until: to };
  const use = useAsk('GET /stats/by-model', { query: { ...query, limit: 20 } }, { keep: true });
  if (use.error) return <ErrorState error={use.error} onRetry={use.refetch} />;
  if (use.data === undefined) return <Skeleton className="h-60 rounded-lg" />;
  const { total, data } = use.data;
  return (
    <Card>
      <CardHeader>
        <CardTitle>Use</CardTitle>
        <p className="text-muted-foreground">
          {formatDay(from)} to {formatDay(to)}
        </p>
      </CardHeader>
      {total.requests === 0 ? (
        <EmptyState title="Nothing in this period" icon={UserRound}>
          No request of this organization named this end user then. Choose a longer period at the top.
        </EmptyState>
      ) : (
        <CardContent className="flex flex-col gap-4">
          <dl className="grid grid-cols-3 gap-4">
            <Figure name="Spend">
              <Money usd={total.chargeUsd} />
            </Figure>
            <Figure name="Requests">
              <Count count={total.requests} unit="requests" />
            </Figure>
            <Figure name="Tokens">
              <Count
                count={total.inputTokens + total.cacheReadTokens + total.cacheWriteTokens + total.outputTokens}
                unit="tokens"
              />
            </Figure>
          </dl>
          <ul aria-label="By model">
            {data.map(({ group, requests, chargeUsd }) => (
              <li key={group} className="flex items-center justify-between gap-4 border-t py-1.5">
                <Link
                  to="/requests"
                  search={{ endUser: endUserId, model: group }}
                  className="min-w-0 truncate hover:underline"
                >
                  {group}
                </Link>
                <span className="flex gap-4">
                  <Count count={requests} unit="requests" shown />
                  <Money usd={chargeUsd} />
                </span>
              </li>
            ))}
          </ul>
          <Button variant="outline" className="w-fit" render={<Link to="/requests" search={{ endUser: endUserId }} />}>
            Their requests
          </Button>
        </CardContent>
      )}
    </Card>
  );
}

function Figure({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt className="text-xs text-muted-foreground">{name}</dt>
      <dd className="mt-0.5 text-lg font-semibold">{children}</dd>
    </div>
  );
}

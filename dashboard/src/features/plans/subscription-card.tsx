import type { Subscription } from '@tollgate/client';
import { useState } from 'react';
import { ErrorState } from '@/components/error-state.tsx';
import { RelativeTime } from '@/components/figures.tsx';
import { Badge, type BadgeVariant } from '@/components/ui/badge.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Card, CardContent } from '@/components/ui/card.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { useAsk } from '@/lib/api.ts';
import { formatDay } from '@/lib/format.ts';
import { useMay } from '@/lib/session.ts';
import { CancelDialog } from './cancel-dialog.tsx';
import { useSubscription } from './subscription.ts';

const looks: Readonly<Record<Subscription['status'], readonly [BadgeVariant, string]>> = {
  active: ['good', 'active'],
  past_due: ['bad', 'not paid'],
  cancelled: ['neutral', 'ended'],
};
const payers: Readonly<Record<Subscription['pays'], string>> = {
  wallet: 'paid from the wallet',
  invoice: 'on the invoice',
  stripe: 'paid by card',
};

/** The plan that the organization has. */
export function SubscriptionCard({ organizationId }: { organizationId: string }) {
  const { subscription, error, refetch } = useSubscription(organizationId);
  if (error) return <ErrorState error={error} onRetry={refetch} />;
  if (subscription === undefined) return <Skeleton className="h-16 rounded-lg" />;
  if (subscription === null) {
    return (
      <Card>
        <CardContent className="text-muted-foreground">No plan: what is used is paid from the wallet.</CardContent>
      </Card>
    );
  }
  return <Current subscription={subscription} organizationId={organizationId} />;
}

function Current({ subscription, organizationId }: { subscription: Subscription; organizationId: string }) {
  const [cancelling, setCancelling] = useState(false);
  const mayCancel = useMay('POST /organizations/{organizationId}/subscription/cancel');
  const plans = useAsk('GET /plans', { query: { includeEnded: true } });
  const nameOf = (id: string) => plans.data?.data.find((plan) => plan.id === id)?.name ?? 'A plan';
  const { status, pays, periodEnd, cancels, nextPlanId, pastDueSince, planId } = subscription;
  const [variant, word] = looks[status];
  return (
    <Card>
      <CardContent className="flex flex-wrap items-center gap-x-6 gap-y-2">
        <div className="min-w-0 flex-1">
          <p className="flex flex-wrap items-center gap-2">
            <span className="text-base font-semibold">{nameOf(planId)}</span>
            <Badge variant={variant}>{word}</Badge>
            <span className="text-muted-foreground">{payers[pays]}</span>
          </p>
          <p className="mt-0.5 text-muted-foreground">
            {status === 'cancelled' && 'Ended.'}
            {status !== 'cancelled' && cancels && `Ends on ${formatDay(periodEnd)}.`}
            {status !== 'cancelled' && !cancels && `The next month begins on ${formatDay(periodEnd)}`}
            {status !== 'cancelled' && !cancels && (nextPlanId === null ? '.' : `, with ${nameOf(nextPlanId)}.`)}
            {pastDueSince !== null && (
              <span className="text-bad">
                {' '}
                The month is not paid, since <RelativeTime time={pastDueSince} />.
              </span>
            )}
          </p>
        </div>
        {mayCancel && status !== 'cancelled' && !cancels && (
          <Button variant="outline" size="sm" onClick={() => setCancelling(true)}>
            Cancel plan
          </Button>
        )}
      </CardContent>
      {cancelling && (
        <CancelDialog organizationId={organizationId} periodEnd={periodEnd} onClose={() => setCancelling(false)} />
      )}
    </Card>
  );
}

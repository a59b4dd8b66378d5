import type { Plan } from '@tollgate/client';
import { Check, Layers } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { ConfirmDialog } from '@/components/confirm-dialog.tsx';
import { EmptyState } from '@/components/empty-state.tsx';
import { ErrorState } from '@/components/error-state.tsx';
import { Money } from '@/components/figures.tsx';
import { Badge } from '@/components/ui/badge.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Card, CardContent, CardFooter, CardHeader, CardTitle } from '@/components/ui/card.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { useAsk, useChange } from '@/lib/api.ts';
import { useIsOperator, useMay } from '@/lib/session.ts';
import { ChooseDialog } from './choose-dialog.tsx';
import { offers } from './plans.ts';
import { useSubscription } from './subscription.ts';

/** What is for sale, the cheapest first. */
export function PlanCards({ organizationId, action }: { organizationId: string; action: ReactNode }) {
  const plans = useAsk('GET /plans');
  const { subscription } = useSubscription(organizationId);
  const [chosen, setChosen] = useState<Plan>();
  const mayChoose = useMay('POST /organizations/{organizationId}/subscription');
  const isOperator = useIsOperator();
  if (plans.error) return <ErrorState error={plans.error} onRetry={plans.refetch} />;
  if (plans.data === undefined) return <Skeleton className="h-56 rounded-lg" />;
  if (plans.data.data.length === 0) {
    return (
      <Card>
        <EmptyState title="No plan is for sale" icon={Layers} action={action}>
          {isOperator
            ? 'A plan is a price for each month with an allowance of usage, limits and models. Customers choose among them here.'
            : 'The wallet pays for what is used. When there are plans to choose from, they are shown here.'}
        </EmptyState>
      </Card>
    );
  }
  return (
    <ul className="grid gap-4 sm:grid-cols-2 xl:grid-cols-3">
      {plans.data.data.map((plan) => {
        const isCurrent = subscription?.planId === plan.id && subscription.status !== 'cancelled';
        return (
          <li key={plan.id}>
            <PlanCard plan={plan} isCurrent={isCurrent}>
              {mayChoose && !isCurrent && (
                <Button variant="outline" size="sm" onClick={() => setChosen(plan)}>
                  Choose {plan.name}
                </Button>
              )}
              {isOperator && <EndButton plan={plan} />}
            </PlanCard>
          </li>
        );
      })}
      {chosen !== undefined && (
        <ChooseDialog
          organizationId={organizationId}
          plan={chosen}
          subscription={subscription}
          onClose={() => setChosen(undefined)}
        />
      )}
    </ul>
  );
}

function PlanCard({ plan, isCurrent, children }: { plan: Plan; isCurrent: boolean; children: ReactNode }) {
  return (
    <Card className="flex h-full flex-col">
      <CardHeader>
        <CardTitle className="text-base">{plan.name}</CardTitle>
        {isCurrent && <Badge variant="accent">your plan</Badge>}
      </CardHeader>
      <CardContent className="flex-1">
        <p>
          <Money usd={plan.monthlyUsd} className="text-2xl font-semibold tracking-tight" />
          <span className="text-muted-foreground"> a month</span>
        </p>
        <ul className="mt-3 flex flex-col gap-1.5">
          {offers(plan).map((offer) => (
            <li key={offer} className="flex gap-2">
              <Check className="mt-0.5 size-4 shrink-0 text-muted-foreground" aria-hidden />
              <span className="min-w-0 break-words">{offer}</span>
            </li>
          ))}
        </ul>
      </CardContent>
      <CardFooter className="min-h-12 empty:hidden">{children}</CardFooter>
    </Card>
  );
}

function EndButton({ plan }: { plan: Plan }) {
  const [open, setOpen] = useState(false);
  const end = useChange('POST /plans/{planId}/end', ['GET /plans']);
  return (
    <>
      <Button variant="ghost" size="sm" onClick={() => setOpen(true)}>
        Stop selling {plan.name}
      </Button>
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        title={`Stop selling ${plan.name}?`}
        action="Stop selling"
        pending={end.isPending}
        error={end.error}
        onConfirm={() => end.mutate({ params: { planId: plan.id } }, { onSuccess: () => setOpen(false) })}
      >
        Nobody can choose it any more. Whoever has it keeps it.
      </ConfirmDialog>
    </>
  );
}

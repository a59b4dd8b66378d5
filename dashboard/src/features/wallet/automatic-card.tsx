import { useState } from 'react';
import { ErrorState } from '@/components/error-state.tsx';
import { Money } from '@/components/figures.tsx';
import { Badge } from '@/components/ui/badge.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Card, CardContent, CardFooter, CardHeader, CardTitle } from '@/components/ui/card.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { toast } from '@/components/ui/toast.tsx';
import { useAsk, useChange } from '@/lib/api.ts';
import { leaveFor, returnAddress } from '@/lib/checkout.ts';
import { useMay } from '@/lib/session.ts';
import { AutomaticDialog } from './automatic-dialog.tsx';

/** The automatic top-up and the cards that pay for it. */
export function AutomaticCard({ organizationId }: { organizationId: string }) {
  const [editing, setEditing] = useState(false);
  const mayChange = useMay('PUT /organizations/{organizationId}/automatic-top-up');
  const params = { organizationId };
  const rule = useAsk('GET /organizations/{organizationId}/automatic-top-up', { params });
  if (rule.error) return <ErrorState error={rule.error} onRetry={rule.refetch} />;
  if (rule.data === undefined) return <Skeleton className="h-48 rounded-lg" />;
  const { enabled, amountUsd, thresholdUsd, disabledReason, declines } = rule.data;
  return (
    <Card className="flex flex-col">
      <CardHeader>
        <CardTitle>Automatic top-up</CardTitle>
        <Badge variant={enabled ? 'good' : disabledReason === null ? 'neutral' : 'bad'}>{enabled ? 'on' : 'off'}</Badge>
      </CardHeader>
      <CardContent className="flex-1 text-muted-foreground">
        {enabled ? (
          <p>
            Charges the saved card <Money usd={amountUsd} className="text-foreground" /> when the balance falls below{' '}
            <Money usd={thresholdUsd} className="text-foreground" />.
            {declines > 0 && ` The card was declined ${declines} times in a row; the third time turns this off.`}
          </p>
        ) : (
          <p>{disabledReason ?? 'A saved card can fill the wallet up by itself, before the balance is used up.'}</p>
        )}
      </CardContent>
      {mayChange && (
        <CardFooter className="flex-wrap">
          <Button variant="outline" size="sm" onClick={() => setEditing(true)}>
            {enabled ? 'Change' : 'Turn on'}
          </Button>
          <Cards organizationId={organizationId} />
        </CardFooter>
      )}
      {editing && (
        <AutomaticDialog organizationId={organizationId} rule={rule.data} onClose={() => setEditing(false)} />
      )}
    </Card>
  );
}

/** Saving a card, and Stripe's own page of what is saved. */
function Cards({ organizationId }: { organizationId: string }) {
  const checkout = useChange('POST /organizations/{organizationId}/checkout');
  const portal = useChange('POST /organizations/{organizationId}/portal');
  const params = { organizationId };
  const onError = (error: Error) => toast.failed('Stripe’s page could not be opened', error.message);
  function saveCard() {
    const body = { mode: 'card' as const, successUrl: returnAddress('done'), cancelUrl: returnAddress('cancelled') };
    checkout.mutate({ params, body }, { onSuccess: ({ url }) => leaveFor(url), onError });
  }
  function openPortal() {
    portal.mutate({ params, body: { returnUrl: location.href } }, { onSuccess: ({ url }) => leaveFor(url), onError });
  }
  return (
    <>
      <Button variant="ghost" size="sm" disabled={checkout.isPending} onClick={saveCard}>
        Save a card
      </Button>
      <Button variant="ghost" size="sm" disabled={portal.isPending} onClick={openPortal}>
        Saved cards
      </Button>
    </>
  );
}

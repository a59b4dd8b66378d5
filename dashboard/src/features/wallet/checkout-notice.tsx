import { useNavigate, useSearch } from '@tanstack/react-router';
import { CircleAlert, CircleCheck, Clock, X } from 'lucide-react';
import { Money } from '@/components/figures.tsx';
import { Button } from '@/components/ui/button.tsx';
import { useAsk } from '@/lib/api.ts';
import { describePayment } from './payments.ts';

const pollMs = 1_500;

/** Whoever comes back from Stripe's page sees what became of it, until it is final. */
export function CheckoutNotice({ organizationId }: { organizationId: string }) {
  const { checkout } = useSearch({ from: '/app/wallet' });
  const navigate = useNavigate();
  const query = { organizationId, limit: 1 };
  const isWaiting = checkout === 'done';
  const payments = useAsk('GET /payments', { query }, { enabled: isWaiting, refetchInterval: pollMs });
  if (checkout === undefined) return null;
  const close = () =>
    void navigate({ to: '.', search: (before) => ({ ...before, checkout: undefined }), replace: true });
  const last = payments.data?.data[0];
  const isOpen = isWaiting && (last === undefined || last.state === 'open' || last.state === 'processing');
  const Icon = !isWaiting ? CircleAlert : isOpen ? Clock : last?.state === 'paid' ? CircleCheck : CircleAlert;
  return (
    <div role="status" className="flex items-center gap-3 rounded-lg border bg-card px-4 py-3">
      <Icon className={last?.state === 'paid' ? 'size-4 text-good' : 'size-4 text-muted-foreground'} aria-hidden />
      <p className="flex-1">
        {!isWaiting && 'The payment was not made, and nothing was charged.'}
        {isWaiting && last === undefined && 'Stripe has the payment. Waiting for its confirmation …'}
        {isWaiting && last !== undefined && (
          <>
            {describePayment(last)}: <Money usd={last.amountUsd} />
            {isOpen && ', waiting for Stripe to confirm it …'}
          </>
        )}
      </p>
      <Button variant="ghost" size="icon-sm" aria-label="Dismiss" onClick={close}>
        <X />
      </Button>
    </div>
  );
}

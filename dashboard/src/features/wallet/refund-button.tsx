import type { Payment } from '@tollgate/client';
import { useState } from 'react';
import { ConfirmDialog } from '@/components/confirm-dialog.tsx';
import { Money } from '@/components/figures.tsx';
import { Button } from '@/components/ui/button.tsx';
import { toast } from '@/components/ui/toast.tsx';
import { useChange } from '@/lib/api.ts';
import { parseUsd } from '@/lib/format.ts';
import { useMay } from '@/lib/session.ts';

/** Gives a payment back whole. Parts are given back by the API. */
export function RefundButton({ payment }: { payment: Payment }) {
  const [open, setOpen] = useState(false);
  const may = useMay('POST /payments/{paymentId}/refund');
  const refund = useChange('POST /payments/{paymentId}/refund', [
    'GET /payments',
    'GET /transfers',
    'GET /organizations/{organizationId}/wallet',
  ]);
  const isWhole = parseUsd(payment.refundedUsd) === 0n && parseUsd(payment.disputedUsd) === 0n;
  if (!may || payment.state !== 'paid' || !isWhole || parseUsd(payment.amountUsd) === 0n) return null;
  function confirm() {
    const done = () => {
      setOpen(false);
      toast.done('Refund sent to Stripe');
    };
    refund.mutate({ params: { paymentId: payment.id } }, { onSuccess: done });
  }
  return (
    <>
      <Button variant="outline" size="sm" onClick={() => setOpen(true)}>
        Refund
      </Button>
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        title="Refund this payment?"
        action="Refund"
        onConfirm={confirm}
        pending={refund.isPending}
        error={refund.error}
      >
        Stripe returns <Money usd={payment.amountUsd} /> to the card, and the wallet has that much less. What was spent
        already is not returned: the refund is refused then.
      </ConfirmDialog>
    </>
  );
}

import { useId, useState } from 'react';
import { errorAt, FormDialog } from '@/components/form-dialog.tsx';
import { MoneyInput } from '@/components/money-input.tsx';
import { Segments } from '@/components/segments.tsx';
import { Checkbox } from '@/components/ui/checkbox.tsx';
import { Field } from '@/components/ui/form.tsx';
import { Label } from '@/components/ui/label.tsx';
import { useChange } from '@/lib/api.ts';
import { leaveFor, returnAddress } from '@/lib/checkout.ts';

const amounts = ['10', '25', '50', '100'] as const;

interface TopUpDialogProps {
  readonly organizationId: string;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

/** Asks for an amount, and leaves for the page of Stripe that takes it. */
export function TopUpDialog({ organizationId, open, onOpenChange }: TopUpDialogProps) {
  const [amountUsd, setAmount] = useState<string>('25');
  const [saveCard, setSaveCard] = useState(true);
  const id = useId();
  const checkout = useChange('POST /organizations/{organizationId}/checkout');
  const params = { organizationId };
  const body = {
    mode: 'top-up' as const,
    amountUsd,
    saveCard,
    successUrl: returnAddress('done'),
    cancelUrl: returnAddress('cancelled'),
  };
  return (
    <FormDialog
      open={open}
      onOpenChange={onOpenChange}
      title="Top up"
      description="Stripe takes the payment. The money is in the wallet as soon as it has confirmed it."
      action="Go to payment"
      pending={checkout.isPending}
      error={checkout.error}
      fields={['amountUsd']}
      onSubmit={() => checkout.mutate({ params, body }, { onSuccess: ({ url }) => leaveFor(url) })}
      curl={{ route: 'POST /organizations/{organizationId}/checkout', params, body }}
    >
      <Field label="Amount in dollars" error={errorAt(checkout.error, 'amountUsd')}>
        <MoneyInput value={amountUsd} onChange={setAmount} required />
      </Field>
      <Segments
        label="Usual amounts"
        items={amounts.map((value) => ({ value, label: `$${value}` }))}
        value={amountUsd as (typeof amounts)[number]}
        onChange={setAmount}
      />
      <div className="flex items-center gap-2">
        <Checkbox id={id} checked={saveCard} onCheckedChange={setSaveCard} />
        <Label htmlFor={id} className="font-normal">
          Keep the card for automatic top-ups
        </Label>
      </div>
    </FormDialog>
  );
}

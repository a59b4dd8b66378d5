import type { Plan, Subscription } from '@tollgate/client';
import { useState } from 'react';
import { Money } from '@/components/figures.tsx';
import { FormDialog } from '@/components/form-dialog.tsx';
import { Field } from '@/components/ui/form.tsx';
import { Select } from '@/components/ui/select.tsx';
import { toast } from '@/components/ui/toast.tsx';
import { useChange } from '@/lib/api.ts';
import { leaveFor, returnAddress } from '@/lib/checkout.ts';
import { useIsOperator } from '@/lib/session.ts';
import { ChangeDialog } from './change-dialog.tsx';
import { staleByPlan } from './stale.ts';

interface ChooseDialogProps {
  readonly organizationId: string;
  readonly plan: Plan;
  readonly subscription: Subscription | null | undefined;
  readonly onClose: () => void;
}

/** Starts a plan, or changes to it where there is one. */
export function ChooseDialog(props: ChooseDialogProps) {
  const hasOne = props.subscription != null && props.subscription.status !== 'cancelled';
  return hasOne ? <ChangeDialog {...props} /> : <StartDialog {...props} />;
}

const start = 'POST /organizations/{organizationId}/subscription';
const wallet = { value: 'wallet', label: 'From the wallet, each month' } as const;
const stripe = { value: 'stripe', label: 'By card, on Stripe’s page' } as const;
const invoice = { value: 'invoice', label: 'On the invoice' } as const;

function StartDialog({ organizationId, plan, onClose }: ChooseDialogProps) {
  const [pays, setPays] = useState<'wallet' | 'stripe' | 'invoice'>('wallet');
  const isOperator = useIsOperator();
  const change = useChange(start, staleByPlan);
  const params = { organizationId };
  const back = { successUrl: returnAddress('done'), cancelUrl: returnAddress('cancelled') };
  const body = { plan: plan.id, pays, ...(pays === 'stripe' && back) };
  function submit() {
    change.mutate(
      { params, body },
      {
        onSuccess: ({ checkout }) => {
          if (checkout !== null) return leaveFor(checkout.url);
          toast.done(`${plan.name} has begun`);
          onClose();
        },
      },
    );
  }
  return (
    <FormDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Start ${plan.name}`}
      action={pays === 'stripe' ? 'Go to payment' : `Start ${plan.name}`}
      pending={change.isPending}
      error={change.error}
      fields={[]}
      onSubmit={submit}
      curl={{ route: start, params, body }}
    >
      <p>
        <Money usd={plan.monthlyUsd} className="font-medium" /> for the first month now, and the same each month after
        it, until it is cancelled.
      </p>
      <Field label="How it is paid">
        <Select items={isOperator ? [wallet, stripe, invoice] : [wallet, stripe]} value={pays} onChange={setPays} />
      </Field>
    </FormDialog>
  );
}

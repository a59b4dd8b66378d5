import { useId, useState } from 'react';
import { errorAt, FormDialog } from '@/components/form-dialog.tsx';
import { MoneyInput } from '@/components/money-input.tsx';
import { Checkbox } from '@/components/ui/checkbox.tsx';
import { Field } from '@/components/ui/form.tsx';
import { Input } from '@/components/ui/input.tsx';
import { Label } from '@/components/ui/label.tsx';
import { toast } from '@/components/ui/toast.tsx';
import { useChange } from '@/lib/api.ts';
import { formatUsd } from '@/lib/format.ts';

export type Giving = 'payment' | 'credit' | 'take-back';

const stale = ['GET /organizations/{organizationId}/wallet', 'GET /transfers', 'GET /credits'] as const;
const words = {
  payment: [
    'Record a payment',
    'Money that reached you otherwise, such as by a bank transfer. A debt is paid first.',
    'Record',
  ],
  credit: ['Give credit', 'It is spent before paid money, and may end.', 'Give credit'],
  'take-back': ['Take money back', 'Takes paid money out of the wallet again.', 'Take back'],
} as const;

/** An operator moves money by hand. */
export function GiveDialog({
  organizationId,
  giving,
  onClose,
}: {
  organizationId: string;
  giving: Giving;
  onClose: () => void;
}) {
  const [amountUsd, setAmount] = useState('');
  const [description, setDescription] = useState('');
  const [ends, setEnds] = useState('');
  const [owe, setOwe] = useState(false);
  const id = useId();
  const payment = useChange('POST /organizations/{organizationId}/wallet/credits', stale);
  const credit = useChange('POST /organizations/{organizationId}/credits', stale);
  const takeBack = useChange('POST /organizations/{organizationId}/wallet/take-backs', stale);
  const change = { payment, credit, 'take-back': takeBack }[giving];
  const [title, about, action] = words[giving];
  const params = { organizationId };
  const said = description === '' ? {} : { description };
  function submit() {
    const onSuccess = () => {
      toast.done(`${title}: ${formatUsd(amountUsd)}`);
      onClose();
    };
    if (giving === 'payment') payment.mutate({ params, body: { amountUsd, ...said } }, { onSuccess });
    else if (giving === 'take-back') {
      takeBack.mutate({ params, body: { amountUsd, missing: owe ? 'owe' : 'refuse', ...said } }, { onSuccess });
    } else {
      const until = ends === '' ? {} : { expiresAt: new Date(`${ends}T23:59:59`).toISOString() };
      credit.mutate({ params, body: { kind: 'promotional', amountUsd, ...until, ...said } }, { onSuccess });
    }
  }
  return (
    <FormDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={title}
      description={about}
      action={action}
      pending={change.isPending}
      error={change.error}
      fields={['amountUsd', 'description', 'expiresAt']}
      onSubmit={submit}
    >
      <Field label="Amount in dollars" error={errorAt(change.error, 'amountUsd')}>
        <MoneyInput value={amountUsd} onChange={setAmount} required />
      </Field>
      {giving === 'credit' && (
        <Field
          label="Last day"
          hint="What is left then is taken back. Empty: it never ends."
          error={errorAt(change.error, 'expiresAt')}
        >
          <Input type="date" value={ends} onChange={(event) => setEnds(event.target.value)} />
        </Field>
      )}
      <Field
        label="Description"
        hint="The customer sees it on statements."
        error={errorAt(change.error, 'description')}
      >
        <Input value={description} onChange={(event) => setDescription(event.target.value)} maxLength={200} />
      </Field>
      {giving === 'take-back' && (
        <div className="flex items-center gap-2">
          <Checkbox id={id} checked={owe} onCheckedChange={setOwe} />
          <Label htmlFor={id} className="font-normal">
            Even if it is spent: the rest is owed, and blocks spending until it is paid
          </Label>
        </div>
      )}
    </FormDialog>
  );
}

import type { AutomaticTopUp } from '@tollgate/client';
import { useId, useState } from 'react';
import { errorAt, FormDialog } from '@/components/form-dialog.tsx';
import { MoneyInput } from '@/components/money-input.tsx';
import { Field } from '@/components/ui/form.tsx';
import { Label } from '@/components/ui/label.tsx';
import { Switch } from '@/components/ui/switch.tsx';
import { useChange } from '@/lib/api.ts';
import { parseUsd } from '@/lib/format.ts';

const route = 'PUT /organizations/{organizationId}/automatic-top-up';

export function AutomaticDialog({
  organizationId,
  rule,
  onClose,
}: {
  organizationId: string;
  rule: AutomaticTopUp;
  onClose: () => void;
}) {
  const [enabled, setEnabled] = useState(true);
  const [thresholdUsd, setThreshold] = useState(usual(rule.thresholdUsd, '5'));
  const [amountUsd, setAmount] = useState(usual(rule.amountUsd, '25'));
  const id = useId();
  const change = useChange(route, ['GET /organizations/{organizationId}/automatic-top-up']);
  const params = { organizationId };
  const body = { enabled, thresholdUsd, amountUsd };
  return (
    <FormDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Automatic top-up"
      description="The saved card is charged once each time the balance falls below the threshold."
      action="Save"
      pending={change.isPending}
      error={change.error}
      fields={['thresholdUsd', 'amountUsd']}
      onSubmit={() => change.mutate({ params, body }, { onSuccess: onClose })}
      curl={{ route, params, body }}
    >
      <div className="flex items-center justify-between gap-4">
        <Label htmlFor={id}>Charge the saved card by itself</Label>
        <Switch id={id} checked={enabled} onCheckedChange={setEnabled} />
      </div>
      <Field label="When the balance falls below" error={errorAt(change.error, 'thresholdUsd')}>
        <MoneyInput value={thresholdUsd} onChange={setThreshold} required />
      </Field>
      <Field label="Charge" error={errorAt(change.error, 'amountUsd')}>
        <MoneyInput value={amountUsd} onChange={setAmount} required />
      </Field>
    </FormDialog>
  );
}

/** A rule that was never set says 0. */
function usual(usd: string, otherwise: string): string {
  return parseUsd(usd) === 0n ? otherwise : usd;
}

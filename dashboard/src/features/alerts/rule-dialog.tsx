import type { AlertRule } from '@tollgate/client';
import { useId, useState } from 'react';
import { errorAt, FormDialog } from '@/components/form-dialog.tsx';
import { MoneyInput } from '@/components/money-input.tsx';
import { Field } from '@/components/ui/form.tsx';
import { Input } from '@/components/ui/input.tsx';
import { Label } from '@/components/ui/label.tsx';
import { Switch } from '@/components/ui/switch.tsx';
import { useChange } from '@/lib/api.ts';
import { nameOf } from './rules.ts';

interface RuleDialogProps {
  readonly rule: AlertRule;
  /** Absent: the rule of all. */
  readonly organizationId?: string;
  readonly onClose: () => void;
}

const ofOne = 'PUT /organizations/{organizationId}/alert-rules/{kind}';
const ofAll = 'PUT /alert-rules/{kind}';

export function RuleDialog({ rule, organizationId, onClose }: RuleDialogProps) {
  const { kind } = rule;
  const [percents, setPercents] = useState(rule.percents.join(', '));
  const [amountUsd, setAmount] = useState(rule.amountUsd ?? '');
  const [factor, setFactor] = useState(rule.factor === null ? '' : String(rule.factor));
  const [on, setOn] = useState(!rule.disabled);
  const id = useId();
  const one = useChange(ofOne, ['GET /organizations/{organizationId}/alert-rules']);
  const all = useChange(ofAll, ['GET /alert-rules', 'GET /organizations/{organizationId}/alert-rules']);
  const { error, isPending } = organizationId === undefined ? all : one;
  const numbers = percents
    .split(/[\s,%]+/)
    .filter((part) => part !== '')
    .map(Number);
  const usesPercents = kind === 'budget' || (kind === 'low-balance' && amountUsd === '');
  const body = {
    ...(usesPercents && { percents: numbers }),
    ...(kind !== 'budget' && amountUsd !== '' && { amountUsd }),
    ...(kind === 'anomaly' && { factor: Number(factor) }),
    disabled: !on,
  };
  function submit() {
    const onSuccess = onClose;
    if (organizationId === undefined) all.mutate({ params: { kind }, body }, { onSuccess });
    else if (kind !== 'ledger-drift' && kind !== 'house-overrun') {
      one.mutate({ params: { organizationId, kind }, body }, { onSuccess });
    }
  }
  const at = (field: string) => errorAt(error, field);
  return (
    <FormDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={nameOf(kind)}
      action="Save rule"
      pending={isPending}
      error={error}
      fields={['percents', 'amountUsd', 'factor']}
      onSubmit={submit}
      curl={{
        route: organizationId === undefined ? ofAll : ofOne,
        params: { kind, ...(organizationId !== undefined && { organizationId }) },
        body,
      }}
    >
      <div className="flex items-center justify-between gap-4">
        <Label htmlFor={id}>Tell about it</Label>
        <Switch id={id} checked={on} onCheckedChange={setOn} />
      </div>
      {kind !== 'budget' && (
        <Field
          label={kind === 'low-balance' ? 'Below this balance' : 'At least this much'}
          {...(kind === 'low-balance' && { hint: 'Empty: by a percentage of the last payment.' })}
          error={at('amountUsd')}
        >
          <MoneyInput value={amountUsd} onChange={setAmount} />
        </Field>
      )}
      {(kind === 'budget' || kind === 'low-balance') && (
        <Field
          label={kind === 'budget' ? 'Percents of the limit' : 'Percent of the last payment'}
          hint={kind === 'budget' ? 'Each tells once in a window: 50, 80, 100' : undefined}
          error={at('percents')}
        >
          <Input
            value={percents}
            onChange={(event) => setPercents(event.target.value)}
            disabled={!usesPercents}
            required={usesPercents}
          />
        </Field>
      )}
      {kind === 'anomaly' && (
        <Field label="Times the usual hour" error={at('factor')}>
          <Input inputMode="decimal" value={factor} onChange={(event) => setFactor(event.target.value)} required />
        </Field>
      )}
    </FormDialog>
  );
}

import { useState } from 'react';
import { errorAt, FormDialog } from '@/components/form-dialog.tsx';
import { MoneyInput } from '@/components/money-input.tsx';
import { Field } from '@/components/ui/form.tsx';
import { Input } from '@/components/ui/input.tsx';
import { Select } from '@/components/ui/select.tsx';
import { useChange } from '@/lib/api.ts';

const overages = [
  { value: 'stop', label: 'Requests stop' },
  { value: 'wallet', label: 'The wallet pays' },
  { value: 'invoice', label: 'It goes onto the next invoice' },
] as const;

/** An operator puts a plan on sale. Markups and more limits: by the API. */
export function PlanDialog({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const [monthlyUsd, setMonthly] = useState('');
  const [allowanceUsd, setAllowance] = useState('');
  const [overage, setOverage] = useState<'stop' | 'wallet' | 'invoice'>('wallet');
  const [models, setModels] = useState('');
  const [requests, setRequests] = useState('');
  const create = useChange('POST /plans', ['GET /plans']);
  const patterns = models.split(/[\s,]+/).filter((pattern) => pattern !== '');
  const body = {
    name,
    monthlyUsd,
    allowanceUsd,
    overage,
    ...(patterns.length > 0 && { models: patterns }),
    ...(requests !== '' && { limits: { requestsPerMinute: Number(requests) } }),
  };
  const at = (field: string) => errorAt(create.error, field);
  return (
    <FormDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="New plan"
      description="What it says never changes. One of the same name that is for sale ends; whoever has it keeps it."
      action="Sell plan"
      pending={create.isPending}
      error={create.error}
      fields={['name', 'monthlyUsd', 'allowanceUsd', 'overage', 'models', 'limits']}
      onSubmit={() => create.mutate({ body }, { onSuccess: onClose })}
      curl={{ route: 'POST /plans', body }}
    >
      <Field label="Name" error={at('name')}>
        <Input value={name} onChange={(event) => setName(event.target.value)} required maxLength={100} />
      </Field>
      <div className="grid grid-cols-2 gap-4">
        <Field label="Price of a month" hint="In whole cents; 0: free." error={at('monthlyUsd')}>
          <MoneyInput value={monthlyUsd} onChange={setMonthly} required />
        </Field>
        <Field label="Usage included" hint="Credit that ends with the month." error={at('allowanceUsd')}>
          <MoneyInput value={allowanceUsd} onChange={setAllowance} required />
        </Field>
      </div>
      <Field label="When that is used up" error={at('overage')}>
        <Select items={overages} value={overage} onChange={setOverage} />
      </Field>
      <Field
        label="Models"
        hint="Patterns with commas between them, such as openai/*. Empty: all."
        error={at('models')}
      >
        <Input value={models} onChange={(event) => setModels(event.target.value)} />
      </Field>
      <Field label="Requests a minute" hint="Of all keys together. Empty: no limit." error={at('limits')}>
        <Input
          inputMode="numeric"
          pattern="\d*"
          value={requests}
          onChange={(event) => setRequests(event.target.value)}
        />
      </Field>
    </FormDialog>
  );
}

import type { Budget } from '@tollgate/client';
import { useState } from 'react';
import { errorAt, FormDialog } from '@/components/form-dialog.tsx';
import { MoneyInput } from '@/components/money-input.tsx';
import { Field } from '@/components/ui/form.tsx';
import { Input } from '@/components/ui/input.tsx';
import { Select } from '@/components/ui/select.tsx';
import { useChange } from '@/lib/api.ts';
import { actions, owners, units, windows } from './budgets.ts';

interface BudgetDialogProps {
  readonly organizationId: string;
  /** Absent: a new one. Whose it is and what it counts never changes. */
  readonly budget?: Budget;
  readonly onClose: () => void;
}

const blank = {
  owner: 'key',
  ownerName: '',
  unit: 'usd',
  window: 'month',
  limit: '',
  action: 'refuse',
  switchTo: '',
} as const;
type Draft = Pick<Budget, 'owner' | 'ownerName' | 'unit' | 'window' | 'limit' | 'action'> & {
  readonly switchTo: string;
};

export function BudgetDialog({ organizationId, budget, onClose }: BudgetDialogProps) {
  const [draft, setDraft] = useState<Draft>(budget ? { ...budget, switchTo: budget.switchTo ?? '' } : blank);
  const create = useChange('POST /budgets', ['GET /budgets']);
  const change = useChange('PATCH /budgets/{budgetId}', ['GET /budgets']);
  const set = (part: Partial<Draft>) => setDraft({ ...draft, ...part });
  const { owner, ownerName, unit, window, limit, action, switchTo } = draft;
  const { error, isPending } = budget ? change : create;
  const rule = { limit, action, ...(action === 'switch' && { switchTo }) };
  const body = { organizationId, owner, ...(owner !== 'organization' && { ownerName }), unit, window, ...rule };
  const at = (field: string) => errorAt(error, field);
  function submit() {
    const onSuccess = onClose;
    if (budget) change.mutate({ params: { budgetId: budget.id }, body: rule }, { onSuccess });
    else create.mutate({ body }, { onSuccess });
  }
  return (
    <FormDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={budget ? 'Change the budget' : 'New budget'}
      description="A new limit holds everywhere within a second, for the present window too."
      action={budget ? 'Save' : 'Create budget'}
      pending={isPending}
      error={error}
      fields={['owner', 'ownerName', 'unit', 'window', 'limit', 'action', 'switchTo']}
      onSubmit={submit}
      curl={
        budget
          ? { route: 'PATCH /budgets/{budgetId}', params: { budgetId: budget.id }, body: rule }
          : { route: 'POST /budgets', body }
      }
    >
      {budget === undefined && (
        <>
          <Field label="Whose" error={at('owner')}>
            <Select items={owners} value={owner} onChange={(value) => set({ owner: value })} />
          </Field>
          {owner !== 'organization' && (
            <Field label={owner === 'tag' ? 'Tag' : `Name or id of the ${owner}`} error={at('ownerName')}>
              <Input value={ownerName} onChange={(event) => set({ ownerName: event.target.value })} required />
            </Field>
          )}
          <div className="grid grid-cols-2 gap-4">
            <Field label="What is counted" error={at('unit')}>
              <Select items={units} value={unit} onChange={(value) => set({ unit: value })} />
            </Field>
            <Field label="Window" error={at('window')}>
              <Select items={windows} value={window} onChange={(value) => set({ window: value })} />
            </Field>
          </div>
        </>
      )}
      <Field label="Limit" error={at('limit')}>
        {unit === 'usd' ? (
          <MoneyInput value={limit} onChange={(value) => set({ limit: value })} required />
        ) : (
          <Input
            inputMode="numeric"
            value={limit}
            onChange={(event) => set({ limit: event.target.value.replaceAll(/[\s,]/g, '') })}
            required
          />
        )}
      </Field>
      <Field label="When it is used up" error={at('action')}>
        <Select items={actions} value={action} onChange={(value) => set({ action: value })} />
      </Field>
      {action === 'switch' && (
        <Field label="Route that takes over" error={at('switchTo')}>
          <Input value={switchTo} onChange={(event) => set({ switchTo: event.target.value })} required />
        </Field>
      )}
    </FormDialog>
  );
}

import { useNavigate } from '@tanstack/react-router';
import type { Organization } from '@tollgate/client';
import { useId, useState } from 'react';
import { errorAt, FormDialog } from '@/components/form-dialog.tsx';
import { Field } from '@/components/ui/form.tsx';
import { Input } from '@/components/ui/input.tsx';
import { Label } from '@/components/ui/label.tsx';
import { Select } from '@/components/ui/select.tsx';
import { Switch } from '@/components/ui/switch.tsx';
import { useChange } from '@/lib/api.ts';

const billings = [
  { value: 'metered', label: 'Later: everything is counted and billed' },
  { value: 'prepaid', label: 'From the wallet, as far as it reaches' },
] as const;

const create = 'POST /organizations';
const update = 'PATCH /organizations/{organizationId}';
const stale = ['GET /organizations', 'GET /organizations/{organizationId}'] as const;

/** A new customer, or what can be changed of one. */
export function OrganizationDialog({ organization, onClose }: { organization?: Organization; onClose: () => void }) {
  const [name, setName] = useState(organization?.name ?? '');
  const [billing, setBilling] = useState<'metered' | 'prepaid'>(
    organization?.billing === 'metered' ? 'metered' : 'prepaid',
  );
  const [timeZone, setTimeZone] = useState(organization?.timeZone ?? 'UTC');
  const [enabled, setEnabled] = useState(organization?.disabled !== true);
  const making = useChange(create, stale);
  const changing = useChange(update, stale);
  const navigate = useNavigate();
  const id = useId();
  const onPlan = organization?.billing === 'plan';
  const { error, isPending } = organization ? changing : making;
  const terms = { timeZone, ...(!onPlan && { billing }) };
  const body = organization ? { name, disabled: !enabled, ...terms } : { name };
  async function submit() {
    if (organization) {
      const params = { organizationId: organization.id };
      return changing.mutate({ params, body: { name, disabled: !enabled, ...terms } }, { onSuccess: onClose });
    }
    const made = await making.mutateAsync({ body: { name } });
    await changing.mutateAsync({ params: { organizationId: made.id }, body: terms });
    await navigate({ to: '/wallet', search: { org: made.id } });
  }
  const at = (field: string) => errorAt(error, field);
  return (
    <FormDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={organization ? `Change ${organization.name}` : 'New customer'}
      action={organization ? 'Save' : 'Create customer'}
      pending={isPending}
      error={error ?? changing.error}
      fields={['name', 'billing', 'timeZone']}
      onSubmit={() => void submit().catch(() => {})}
      curl={
        organization ? { route: update, params: { organizationId: organization.id }, body } : { route: create, body }
      }
    >
      <Field label="Name" error={at('name')}>
        <Input value={name} onChange={(event) => setName(event.target.value)} required maxLength={100} />
      </Field>
      {!onPlan && (
        <Field label="How it pays" error={at('billing')}>
          <Select items={billings} value={billing} onChange={setBilling} />
        </Field>
      )}
      <Field label="Time zone" hint="Days and months begin by it: Europe/Berlin" error={at('timeZone')}>
        <Input value={timeZone} onChange={(event) => setTimeZone(event.target.value)} required />
      </Field>
      {organization !== undefined && (
        <div className="flex items-center justify-between gap-4">
          <Label htmlFor={id}>
            Enabled
            <span className="block text-xs font-normal text-muted-foreground">
              While it is not, none of its keys is valid: all its requests fail with 401.
            </span>
          </Label>
          <Switch id={id} checked={enabled} onCheckedChange={setEnabled} />
        </div>
      )}
    </FormDialog>
  );
}

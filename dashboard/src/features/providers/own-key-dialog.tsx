import type { Vendor } from '@tollgate/client';
import { useId, useState } from 'react';
import { errorAt, FormDialog } from '@/components/form-dialog.tsx';
import { Field } from '@/components/ui/form.tsx';
import { Label } from '@/components/ui/label.tsx';
import { Switch } from '@/components/ui/switch.tsx';
import { useAsk, useChange } from '@/lib/api.ts';
import { accountAt, testBody, withoutSecret } from './account.ts';
import { AccountFields } from './account-fields.tsx';
import { VendorPicker } from './vendor-picker.tsx';

const route = 'PUT /organizations/{organizationId}/provider-keys/{provider}';

interface Props {
  readonly organizationId: string;
  readonly onClose: () => void;
}

export function OwnKeyDialog(props: Props) {
  const vendors = useAsk('GET /vendors');
  // A server at an address of its own is the operator's to name.
  const offered = vendors.data?.data.filter(({ baseUrl, selfHosted }) => baseUrl !== null && !selfHosted) ?? [];
  const [first] = offered;
  return first === undefined ? null : <Form {...props} vendors={offered} first={first} />;
}

function Form({ organizationId, onClose, vendors, first }: Props & { vendors: readonly Vendor[]; first: Vendor }) {
  const [account, setAccount] = useState(accountAt(first));
  const [fallback, setFallback] = useState(false);
  const id = useId();
  const save = useChange(route, ['GET /organizations/{organizationId}/provider-keys']);
  const { vendor: provider, settings, apiKey = '' } = testBody(account);
  const body = { apiKey, fallback, ...(settings && { settings }) };
  const params = { organizationId, provider };
  return (
    <FormDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Add a key of your own"
      description="Your requests use it within a second. Nobody else’s ever do."
      action="Add key"
      pending={save.isPending}
      error={save.error}
      fields={['provider', 'apiKey', ...account.vendor.settings.map(({ name }) => `settings.${name}`)]}
      onSubmit={() => save.mutate({ params, body }, { onSuccess: onClose })}
      curl={{ route, params, body: withoutSecret(body) }}
    >
      <Field label="Provider" error={errorAt(save.error, 'provider')}>
        <VendorPicker vendors={vendors} value={account.vendor} onChoose={(chosen) => setAccount(accountAt(chosen))} />
      </Field>
      <AccountFields
        account={account}
        onChange={(part) => setAccount({ ...account, ...part })}
        error={save.error}
        mayNameAddress={false}
      />
      <div className="flex items-center justify-between gap-4">
        <Label htmlFor={id}>Where it fails, use the installation’s key</Label>
        <Switch id={id} checked={fallback} onCheckedChange={setFallback} />
      </div>
    </FormDialog>
  );
}

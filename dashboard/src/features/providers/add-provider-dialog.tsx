import type { Vendor } from '@tollgate/client';
import { useState } from 'react';
import { errorAt, FormDialog } from '@/components/form-dialog.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Field } from '@/components/ui/form.tsx';
import { Input } from '@/components/ui/input.tsx';
import { Textarea } from '@/components/ui/textarea.tsx';
import { useAsk, useChange } from '@/lib/api.ts';
import { accountAt, needsAddress, providerBody, testBody, withoutSecret } from './account.ts';
import { AccountFields } from './account-fields.tsx';
import { VendorPicker } from './vendor-picker.tsx';
import { VerdictLine } from './verdict-line.tsx';

const route = 'POST /providers';

export function AddProviderDialog({ onClose }: { onClose: () => void }) {
  const vendors = useAsk('GET /vendors');
  const providers = useAsk('GET /providers');
  const [first] = vendors.data?.data ?? [];
  if (first === undefined || providers.data === undefined) return null;
  const taken = providers.data.data.map(({ name }) => name);
  return <Form vendors={vendors.data?.data ?? []} taken={taken} first={first} onClose={onClose} />;
}

interface FormProps {
  readonly vendors: readonly Vendor[];
  readonly taken: readonly string[];
  readonly first: Vendor;
  readonly onClose: () => void;
}

function Form({ vendors, taken, first, onClose }: FormProps) {
  const [account, setAccount] = useState(accountAt(first, taken));
  const create = useChange(route, ['GET /providers', 'GET /models']);
  const test = useChange('POST /providers/test');
  const error = create.error ?? test.error;
  const { vendor, name, models } = account;
  const body = providerBody(account);
  function change(part: Partial<typeof account>) {
    test.reset();
    setAccount({ ...account, ...part });
  }
  return (
    <FormDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Add a provider"
      description="Every instance asks it within a second."
      action="Add provider"
      pending={create.isPending}
      error={error}
      fields={[
        'name',
        'vendor',
        'apiKey',
        'baseUrl',
        'models',
        ...vendor.settings.map((each) => `settings.${each.name}`),
      ]}
      onSubmit={() => create.mutate({ body }, { onSuccess: onClose })}
      curl={{ route, body: withoutSecret(body) }}
    >
      <Field label="Provider" error={errorAt(error, 'vendor')}>
        <VendorPicker vendors={vendors} value={vendor} onChoose={(chosen) => change(accountAt(chosen, taken))} />
      </Field>
      <Field label="Name" hint={`Callers write ${name || 'name'}/model.`} error={errorAt(error, 'name')}>
        <Input value={name} onChange={(event) => change({ name: event.target.value })} required />
      </Field>
      <AccountFields account={account} onChange={change} error={error} />
      {needsAddress(vendor) && (
        <Field label="Models" hint="Names of the models it serves, one on a line." error={errorAt(error, 'models')}>
          <Textarea value={models} onChange={(event) => change({ models: event.target.value })} rows={2} />
        </Field>
      )}
      <div className="flex flex-col gap-2">
        <Button
          variant="outline"
          className="w-fit"
          disabled={test.isPending}
          onClick={() => test.mutate({ body: testBody(account) })}
        >
          {test.isPending ? 'Testing …' : 'Test connection'}
        </Button>
        {test.data && <VerdictLine verdict={test.data} />}
      </div>
    </FormDialog>
  );
}

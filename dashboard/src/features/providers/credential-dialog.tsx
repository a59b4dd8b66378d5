import type { ProviderCredential } from '@tollgate/client';
import { useState } from 'react';
import { errorAt, FormDialog } from '@/components/form-dialog.tsx';
import { Field } from '@/components/ui/form.tsx';
import { Input } from '@/components/ui/input.tsx';
import { useChange } from '@/lib/api.ts';
import { withoutSecret } from './account.ts';

const add = 'POST /providers/{providerName}/credentials';
const change = 'PATCH /providers/{providerName}/credentials/{credentialId}';

/** A further credential, or what of one is to be another. An empty key stays as it is. */
export function CredentialDialog({
  provider,
  credential,
  onClose,
}: {
  provider: string;
  credential?: ProviderCredential;
  onClose: () => void;
}) {
  const [name, setName] = useState(credential?.name ?? '');
  const [apiKey, setKey] = useState('');
  const [weight, setWeight] = useState(String(credential?.weight ?? 1));
  const [priority, setPriority] = useState(String(credential?.priority ?? 0));
  const [baseUrl, setAddress] = useState(credential?.baseUrl ?? '');
  const adding = useChange(add, ['GET /providers']);
  const changing = useChange(change, ['GET /providers']);
  const error = adding.error ?? changing.error;
  const body = {
    ...(name !== '' && { name }),
    ...(apiKey !== '' && { apiKey: apiKey.trim() }),
    weight: Number(weight),
    priority: Number(priority),
    ...((baseUrl !== '' || credential !== undefined) && { baseUrl: baseUrl === '' ? null : baseUrl.trim() }),
  };
  const params = { providerName: provider, ...(credential !== undefined && { credentialId: credential.id }) };
  function submit() {
    const done = { onSuccess: onClose };
    if (credential === undefined) adding.mutate({ params: { providerName: provider }, body }, done);
    else changing.mutate({ params: { providerName: provider, credentialId: credential.id }, body }, done);
  }
  return (
    <FormDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={credential === undefined ? `Add a key for ${provider}` : `Change ${credential.name} of ${provider}`}
      description="Keys of the lowest priority share the requests by their weights; the next ones stand in where those fail or are out of quota."
      action={credential === undefined ? 'Add key' : 'Save'}
      pending={adding.isPending || changing.isPending}
      error={error}
      fields={['name', 'apiKey', 'weight', 'priority', 'baseUrl']}
      onSubmit={submit}
      curl={{ route: credential === undefined ? add : change, params, body: withoutSecret(body) }}
    >
      <Field
        label={credential === undefined ? 'API key' : 'New API key (optional)'}
        hint={
          credential === undefined
            ? 'Kept sealed, and never shown again.'
            : 'Requests under way end with the old key; new ones use this one within a second.'
        }
        error={errorAt(error, 'apiKey')}
      >
        <Input
          type="password"
          autoComplete="off"
          spellCheck={false}
          value={apiKey}
          onChange={(event) => setKey(event.target.value)}
        />
      </Field>
      <Field label="Name (optional)" hint="For people: account 2." error={errorAt(error, 'name')}>
        <Input value={name} onChange={(event) => setName(event.target.value)} maxLength={64} />
      </Field>
      <div className="grid grid-cols-2 gap-4">
        <Field label="Weight" error={errorAt(error, 'weight')}>
          <Input type="number" min={1} max={1000} value={weight} onChange={(event) => setWeight(event.target.value)} />
        </Field>
        <Field label="Priority" hint="Lower is asked first." error={errorAt(error, 'priority')}>
          <Input
            type="number"
            min={0}
            max={1000}
            value={priority}
            onChange={(event) => setPriority(event.target.value)}
          />
        </Field>
      </div>
      <Field label="Another address (optional)" error={errorAt(error, 'baseUrl')}>
        <Input type="url" value={baseUrl} onChange={(event) => setAddress(event.target.value)} />
      </Field>
    </FormDialog>
  );
}

import type { Vendor } from '@tollgate/client';
import { useState } from 'react';
import { ErrorState } from '@/components/error-state.tsx';
import { errorAt } from '@/components/form-dialog.tsx';
import { Segments } from '@/components/segments.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Field } from '@/components/ui/form.tsx';
import { useAsk, useChange } from '@/lib/api.ts';
import { useMay } from '@/lib/session.ts';
import { accountAt, providerBody, testBody } from '../providers/account.ts';
import { AccountFields } from '../providers/account-fields.tsx';
import { VendorPicker } from '../providers/vendor-picker.tsx';
import { VerdictLine } from '../providers/verdict-line.tsx';
import { Step } from './step.tsx';

/** Who answers: the mock, a provider that is there, or a new one. */
export function ProviderStep({ provider, onChoose }: { provider: string; onChoose: (name: string) => void }) {
  const mayAdd = useMay('POST /providers');
  const providers = useAsk('GET /providers', undefined, { enabled: mayAdd });
  const names = providers.data?.data.filter(({ isOn }) => isOn).map(({ name }) => name) ?? [];
  const items = [
    { value: 'mock', label: 'Built-in mock' },
    ...names.slice(0, 6).map((name) => ({ value: name, label: name })),
    ...(mayAdd ? [{ value: 'new', label: 'Add a provider' }] : []),
  ];
  const isNew = provider === 'new';
  return (
    <Step number={1} title="Who answers?" isDone={!isNew}>
      <Segments label="Who answers" items={items} value={provider} onChange={onChoose} />
      {provider === 'mock' && (
        <p className="text-muted-foreground">
          It repeats what it is told, at pretended prices, and needs no key of anybody’s.
        </p>
      )}
      {isNew && mayAdd && <NewProvider taken={names} onMade={onChoose} />}
    </Step>
  );
}

function NewProvider(props: { taken: readonly string[]; onMade: (name: string) => void }) {
  const vendors = useAsk('GET /vendors');
  const [first] = vendors.data?.data ?? [];
  if (vendors.error) return <ErrorState error={vendors.error} onRetry={vendors.refetch} />;
  return first === undefined ? null : <NewForm {...props} first={first} vendors={vendors.data?.data ?? []} />;
}

interface NewFormProps {
  readonly taken: readonly string[];
  readonly first: Vendor;
  readonly vendors: readonly Vendor[];
  readonly onMade: (name: string) => void;
}

/** Tested before it is kept: a wrong key is seen here, not at the first request. */
function NewForm({ taken, first, vendors, onMade }: NewFormProps) {
  const [account, setAccount] = useState(accountAt(first, taken));
  const test = useChange('POST /providers/test');
  const create = useChange('POST /providers', ['GET /providers', 'GET /models']);
  const error = create.error ?? test.error;
  const isKept = () => create.mutate({ body: providerBody(account) }, { onSuccess: ({ name }) => onMade(name) });
  function change(part: Partial<typeof account>) {
    test.reset();
    setAccount({ ...account, ...part });
  }
  return (
    <form
      className="flex max-w-md flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        test.mutate({ body: testBody(account) }, { onSuccess: ({ ok }) => ok && isKept() });
      }}
    >
      <Field label="Provider" error={errorAt(error, 'vendor')}>
        <VendorPicker
          vendors={vendors}
          value={account.vendor}
          onChoose={(chosen) => change(accountAt(chosen, taken))}
        />
      </Field>
      <AccountFields account={account} onChange={change} error={error} />
      {error !== null && error.path === undefined && <ErrorState error={error} />}
      {test.data && <VerdictLine verdict={test.data} />}
      <div className="flex flex-wrap gap-2">
        <Button type="submit" disabled={test.isPending || create.isPending}>
          {test.isPending ? 'Testing …' : 'Test and add'}
        </Button>
        {test.data?.ok === false && (
          <Button variant="outline" disabled={create.isPending} onClick={isKept}>
            Add it all the same
          </Button>
        )}
      </div>
    </form>
  );
}

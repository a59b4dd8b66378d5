import type { Provider } from '@tollgate/client';
import { useState } from 'react';
import { Badge } from '@/components/ui/badge.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Card, CardFooter, CardHeader, CardTitle } from '@/components/ui/card.tsx';
import { useChange } from '@/lib/api.ts';
import { formatCount } from '@/lib/format.ts';
import { CredentialDialog } from './credential-dialog.tsx';
import { CredentialRow } from './credential-row.tsx';
import { ProviderActions } from './provider-actions.tsx';
import { verdictsOf } from './verdict.ts';

/** One provider: where it is, whether it is on, and each of its credentials. */
export function ProviderCard({ provider }: { provider: Provider }) {
  const [adding, setAdding] = useState(false);
  const test = useChange('POST /providers/{providerName}/test');
  const verdicts = verdictsOf(test.data?.data);
  const { name, vendorName, address, modelCount, credentials, source } = provider;
  return (
    <Card>
      <CardHeader className="items-center pb-3">
        <div className="min-w-0">
          <CardTitle className="flex flex-wrap items-center gap-2">
            {name}
            <State provider={provider} />
            {source === 'file' && <Badge variant="outline">configuration file</Badge>}
          </CardTitle>
          <p className="mt-0.5 truncate text-xs text-muted-foreground">
            {vendorName === name ? '' : `${vendorName} · `}
            <span className="font-mono">{address}</span>
            {modelCount > 0 && ` · ${formatCount(modelCount)} models`}
          </p>
        </div>
        <Button
          variant="outline"
          size="sm"
          disabled={test.isPending}
          onClick={() => test.mutate({ params: { providerName: name } })}
        >
          {test.isPending ? 'Testing …' : 'Test connection'}
        </Button>
      </CardHeader>
      <ul className="divide-y border-t">
        {credentials.map((credential) => (
          <CredentialRow key={credential.id} credential={credential} verdict={verdicts.get(credential.id)} />
        ))}
        {credentials.length === 0 && (
          <li className="px-4 py-3 text-muted-foreground">
            {provider.isOn ? 'It is asked without a key.' : 'It has no key yet, so it is not asked.'}
          </li>
        )}
      </ul>
      {test.error && <p className="border-t px-4 py-2 text-bad">{test.error.message}</p>}
      <CardFooter className="flex-wrap">
        <Button variant="ghost" size="sm" onClick={() => setAdding(true)}>
          Add a key
        </Button>
        {source === 'api' && <ProviderActions provider={provider} />}
      </CardFooter>
      {adding && <CredentialDialog provider={name} onClose={() => setAdding(false)} />}
    </Card>
  );
}

function State({ provider: { enabled, isOn, credentials } }: { provider: Provider }) {
  if (!enabled) return <Badge>off</Badge>;
  if (!isOn) return <Badge variant="warning">no key</Badge>;
  const known = credentials.filter((each) => each.enabled && each.health !== null);
  const ill = known.filter(({ health }) => health?.state === 'ejected');
  if (known.length > 0 && ill.length === known.length) return <Badge variant="bad">failing</Badge>;
  if (ill.length > 0) return <Badge variant="warning">partly failing</Badge>;
  return <Badge variant="good">on</Badge>;
}

import { type FormEvent, useState } from 'react';
import { ErrorState } from '@/components/error-state.tsx';
import { errorAt } from '@/components/form-dialog.tsx';
import { SecretOnce } from '@/components/secret-once.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from '@/components/ui/card.tsx';
import { Field } from '@/components/ui/form.tsx';
import { Input } from '@/components/ui/input.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { useAsk, useChange } from '@/lib/api.ts';
import { useMay } from '@/lib/session.ts';
import { EndpointRow } from './endpoint-row.tsx';

/** Programs that are told. Without an organization: those of the operators, which get all alerts. */
export function EndpointsCard({ organizationId }: { organizationId?: string }) {
  const endpoints = useAsk('GET /webhook-endpoints');
  const create = useChange('POST /webhook-endpoints', ['GET /webhook-endpoints']);
  const mayCreate = useMay('POST /webhook-endpoints');
  const [url, setUrl] = useState('');
  const [secret, setSecret] = useState<string>();
  if (endpoints.error) return <ErrorState error={endpoints.error} onRetry={endpoints.refetch} />;
  if (endpoints.data === undefined) return <Skeleton className="h-40 rounded-lg" />;
  const owned = endpoints.data.data.filter((each) => each.organizationId === (organizationId ?? null));
  function add(event: FormEvent) {
    event.preventDefault();
    const body = { url, ...(organizationId !== undefined && { organizationId }) };
    create.mutate(
      { body },
      {
        onSuccess: (made) => {
          setUrl('');
          setSecret(made.secret);
        },
      },
    );
  }
  return (
    <Card>
      <CardHeader>
        <CardTitle>Webhooks</CardTitle>
      </CardHeader>
      <CardContent className="flex flex-col gap-3">
        <CardDescription>
          Alerts are posted as JSON, signed as{' '}
          <a
            className="text-primary underline"
            href="https://www.standardwebhooks.com"
            rel="noreferrer"
            target="_blank"
          >
            Standard Webhooks
          </a>{' '}
          says, and tried again when nobody answers.
        </CardDescription>
        {owned.length > 0 && (
          <ul className="divide-y rounded-md border">
            {owned.map((endpoint) => (
              <EndpointRow key={endpoint.id} endpoint={endpoint} onSecret={setSecret} />
            ))}
          </ul>
        )}
        {mayCreate && (
          <form onSubmit={add} className="flex max-w-xl items-end gap-2">
            <Field
              label="Another address"
              className="flex-1"
              error={errorAt(create.error, 'url') ?? create.error?.message}
            >
              <Input
                type="url"
                placeholder="https://example.com/tollgate"
                value={url}
                onChange={(event) => setUrl(event.target.value)}
                required
              />
            </Field>
            <Button type="submit" variant="outline" disabled={create.isPending}>
              Add
            </Button>
          </form>
        )}
      </CardContent>
      <SecretOnce
        secret={secret}
        title="The signing secret of this webhook"
        what="signing secret"
        onDone={() => setSecret(undefined)}
      />
    </Card>
  );
}

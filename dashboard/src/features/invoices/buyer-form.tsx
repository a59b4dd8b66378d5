import type { Buyer } from '@tollgate/client';
import { type FormEvent, useState } from 'react';
import { ErrorState } from '@/components/error-state.tsx';
import { errorAt } from '@/components/form-dialog.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Card, CardContent } from '@/components/ui/card.tsx';
import { Field } from '@/components/ui/form.tsx';
import { Input } from '@/components/ui/input.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { Textarea } from '@/components/ui/textarea.tsx';
import { toast } from '@/components/ui/toast.tsx';
import { useAsk, useChange } from '@/lib/api.ts';
import { useMay } from '@/lib/session.ts';
import { linesOf } from './lines.ts';

const read = 'GET /organizations/{organizationId}/billing-details';

/** What the next invoices say of the customer. */
export function BuyerForm({ organizationId }: { organizationId: string }) {
  const buyer = useAsk(read, { params: { organizationId } });
  if (buyer.error) return <ErrorState error={buyer.error} onRetry={buyer.refetch} />;
  if (buyer.data === undefined) return <Skeleton className="h-72 max-w-xl rounded-lg" />;
  return <Form key={organizationId} organizationId={organizationId} buyer={buyer.data} />;
}

function Form({ organizationId, buyer }: { organizationId: string; buyer: Buyer }) {
  const [name, setName] = useState(buyer.details.name ?? '');
  const [address, setAddress] = useState(buyer.details.address?.join('\n') ?? '');
  const [taxId, setTaxId] = useState(buyer.details.taxId ?? '');
  const [email, setEmail] = useState(buyer.details.email ?? '');
  const change = useChange('PUT /organizations/{organizationId}/billing-details', [read]);
  const mayChange = useMay('PUT /organizations/{organizationId}/billing-details');
  const lines = linesOf(address);
  const body = {
    ...(name !== '' && { name }),
    ...(lines.length > 0 && { address: lines }),
    ...(taxId !== '' && { taxId }),
    ...(email !== '' && { email }),
  };
  function save(event: FormEvent) {
    event.preventDefault();
    change.mutate({ params: { organizationId }, body }, { onSuccess: () => toast.done('Billing details saved') });
  }
  const at = (field: string) => errorAt(change.error, field);
  return (
    <Card className="max-w-xl">
      <CardContent>
        <form onSubmit={save}>
          <fieldset disabled={!mayChange} className="flex flex-col gap-4">
            <Field label="Name" error={at('name')}>
              <Input value={name} onChange={(event) => setName(event.target.value)} autoComplete="organization" />
            </Field>
            <Field label="Address" error={at('address')}>
              <Textarea
                value={address}
                onChange={(event) => setAddress(event.target.value)}
                autoComplete="street-address"
              />
            </Field>
            <Field label="Tax number" hint="VAT number or the like." error={at('taxId')}>
              <Input value={taxId} onChange={(event) => setTaxId(event.target.value)} />
            </Field>
            <Field label="E-mail" error={at('email')}>
              <Input
                type="email"
                value={email}
                onChange={(event) => setEmail(event.target.value)}
                autoComplete="email"
              />
            </Field>
            <p className="text-muted-foreground">
              Tax: {buyer.reverseCharge ? 'the customer owes it' : taxWords(buyer.taxBasisPoints)}. The operator sets
              it.
            </p>
            {change.error && change.error.path === undefined && <ErrorState error={change.error} />}
            {mayChange && (
              <Button type="submit" className="self-start" disabled={change.isPending}>
                Save
              </Button>
            )}
          </fieldset>
        </form>
      </CardContent>
    </Card>
  );
}

function taxWords(basisPoints: number | null): string {
  return basisPoints === null ? 'the seller’s usual rate' : `${basisPoints / 100}%`;
}

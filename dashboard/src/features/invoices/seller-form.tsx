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
import { linesOf } from './lines.ts';

/** Who sells: until an operator has said it, which the API tells by a conflict, months do not become invoices. */
export function SellerForm() {
  const seller = useAsk('GET /invoice-seller');
  if (seller.error && seller.error.status !== 409) return <ErrorState error={seller.error} onRetry={seller.refetch} />;
  // Asked again after a conflict, it is as if it had never been asked: what is being typed must stay.
  const isAsked = seller.data !== undefined || seller.errorUpdateCount > 0;
  if (!isAsked) return <Skeleton className="h-96 max-w-xl rounded-lg" />;
  return <Form {...(seller.data !== undefined && { seller: seller.data })} />;
}

const percentPattern = String.raw`\d{1,2}(\.\d{1,2})?`;

interface Seller {
  readonly details: {
    readonly name: string;
    readonly address?: readonly string[];
    readonly taxId?: string;
    readonly email?: string;
    readonly footer?: readonly string[];
  };
  readonly taxBasisPoints: number;
  readonly paymentDays: number;
}

function Form({ seller }: { seller?: Seller }) {
  const { details, taxBasisPoints = 0, paymentDays = 14 } = seller ?? {};
  const [name, setName] = useState(details?.name ?? '');
  const [address, setAddress] = useState(details?.address?.join('\n') ?? '');
  const [taxId, setTaxId] = useState(details?.taxId ?? '');
  const [footer, setFooter] = useState(details?.footer?.join('\n') ?? '');
  const [percent, setPercent] = useState(String(taxBasisPoints / 100));
  const [days, setDays] = useState(String(paymentDays));
  const change = useChange('PUT /invoice-seller', ['GET /invoice-seller', 'GET /invoices']);
  const at = (field: string) => errorAt(change.error, field);
  function save(event: FormEvent) {
    event.preventDefault();
    const { address: _address, taxId: _taxId, footer: _footer, ...kept } = details ?? { name };
    const body = {
      details: {
        ...kept,
        name,
        ...(linesOf(address).length > 0 && { address: linesOf(address) }),
        ...(taxId !== '' && { taxId }),
        ...(linesOf(footer).length > 0 && { footer: linesOf(footer) }),
      },
      taxBasisPoints: Math.round(Number(percent) * 100),
      paymentDays: Number(days),
    };
    change.mutate({ body }, { onSuccess: () => toast.done('Seller saved') });
  }
  return (
    <Card className="max-w-xl">
      <CardContent>
        <form onSubmit={save} className="flex flex-col gap-4">
          <p className="text-muted-foreground">
            What invoices say of you. As soon as it is saved, all months that are over become invoices.
          </p>
          <Field label="Name" error={at('details.name')}>
            <Input value={name} onChange={(event) => setName(event.target.value)} required />
          </Field>
          <Field label="Address" error={at('details.address')}>
            <Textarea value={address} onChange={(event) => setAddress(event.target.value)} />
          </Field>
          <Field label="Tax number" error={at('details.taxId')}>
            <Input value={taxId} onChange={(event) => setTaxId(event.target.value)} />
          </Field>
          <div className="grid grid-cols-2 gap-4">
            <Field label="Tax in percent" error={at('taxBasisPoints')}>
              <Input
                inputMode="decimal"
                pattern={percentPattern}
                value={percent}
                onChange={(event) => setPercent(event.target.value)}
                required
              />
            </Field>
            <Field label="Days to pay" error={at('paymentDays')}>
              <Input
                inputMode="numeric"
                pattern="\d+"
                value={days}
                onChange={(event) => setDays(event.target.value)}
                required
              />
            </Field>
          </div>
          <Field label="Foot of each page" hint="Where to pay to, for example." error={at('details.footer')}>
            <Textarea value={footer} onChange={(event) => setFooter(event.target.value)} />
          </Field>
          {change.error && change.error.path === undefined && <ErrorState error={change.error} />}
          <Button type="submit" className="self-start" disabled={change.isPending}>
            Save
          </Button>
        </form>
      </CardContent>
    </Card>
  );
}

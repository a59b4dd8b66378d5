import type { Invoice } from '@tollgate/client';
import { useState } from 'react';
import { errorAt, FormDialog } from '@/components/form-dialog.tsx';
import { MoneyInput } from '@/components/money-input.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Field } from '@/components/ui/form.tsx';
import { Input } from '@/components/ui/input.tsx';
import { toast } from '@/components/ui/toast.tsx';
import { useChange } from '@/lib/api.ts';
import { useMay } from '@/lib/session.ts';
import { staleByInvoice } from './invoice-looks.ts';

/** Paying it by the saved card; for operators: saying that it was paid, and taking it back. */
export function InvoiceActions({ invoice }: { invoice: Invoice }) {
  const [open, setOpen] = useState<'pay' | 'credit'>();
  const mayCollect = useMay('POST /invoices/{invoiceId}/collect');
  const mayPay = useMay('POST /invoices/{invoiceId}/pay');
  const mayCredit = useMay('POST /invoices/{invoiceId}/credit-notes');
  const collect = useChange('POST /invoices/{invoiceId}/collect', staleByInvoice);
  const params = { invoiceId: invoice.id };
  function charge() {
    collect.mutate(
      { params },
      {
        onSuccess: ({ state, reason }) =>
          state === 'failed'
            ? toast.failed('The card was not charged', reason)
            : toast.done('The card is being charged'),
        onError: (error) => toast.failed(error.message, error.remedy),
      },
    );
  }
  const close = () => setOpen(undefined);
  return (
    <>
      {mayCredit && invoice.status !== 'void' && (
        <Button variant="outline" onClick={() => setOpen('credit')}>
          Credit note …
        </Button>
      )}
      {mayPay && invoice.status === 'open' && (
        <Button variant="outline" onClick={() => setOpen('pay')}>
          Record payment …
        </Button>
      )}
      {mayCollect && invoice.status === 'open' && (
        <Button disabled={collect.isPending} onClick={charge}>
          Pay by saved card
        </Button>
      )}
      {open === 'pay' && <PayDialog invoice={invoice} onClose={close} />}
      {open === 'credit' && <CreditNoteDialog invoice={invoice} onClose={close} />}
    </>
  );
}

type DialogProps = { readonly invoice: Invoice; readonly onClose: () => void };

function PayDialog({ invoice, onClose }: DialogProps) {
  const [reference, setReference] = useState('');
  const pay = useChange('POST /invoices/{invoiceId}/pay', staleByInvoice);
  const params = { invoiceId: invoice.id };
  return (
    <FormDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Invoice ${invoice.number} was paid`}
      description="The whole open amount, otherwise than by Stripe."
      action="Record payment"
      pending={pay.isPending}
      error={pay.error}
      fields={['reference']}
      onSubmit={() => pay.mutate({ params, body: reference === '' ? {} : { reference } }, { onSuccess: onClose })}
    >
      <Field
        label="Reference"
        hint="What the payment is known by, such as on a bank statement."
        error={errorAt(pay.error, 'reference')}
      >
        <Input value={reference} onChange={(event) => setReference(event.target.value)} />
      </Field>
    </FormDialog>
  );
}

function CreditNoteDialog({ invoice, onClose }: DialogProps) {
  const [reason, setReason] = useState('');
  const [amountUsd, setAmount] = useState('');
  const route = 'POST /invoices/{invoiceId}/credit-notes';
  const create = useChange(route, staleByInvoice);
  const params = { invoiceId: invoice.id };
  const body = { reason, ...(amountUsd !== '' && { amountUsd }) };
  return (
    <FormDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Take back invoice ${invoice.number}`}
      description="What is not paid yet is not to be paid any more; what was paid goes to the wallet. The invoice itself never changes."
      action="Make credit note"
      pending={create.isPending}
      error={create.error}
      fields={['amountUsd', 'reason']}
      onSubmit={() => create.mutate({ params, body }, { onSuccess: onClose })}
      curl={{ route, params, body }}
    >
      <Field label="Amount with tax" hint="Empty: all that is left." error={errorAt(create.error, 'amountUsd')}>
        <MoneyInput value={amountUsd} onChange={setAmount} />
      </Field>
      <Field label="Reason" hint="The customer reads it on the credit note." error={errorAt(create.error, 'reason')}>
        <Input value={reason} onChange={(event) => setReason(event.target.value)} required />
      </Field>
    </FormDialog>
  );
}

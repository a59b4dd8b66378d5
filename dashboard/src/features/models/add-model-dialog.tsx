import { useState } from 'react';
import { errorAt, FormDialog } from '@/components/form-dialog.tsx';
import { Field } from '@/components/ui/form.tsx';
import { Input } from '@/components/ui/input.tsx';
import { toast } from '@/components/ui/toast.tsx';
import { useChange } from '@/lib/api.ts';
import { priceOf, RateFields, type Rates } from './rate-fields.tsx';

/** A name that the catalogue does not have. */
export function AddModelDialog({ onClose, id: given = '' }: { onClose: () => void; id?: string }) {
  const [id, setId] = useState(given);
  const [rates, setRates] = useState<Rates>({});
  const [context, setContext] = useState('');
  const add = useChange('POST /models', ['GET /models']);
  const body = {
    id,
    price: priceOf(rates) ?? { input: '', output: '' },
    ...(context !== '' && { contextTokens: Number(context) }),
  };
  return (
    <FormDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Add a model"
      description="A model without a price would be refused, so it needs one: dollars for a million tokens."
      action="Add model"
      pending={add.isPending}
      error={add.error}
      fields={['id', 'price', 'contextTokens']}
      curl={{ route: 'POST /models', body }}
      onSubmit={() =>
        add.mutate(
          { body },
          {
            onSuccess: () => {
              toast.done(`${id} can be called`);
              onClose();
            },
          },
        )
      }
    >
      <Field label="Id" hint="provider/name, as callers write it." error={errorAt(add.error, 'id')}>
        <Input value={id} onChange={(event) => setId(event.target.value)} required placeholder="local/llama-3.3-70b" />
      </Field>
      <RateFields value={rates} onChange={setRates} error={add.error} />
      <Field label="Context in tokens" error={errorAt(add.error, 'contextTokens')}>
        <Input inputMode="numeric" pattern="\d*" value={context} onChange={(event) => setContext(event.target.value)} />
      </Field>
    </FormDialog>
  );
}

import { useState } from 'react';
import { errorAt, FormDialog } from '@/components/form-dialog.tsx';
import { MoneyInput } from '@/components/money-input.tsx';
import { Segments } from '@/components/segments.tsx';
import { Field } from '@/components/ui/form.tsx';
import { Input } from '@/components/ui/input.tsx';
import { Select } from '@/components/ui/select.tsx';
import { toast } from '@/components/ui/toast.tsx';
import { useAsk, useChange } from '@/lib/api.ts';

const ways = [
  { value: 'markup', label: 'A markup on the cost' },
  { value: 'rates', label: 'Rates of your own' },
] as const;

/** Other rates than those of tokens: by the API. */
export function PriceDialog({ onClose }: { onClose: () => void }) {
  const organizations = useAsk('GET /organizations', { query: { limit: 200 } });
  const [owner, setOwner] = useState('everybody');
  const [model, setModel] = useState('');
  const [way, setWay] = useState<'markup' | 'rates'>('markup');
  const [percent, setPercent] = useState('20');
  const [input, setInput] = useState('');
  const [output, setOutput] = useState('');
  const create = useChange('POST /prices', ['GET /prices']);
  const owners = organizations.data?.data.map(({ id, name }) => ({ value: id, label: name })) ?? [];
  const body = {
    ...(owner !== 'everybody' && { organizationId: owner }),
    ...(model !== '' && { model }),
    ...(way === 'markup' ? { markupBasisPoints: Math.round(Number(percent) * 100) } : { price: { input, output } }),
  };
  const at = (field: string) => errorAt(create.error, field);
  function submit() {
    create.mutate(
      { body },
      {
        onSuccess: ({ warnings }) => {
          if (warnings.length > 0) toast.failed('This price holds, but', warnings.join(' '));
          onClose();
        },
      },
    );
  }
  return (
    <FormDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="New price"
      description="It holds within a second. A price of the same owner and pattern ends."
      action="Set price"
      pending={create.isPending}
      error={create.error}
      fields={['organizationId', 'model', 'markupBasisPoints', 'price']}
      onSubmit={submit}
      curl={{ route: 'POST /prices', body }}
    >
      <Field label="For" error={at('organizationId')}>
        <Select items={[{ value: 'everybody', label: 'Everybody' }, ...owners]} value={owner} onChange={setOwner} />
      </Field>
      <Field label="Models" hint="provider/name, or a beginning with *: openai/*. Empty: all." error={at('model')}>
        <Input value={model} onChange={(event) => setModel(event.target.value)} />
      </Field>
      <Segments label="How" items={ways} value={way} onChange={setWay} />
      {way === 'markup' ? (
        <Field label="Percent on the cost" error={at('markupBasisPoints')}>
          <Input inputMode="decimal" value={percent} onChange={(event) => setPercent(event.target.value)} required />
        </Field>
      ) : (
        <div className="grid grid-cols-2 gap-4">
          <Field label="Input" hint="Dollars for a million tokens" error={at('price.input') ?? at('price')}>
            <MoneyInput value={input} onChange={setInput} required />
          </Field>
          <Field label="Output" hint="Dollars for a million tokens" error={at('price.output')}>
            <MoneyInput value={output} onChange={setOutput} required />
          </Field>
        </div>
      )}
    </FormDialog>
  );
}
